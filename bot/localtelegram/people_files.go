package localtelegram

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// sendUserFile takes a file of a person; the form's fields must stand before the file.
func (s *Server) sendUserFile(w http.ResponseWriter, r *http.Request) (any, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 2*maxUserUpload)
	defer func() { _, _ = io.Copy(io.Discard, r.Body) }() // a page that is still sending does not hear the answer
	form, err := r.MultipartReader()
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, sayNoFile}
	}
	fields := map[string]string{}
	var stored *storedFile
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && part.FormName() == "file" && stored == nil {
			stored, err = s.files.put(part, part.FileName(), part.Header.Get("Content-Type"), maxUserUpload)
		} else if err == nil {
			var value []byte
			value, err = io.ReadAll(io.LimitReader(part, 16<<10))
			fields[part.FormName()] = string(value)
		}
		if err != nil {
			if stored != nil {
				s.files.forget(stored)
			}
			if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig || errors.Is(err, errTooLarge) {
				return nil, &refusal{http.StatusRequestEntityTooLarge, sayFileTooLarge}
			}
			return nil, &refusal{http.StatusBadRequest, sayNoFile}
		}
	}
	if stored == nil {
		return nil, &refusal{http.StatusBadRequest, sayNoFile}
	}
	reply, err := s.fileArrives(actor{fields["as"], fields["in"]}, stored, fields["caption"])
	if err != nil {
		s.files.forget(stored)
	}
	return reply, err
}

func (s *Server) fileArrives(a actor, f *storedFile, caption string) (any, error) {
	return s.as(a, func(w *world, p *Person, c *chat) (any, error) {
		var body formatted
		if strings.TrimSpace(caption) != "" {
			var err error
			if body, err = spoken(caption, maxCaption); err != nil {
				return nil, err
			}
		}
		return w.arrive(&message{chat: c, from: p, file: f, body: body})
	})
}

// readUserFile gives a person a file: pictures in place, everything else as a download.
func (s *Server) readUserFile(w http.ResponseWriter, r *http.Request) {
	f := s.files.findUnique(r.PathValue("unique"))
	if f == nil {
		replyPerson(w, http.StatusNotFound, errorReply{sayNotFound})
		return
	}
	disposition := "attachment"
	if f.width > 0 && (f.mime == "image/png" || f.mime == "image/jpeg") {
		disposition = "inline"
		w.Header().Set("Content-Type", f.mime)
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.name}))
	s.sendBytes(w, r, f)
}
