package localtelegram

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// pageFiles is the chat page: static, no build step, no request to anywhere but here.
//
//go:embed page
var pageFiles embed.FS

type errorReply struct {
	Error string `json:"error"`
}

// refusal is an error for people, with its HTTP status.
type refusal struct {
	status int
	say    string
}

func (e *refusal) Error() string { return e.say }

// routes puts both sides and the page behind the guard.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /local/people", s.person(s.listPeople))
	mux.Handle("POST /local/say", s.person(s.say))
	mux.Handle("POST /local/edit", s.person(s.editOwn))
	mux.Handle("POST /local/press", s.person(s.press))
	mux.Handle("POST /local/file", s.person(s.sendUserFile))
	mux.Handle("GET /local/chat", s.person(s.readChat))
	mux.Handle("POST /local/block", s.person(s.block))
	mux.Handle("POST /local/fault", s.person(s.makeFault))
	mux.Handle("GET /local/state", s.person(s.state))
	mux.HandleFunc("GET /local/events", s.events)
	mux.HandleFunc("GET /local/files/{unique}", s.readUserFile)
	mux.Handle("GET /", servePage())
	return guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/bot"):
			s.serveAPI(w, r)
		case strings.HasPrefix(r.URL.Path, "/file/bot"):
			s.serveFile(w, r)
		case strings.Contains(r.URL.Path, ".."):
			replyPerson(w, http.StatusNotFound, errorReply{sayNotFound}) // the mux would redirect
		default:
			mux.ServeHTTP(w, r)
		}
	}))
}

// servePage serves the page's files. Their types are set here, because some systems have wrong ideas
// about ".js", and a browser told not to sniff would not run it.
func servePage() http.Handler {
	page, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the folder is embedded: a program without it does not build
	}
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	files := http.FileServerFS(page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind := types[path.Ext(r.URL.Path)]; kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		files.ServeHTTP(w, r)
	})
}

// person wraps a handler of the people's side: JSON out, refusals with their status.
func (s *Server) person(handle func(http.ResponseWriter, *http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		result, err := handle(w, r)
		if err == nil {
			replyPerson(w, http.StatusOK, result)
			return
		}
		if refused, ok := errors.AsType[*refusal](err); ok {
			replyPerson(w, refused.status, errorReply{refused.say})
			return
		}
		s.opts.Log.Error("local Telegram", "path", r.URL.Path, "error", err)
		replyPerson(w, http.StatusInternalServerError, errorReply{sayInternal})
	})
}

func replyPerson(w http.ResponseWriter, status int, body any) { writeJSON(w, status, body) }

// actor is who a request speaks for, and where.
type actor struct {
	As string `json:"as"` // key, name or user id of a person
	In string `json:"in"` // key or id of a group; empty: the person's chat with the bot
}

// as runs what a person does, with the world locked.
func (s *Server) as(a actor, act func(w *world, p *Person, c *chat) (any, error)) (any, error) {
	w := s.world
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.person(a.As)
	if p == nil {
		return nil, &refusal{http.StatusNotFound, sayNoPerson}
	}
	c := w.chatOf(p, a.In)
	if c == nil {
		return nil, &refusal{http.StatusNotFound, sayNoChat}
	}
	return act(w, p, c)
}

func decode(w http.ResponseWriter, r *http.Request, into any) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		return &refusal{http.StatusBadRequest, sayBadJSON}
	}
	return nil
}
