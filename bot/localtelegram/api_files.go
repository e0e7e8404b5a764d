package localtelegram

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

func (c *call) sendDocument() (any, error) { return c.sendFile("document", maxBotUpload) }

func (c *call) sendPhoto() (any, error) { return c.sendFile("photo", maxBotPhoto) }

func (c *call) sendFile(kind string, limit int64) (any, error) {
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	f := c.upload[kind]
	if f == nil {
		if f = c.files.find(c.params[kind], ""); f == nil && c.params[kind] == "" {
			return nil, badRequest("there is no " + kind + " in the request")
		} else if f == nil {
			return nil, badRequest("wrong file identifier/HTTP URL specified")
		}
	}
	isPhoto := kind == "photo"
	switch {
	case f.size == 0:
		return nil, badRequest("file must be non-empty")
	case f.size > limit:
		return nil, badRequest("file is too big")
	case isPhoto && f.width == 0:
		return nil, badRequest("IMAGE_PROCESS_FAILED")
	case isPhoto && f.width+f.height > 10000:
		return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	body, err := c.compose("caption")
	if err != nil {
		return nil, err
	}
	return c.post(&message{chat: to, body: body, file: f, photo: isPhoto})
}

// getFile gives the path to fetch a file from; the path holds for as long as this Telegram runs.
func (c *call) getFile() (any, error) {
	f := c.files.find(c.params["file_id"], "")
	if f == nil {
		return nil, badRequest("invalid file_id")
	}
	if f.size > maxBotDownload {
		return nil, badRequest("file is too big")
	}
	return wireFile{FileID: f.id, UniqueID: f.unique, Size: f.size, Path: f.path}, nil
}

// serveFile answers /file/bot<token>/<file_path>.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	token, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/file/bot"), "/")
	if !s.isToken(token) {
		replyAPI(w, nil, errBadToken)
		return
	}
	trouble := s.world.takeFault("file")
	if trouble.before(w, r) {
		return
	}
	f := s.files.find("", path)
	if f == nil || f.size > maxBotDownload {
		replyAPI(w, nil, &apiError{Code: http.StatusNotFound, Description: "Not Found"})
		return
	}
	if trouble.after() {
		s.sendHalf(w, f)
		panic(http.ErrAbortHandler)
	}
	s.sendBytes(w, r, f)
}

// sendHalf starts a download that will break off.
func (s *Server) sendHalf(w http.ResponseWriter, f *storedFile) {
	in, err := s.files.open(f)
	if err != nil {
		return
	}
	defer in.Close()
	w.Header().Set("Content-Length", fmt.Sprint(f.size))
	_, _ = io.CopyN(w, in, f.size/2)
}

func (s *Server) sendBytes(w http.ResponseWriter, r *http.Request, f *storedFile) {
	in, err := s.files.open(f)
	if err != nil {
		replyPerson(w, http.StatusNotFound, errorReply{sayNotFound})
		return
	}
	defer in.Close()
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	http.ServeContent(w, r, "", epoch, in)
}
