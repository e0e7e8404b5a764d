package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// lookTime bounds a look at all parts: one that hangs is not ready.
const lookTime = 2 * time.Second

// How a part is. What went wrong is in the log: an error of a library may hold
// an address with a password.
const (
	partWell = "ok"
	partIll  = "failed"
	partMute = "timeout"
)

type readiness struct {
	Ready    bool              `json:"ready"`
	Draining bool              `json:"draining"`
	Parts    map[string]string `json:"parts"`
}

// look asks all parts at once.
func (x *observer) look(ctx context.Context) readiness {
	type found struct{ part, state string }
	all := make(chan found, len(x.observed.parts)) // nobody waits for one that hangs
	r := readiness{Parts: make(map[string]string)}
	for part, check := range x.observed.parts {
		r.Parts[part] = partMute
		go func() {
			state := partWell
			if check(ctx) != nil {
				state = partIll
			}
			all <- found{part, state}
		}()
	}
	r.Draining = x.observed.draining != nil && x.observed.draining()
	r.Ready = !r.Draining
	for range x.observed.parts {
		select {
		case f := <-all:
			r.Parts[f.part] = f.state
		case <-ctx.Done():
		}
	}
	for _, state := range r.Parts {
		r.Ready = r.Ready && state == partWell
	}
	return r
}

// handler serves the three pages, to GET and HEAD alone.
func (x *observer) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n") // the caller has gone
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), lookTime)
		defer cancel()
		state := x.look(ctx)
		w.Header().Set("Content-Type", "application/json")
		if !state.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(state) // the caller has gone
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(x.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	return mux
}

// start serves on an address until stop is called; it should outlive the bot,
// so that draining is seen. With "" it does nothing.
func (x *observer) start(address string) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, failure("设置 OBSERVE_ADDR 的地址不能使用，请换一个没有被占用的地址，例如 127.0.0.1:9090。")
	}
	server := &http.Server{Handler: x.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // ends when it is closed
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), lookTime)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
		<-ended
	}, nil
}

// runHealthcheck asks a running bot whether it is ready: a container without a
// shell has no other way.
func runHealthcheck(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("healthcheck", errOut)
	page := flags.String("page", "/readyz", "要看的页面：/readyz 或者 /healthz")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	address, err := observeAddress()
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return failure("设置 OBSERVE_ADDR 是空的或者写法不对，应当像 127.0.0.1:9090。")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*lookTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+*page, nil)
	if err != nil {
		return wrongUse("用法：rongcuo healthcheck [-page /readyz]")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return failure("机器人没有应答。")
	}
	defer response.Body.Close()
	if _, err := io.Copy(out, io.LimitReader(response.Body, 4<<10)); err != nil {
		return failure("机器人没有应答。")
	}
	if response.StatusCode != http.StatusOK {
		return failure("机器人还没有准备好。")
	}
	return nil
}
