package delivery

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// trouble is what a proxy does to the traffic between a store and its server.
type trouble int

const (
	pass    trouble = iota
	refuse          // connections are closed at once
	hang            // connections are taken, nothing moves; what was asked reaches the server at the end
	reset           // each use of a connection ends with RST, before the server has heard of it
	mute            // a script is executed, its reply lost and the connection closed
	slow            // each reply comes 300 ms late
	trickle         // replies come three bytes at a time
)

// proxy stands between a store and its server.
type proxy struct {
	listener net.Listener
	server   string // a unix socket
	mu       sync.Mutex
	trouble  trouble
	changed  chan struct{} // closed when the trouble changes
	conns    map[net.Conn]struct{}
}

// newProxy starts a proxy before the server on the socket.
func newProxy(t testing.TB, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, server: server, changed: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.set(refuse)
		serving.Wait()
	})
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

// set changes the trouble.
func (p *proxy) set(f trouble) {
	p.mu.Lock()
	p.trouble = f
	close(p.changed)
	p.changed = make(chan struct{})
	p.mu.Unlock()
	if f == refuse || f == reset {
		p.tear()
	}
}

// tear ends all connections with RST.
func (p *proxy) tear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		tear(c)
	}
}

// tear makes the close of a TCP connection an RST: what is under way is lost.
func tear(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

func (p *proxy) now() (trouble, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trouble, p.changed
}

// hold keeps a connection where tear finds it.
func (p *proxy) hold(c net.Conn) (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = struct{}{}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, c)
		c.Close()
	}
}

func (p *proxy) serve(client net.Conn) {
	defer p.hold(client)()
	switch f, _ := p.now(); f {
	case refuse:
		return
	case reset:
		client.Read(make([]byte, 1))
		tear(client)
		return
	}
	server, err := net.Dial("unix", p.server)
	if err != nil {
		return
	}
	defer p.hold(server)()
	w := &wire{proxy: p}
	var asking sync.WaitGroup
	asking.Go(func() {
		w.copy(server, client, false)
		server.Close()
	})
	w.copy(client, server, true)
	client.Close()
	asking.Wait()
}

// wire is one connection through the proxy.
type wire struct {
	*proxy
	script atomic.Bool // the last question was a script
}

// copy moves one direction of the traffic as the trouble of the moment allows.
func (w *wire) copy(to io.Writer, from io.Reader, replies bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		f, changed := w.now()
		for f == hang {
			<-changed
			f, changed = w.now()
		}
		step := n
		switch {
		case !replies:
			if bytes.Contains(buf[:n], []byte("evalsha")) {
				w.script.Store(true)
			}
		case f == mute && w.script.Load():
			return
		case f == slow:
			time.Sleep(300 * time.Millisecond)
		case f == trickle:
			step = 3
		}
		for part := buf[:n]; len(part) > 0; part = part[min(step, len(part)):] {
			if _, err := to.Write(part[:min(step, len(part))]); err != nil {
				return
			}
		}
	}
}
