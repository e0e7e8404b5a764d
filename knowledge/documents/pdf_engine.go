package documents

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const (
	pdfMemoryPages = 1024            // of 64 KiB: 64 MiB for PDFium, its copy of the file included
	pdfIdle        = 1 * time.Minute // after which PDFium's memory is given back
)

// pdfEngine runs PDFium in a WebAssembly sandbox that sees no file system and
// no network. It starts with the first PDF and stops when there was none for a
// while. Starting takes seconds when the machine compiles it for the first
// time, and 0.2 s from the user's cache folder afterwards. One PDF is read at a
// time: what bounds one bounds all.
type pdfEngine struct {
	turn chan struct{} // holds a token while a PDF is read

	mu   sync.Mutex // guards what follows
	pool pdfium.Pool
	stop context.CancelFunc // ends what runs in the pool, in the middle of a loop if need be
	idle *time.Timer
}

var sharedPDFEngine = &pdfEngine{turn: make(chan struct{}, 1)}

// use calls read with a fresh instance of PDFium. When ctx ends, the sandbox is
// torn down under it, and read sees errors.
func (e *pdfEngine) use(ctx context.Context, read func(pdfium.Pdfium) error) error {
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	pool, err := e.start()
	if err != nil {
		return fmt.Errorf("starting the PDF reader: %w", err)
	}
	defer e.rest()
	unhook := context.AfterFunc(ctx, e.kill)
	defer unhook()
	instance, err := pool.GetInstanceWithContext(ctx)
	if err == nil {
		err = read(instance)
		_ = instance.Close() // frees what it held; a sandbox that was torn down says so
	}
	if ctx.Err() != nil {
		e.close()
		return ctx.Err()
	}
	return err
}

func (e *pdfEngine) start() (pdfium.Pool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.idle != nil {
		e.idle.Stop()
	}
	if e.pool != nil {
		return e.pool, nil
	}
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling). // the module needs the second
		WithMemoryLimitPages(pdfMemoryPages).
		WithCloseOnContextDone(true)
	if dir, err := os.UserCacheDir(); err == nil {
		if cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(dir, "rongcuo", "wasm")); err == nil {
			config = config.WithCompilationCache(cache)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	pool, err := webassembly.Init(webassembly.Config{
		Context: ctx, MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), RuntimeConfig: config,
		Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		stop()
		return nil, err
	}
	e.pool, e.stop = pool, stop
	return pool, nil
}

// rest lets the engine stop by itself unless it is used again soon.
func (e *pdfEngine) rest() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool != nil {
		e.idle = time.AfterFunc(pdfIdle, func() {
			select {
			case e.turn <- struct{}{}:
				e.close()
				<-e.turn
			default: // in use again
			}
		})
	}
}

func (e *pdfEngine) kill() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stop != nil {
		e.stop()
	}
}

// close gives everything back. Only who has the turn may call it.
func (e *pdfEngine) close() {
	e.kill()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool != nil {
		_ = e.pool.Close()
	}
	e.pool, e.stop = nil, nil
}
