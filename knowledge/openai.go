package knowledge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	openai "github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/sync/errgroup"
)

// Models speaks to any server with the OpenAI interface, for embeddings and
// for composed answers. It is the only place that knows go-openai.
//
// What the library leaves to its caller is done here: time limits, retries with
// the server's Retry-After, a circuit breaker, a bound on what is read, and the
// checks of what comes back. No error of it holds a key or a body.
type Models struct {
	config  ModelConfig
	client  *openai.Client
	breaker *gobreaker.CircuitBreaker[any]
	doer    *boundedDoer
	sleep   func(context.Context, time.Duration) error
}

// ModelConfig says where the models are. Dimensions is checked against every
// vector.
type ModelConfig struct {
	BaseURL        string
	Key            string
	ChatModel      string // "": no composed answers
	EmbeddingModel string // "": no embeddings
	Dimensions     int
	Timeout        time.Duration // of one call; of a stream, between two pieces. 30 s when 0
	Whole          time.Duration // of a stream from the question to its end. 25 s when 0 and at most
}

// Errors of the models; every error of Embed and Complete is one of them, or
// the end of the context.
var (
	ErrModelUnavailable = errors.New("the model can't be reached")
	ErrModelRefused     = errors.New("the model refuses the request: check key, model and address")
	ErrModelReply       = errors.New("the model's reply is not usable")
)

const (
	embedTries     = 4
	embedRequest   = 16 // texts a request
	embedParallel  = 2
	maxRetryAfter  = 20 * time.Second // a server that asks for more is unavailable
	maxReply       = 32 << 20         // bytes of any reply
	maxComposed    = 6000             // bytes of a composed text
	composedTokens = 700
	// composedTime bounds a composed text however it comes: a person has his
	// answer within 30 s (promise R23), and search, checks and sending need some
	// of them. Each piece that comes renews the time between two pieces, so that a
	// server that trickles would never end without it.
	composedTime = 25 * time.Second
	breakerTrips = 5 // failures in a row
	breakerOpen  = 30 * time.Second
)

// NewModels checks the configuration. An error names what is wrong, never a
// value of it.
func NewModels(c ModelConfig) (*Models, error) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("the address of the model server must begin with http:// or https://")
	}
	if u.User != nil || BarredHost(u.Hostname()) {
		return nil, errors.New("the address of the model server must hold no password and no link-local or metadata address")
	}
	if c.EmbeddingModel != "" && c.Dimensions <= 0 {
		return nil, errors.New("an embedding model needs its number of dimensions")
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Whole <= 0 || c.Whole > composedTime {
		c.Whole = composedTime
	}
	dialer := &net.Dialer{Timeout: c.Timeout, Control: refuseBarred}
	doer := &boundedDoer{client: &http.Client{Transport: &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, ResponseHeaderTimeout: c.Timeout,
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	config := openai.DefaultConfig(c.Key)
	config.BaseURL = strings.TrimRight(c.BaseURL, "/")
	config.HTTPClient = doer
	return &Models{
		config: c, client: openai.NewClientWithConfig(config), doer: doer, sleep: sleepFor,
		breaker: gobreaker.NewCircuitBreaker[any](gobreaker.Settings{
			Timeout:     breakerOpen,
			ReadyToTrip: func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= breakerTrips },
			IsSuccessful: func(err error) bool {
				return err == nil || errors.Is(err, context.Canceled) || errors.Is(err, ErrModelRefused) || errors.Is(err, ErrModelReply)
			},
		}),
	}, nil
}

// Close ends idle connections.
func (m *Models) Close() { m.doer.client.CloseIdleConnections() }

// Name is the embedding model with its dimensions, as vectors are keyed.
func (m *Models) Name() string {
	return m.config.EmbeddingModel + "/" + strconv.Itoa(m.config.Dimensions)
}

// Dim is the size of every vector.
func (m *Models) Dim() int { return m.config.Dimensions }

// Embed gives a vector for each text, in their order. Every vector has been
// checked: its place, its size, finite numbers.
func (m *Models) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(embedParallel)
	for from := 0; from < len(texts); from += embedRequest {
		batch := texts[from:min(from+embedRequest, len(texts))]
		g.Go(func() error {
			vectors, err := m.embedBatch(ctx, batch)
			if err == nil {
				copy(out[from:], vectors)
			}
			return err
		})
	}
	return out, g.Wait()
}

func (m *Models) embedBatch(ctx context.Context, batch []string) ([][]float32, error) {
	var vectors [][]float32
	err := m.retry(ctx, func(ctx context.Context) error {
		reply, err := m.client.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{
			Input: batch, Model: openai.EmbeddingModel(m.config.EmbeddingModel), EncodingFormat: openai.EmbeddingEncodingFormatFloat,
		})
		if err != nil {
			return err
		}
		vectors, err = m.order(reply.Data, len(batch))
		return err
	})
	return vectors, err
}

// order puts the vectors of a reply in their places and checks each.
func (m *Models) order(data []openai.Embedding, n int) ([][]float32, error) {
	if len(data) != n {
		return nil, fmt.Errorf("%w: %d vectors for %d texts", ErrModelReply, len(data), n)
	}
	vectors := make([][]float32, n)
	for _, d := range data {
		if d.Index < 0 || d.Index >= n || vectors[d.Index] != nil {
			return nil, fmt.Errorf("%w: the vectors are not numbered 0 to %d", ErrModelReply, n-1)
		}
		if err := checkVector(d.Embedding, m.config.Dimensions); err != nil {
			return nil, fmt.Errorf("%w: a vector %v", ErrModelReply, err)
		}
		vectors[d.Index] = d.Embedding
	}
	return vectors, nil
}

// ChatName is the model that composes.
func (m *Models) ChatName() string { return m.config.ChatModel }

// Complete streams a composed text. onText, which may be nil, gets the text so
// far; only a text that the model finished itself is returned, and none that
// took longer than 25 seconds (ErrModelUnavailable).
func (m *Models) Complete(ctx context.Context, system, user string, onText func(string)) (string, error) {
	var text string
	err := m.guarded(ctx, func() error {
		var err error
		text, err = m.stream(ctx, system, user, onText)
		return err
	})
	return text, err
}

func (m *Models) stream(ctx context.Context, system, user string, onText func(string)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, m.config.Whole)
	defer cancel()
	idle := time.AfterFunc(m.config.Timeout, cancel) // a server that says nothing
	defer idle.Stop()
	stream, err := m.client.CreateChatCompletionStream(ctx, openai.ChatCompletionRequest{
		Model:       m.config.ChatModel,
		MaxTokens:   composedTokens,
		Temperature: 1e-6, // 0 would be left out and become the server's default
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: system},
			{Role: openai.ChatMessageRoleUser, Content: user},
		},
	})
	if err != nil {
		return "", err
	}
	defer stream.Close()
	var text strings.Builder
	finish := ""
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		idle.Reset(m.config.Timeout)
		for _, c := range part.Choices {
			text.WriteString(c.Delta.Content)
			if c.FinishReason != "" {
				finish = string(c.FinishReason)
			}
		}
		if text.Len() > maxComposed {
			return "", fmt.Errorf("%w: too long", ErrModelReply)
		}
		if onText != nil {
			onText(text.String())
		}
	}
	// The library gives io.EOF for a clean end and for a connection that broke
	// off alike: only the finish reason tells them apart.
	if finish != string(openai.FinishReasonStop) {
		return "", fmt.Errorf("%w: it ended with %q", ErrModelReply, finish)
	}
	if strings.TrimSpace(text.String()) == "" {
		return "", fmt.Errorf("%w: it is empty", ErrModelReply)
	}
	return text.String(), nil
}

// retry runs f until it succeeds, with growing pauses and those the server
// asks for.
func (m *Models) retry(ctx context.Context, f func(context.Context) error) error {
	var err error
	for try := range embedTries {
		if try > 0 {
			pause := time.Duration(1<<(try-1)) * 250 * time.Millisecond
			pause += rand.N(pause)
			if asked := m.doer.retryAfter(); asked > 0 {
				pause = asked
			}
			if pause > maxRetryAfter {
				return fmt.Errorf("%w: it asks to wait %v", ErrModelUnavailable, pause.Round(time.Second))
			}
			if err := m.sleep(ctx, pause); err != nil {
				return err
			}
		}
		err = m.guarded(ctx, func() error {
			call, cancel := context.WithTimeout(ctx, m.config.Timeout)
			defer cancel()
			return f(call)
		})
		if err == nil || ctx.Err() != nil || !errors.Is(err, ErrModelUnavailable) {
			return err
		}
	}
	return err
}

// guarded runs f behind the circuit breaker and turns its error into one of
// this package's.
func (m *Models) guarded(ctx context.Context, f func() error) error {
	_, err := m.breaker.Execute(func() (any, error) { return nil, plainError(ctx, f()) })
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return fmt.Errorf("%w: it failed %d times in a row and is left alone for %v", ErrModelUnavailable, breakerTrips, breakerOpen)
	}
	return err
}

// plainError keeps the status of an error and nothing else of it: the library's
// errors hold bodies, and those may hold anything.
func plainError(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, ErrModelReply) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	status := 0
	if e, ok := errors.AsType[*openai.APIError](err); ok {
		status = e.HTTPStatusCode
	} else if e, ok := errors.AsType[*openai.RequestError](err); ok {
		status = e.HTTPStatusCode
	}
	switch {
	case status == http.StatusTooManyRequests, status >= 500, status == http.StatusRequestTimeout:
		return fmt.Errorf("%w: status %d", ErrModelUnavailable, status)
	case status >= 400 || status >= 300 && status < 400:
		return fmt.Errorf("%w: status %d", ErrModelRefused, status)
	case status != 0:
		return fmt.Errorf("%w: status %d with a body that is not JSON", ErrModelReply, status)
	}
	var syntax interface{ Timeout() bool }
	if errors.As(err, &syntax) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: no answer in time, or the connection broke", ErrModelUnavailable)
	}
	return fmt.Errorf("%w: it can't be read", ErrModelReply)
}

func sleepFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// boundedDoer is the HTTP client under the library: it bounds replies and notes
// Retry-After, which the library drops.
type boundedDoer struct {
	client *http.Client
	mu     sync.Mutex
	after  time.Duration
}

// Do sends a request.
func (d *boundedDoer) Do(r *http.Request) (*http.Response, error) {
	resp, err := d.client.Do(r)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxReply), resp.Body}
	after := time.Duration(0)
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable {
		after = parseRetryAfter(resp.Header.Get("Retry-After"), time.Now())
	}
	d.mu.Lock()
	d.after = after
	d.mu.Unlock()
	return resp, nil
}

// retryAfter gives and forgets what the last reply asked to wait.
func (d *boundedDoer) retryAfter() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	after := d.after
	d.after = 0
	return after
}

// parseRetryAfter reads seconds or a date; 0 when it is neither.
func parseRetryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}
