package localtelegram

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
)

// maxFields bounds everything in a call of the bot that is not a file, in bytes.
const maxFields = 1 << 20

// apiError is a refusal as the Bot API words it.
type apiError struct {
	Code        int
	Description string
	RetryAfter  int // seconds, with 429
}

func (e *apiError) Error() string { return e.Description }

func badRequest(what string) error {
	return &apiError{Code: http.StatusBadRequest, Description: "Bad Request: " + what}
}

func forbidden(what string) error {
	return &apiError{Code: http.StatusForbidden, Description: "Forbidden: " + what}
}

func conflict(what string) error {
	return &apiError{Code: http.StatusConflict, Description: "Conflict: " + what}
}

func tooManyRequests(seconds int) error {
	return &apiError{Code: http.StatusTooManyRequests, RetryAfter: seconds,
		Description: "Too Many Requests: retry after " + strconv.Itoa(seconds)}
}

var (
	errTooBig     = &apiError{Code: http.StatusRequestEntityTooLarge, Description: "Request Entity Too Large"}
	errBadMethod  = &apiError{Code: http.StatusNotFound, Description: "Not Found: method not found"}
	errBadToken   = &apiError{Code: http.StatusUnauthorized, Description: "Unauthorized"}
	errBrokenForm = &apiError{Code: http.StatusBadRequest, Description: "Bad Request: can't parse the request body"}
)

// call is one request of the bot.
type call struct {
	*world
	server *Server
	r      *http.Request
	method string // lower case
	params map[string]string
	upload map[string]*storedFile
	used   bool // an uploaded file became part of a message
}

// methods are those of the Bot API that the bot uses. Names are compared without case, as Telegram does.
// Each runs with the world locked.
var methods = map[string]func(*call) (any, error){
	"getme":                  (*call).getMe,
	"deletewebhook":          (*call).deleteWebhook,
	"getwebhookinfo":         (*call).getWebhookInfo,
	"setwebhook":             (*call).setWebhook,
	"sendmessage":            (*call).sendMessage,
	"sendmessagedraft":       (*call).sendMessageDraft,
	"senddocument":           (*call).sendDocument,
	"sendphoto":              (*call).sendPhoto,
	"sendchataction":         (*call).sendChatAction,
	"editmessagetext":        (*call).editMessageText,
	"editmessagecaption":     (*call).editMessageCaption,
	"editmessagereplymarkup": (*call).editMessageReplyMarkup,
	"deletemessage":          (*call).deleteMessage,
	"copymessage":            (*call).copyMessage,
	"forwardmessage":         (*call).forwardMessage,
	"setmessagereaction":     (*call).setMessageReaction,
	"answercallbackquery":    (*call).answerCallbackQuery,
	"getfile":                (*call).getFile,
	"setmycommands":          (*call).setMyCommands,
	"getmycommands":          (*call).getMyCommands,
	"deletemycommands":       (*call).deleteMyCommands,
	"setmyname":              (*call).setProfile,
	"setmydescription":       (*call).setProfile,
	"setmyshortdescription":  (*call).setProfile,
	"getchat":                (*call).getChat,
	"getchatmember":          (*call).getChatMember,
	"leavechat":              (*call).leaveChat,
}

// serveAPI answers /bot<token>/<method>.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	token, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !s.isToken(token) {
		replyAPI(w, nil, errBadToken)
		return
	}
	c := &call{world: s.world, server: s, r: r, method: strings.ToLower(method)}
	trouble := s.world.takeFault(c.method)
	if trouble.before(w, r) {
		return
	}
	result, err := c.run(w)
	if trouble.after() {
		panic(http.ErrAbortHandler) // the call was executed, the reply is lost
	}
	replyAPI(w, result, err)
}

func (c *call) run(w http.ResponseWriter) (any, error) {
	defer func() {
		for _, f := range c.upload {
			if !c.used {
				c.files.forget(f)
			}
		}
	}()
	if err := c.parse(w); err != nil {
		return nil, err
	}
	if c.method == "getupdates" { // waits, so it locks by itself
		return c.getUpdates()
	}
	run := methods[c.method]
	if run == nil {
		return nil, errBadMethod
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expire()
	return run(c)
}

// parse reads the parameters from the query and from a multipart, form or JSON body. The go-telegram
// client sends everything as multipart without a length, and an empty multipart body for getMe.
func (c *call) parse(w http.ResponseWriter) error {
	c.params, c.upload = map[string]string{}, map[string]*storedFile{}
	for name, values := range c.r.URL.Query() {
		c.params[name] = values[0]
	}
	c.r.Body = http.MaxBytesReader(w, c.r.Body, 2*maxBotUpload)
	kind, typeParams, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = c.parseMultipart(multipart.NewReader(c.r.Body, typeParams["boundary"]))
	case "application/json":
		err = c.parseJSON()
	case "application/x-www-form-urlencoded":
		if err = c.r.ParseForm(); err == nil { // which reads 10 MB at most
			for name, values := range c.r.PostForm {
				c.params[name] = values[0]
			}
		}
	}
	// A caller that is still sending does not hear the answer, and an unread body hides from the server
	// that the caller hangs up: read to the end, which is near.
	_, _ = io.Copy(io.Discard, c.r.Body)
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig || errors.Is(err, errTooLarge) {
		return errTooBig
	}
	if err != nil {
		return errBrokenForm
	}
	return nil
}

func (c *call) parseMultipart(form *multipart.Reader) error {
	left := int64(maxFields)
	for first := true; ; first = false {
		part, err := form.NextPart()
		if err == io.EOF || first && errors.Is(err, io.EOF) { // an empty body is a wrapped EOF
			return nil
		}
		if err != nil {
			return err
		}
		name := part.FormName()
		if part.FileName() != "" {
			f, err := c.files.put(part, part.FileName(), part.Header.Get("Content-Type"), maxBotUpload)
			if err != nil {
				return err
			}
			c.upload[name] = f
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return err
		}
		if left -= int64(len(value)); left < 0 {
			return errTooLarge
		}
		c.params[name] = string(value)
	}
}

func (c *call) parseJSON() error {
	var fields map[string]json.RawMessage
	raw, err := io.ReadAll(io.LimitReader(c.r.Body, maxFields+1))
	if err != nil {
		return err
	}
	if len(raw) > maxFields {
		return errTooLarge
	}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	for name, value := range fields {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		c.params[name] = text
	}
	return nil
}

// integer reads a number; a missing or broken one is zero, which no id is.
func (c *call) integer(name string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(c.params[name]), 10, 64)
	return n
}

func (c *call) flag(name string) bool {
	on, _ := strconv.ParseBool(c.params[name])
	return on
}

// object decodes a parameter that carries JSON; a missing one leaves into as it is.
func (c *call) object(name string, into any) error {
	raw := c.params[name]
	if raw == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(raw), into); err != nil {
		return badRequest("can't parse " + strings.ReplaceAll(name, "_", " ") + " JSON object")
	}
	return nil
}

func replyAPI(w http.ResponseWriter, result any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err == nil {
		writeJSON(w, http.StatusOK, map[string]any{"ok": true, "result": result})
		return
	}
	refused, ok := errors.AsType[*apiError](err)
	if !ok {
		refused = &apiError{Code: http.StatusInternalServerError, Description: "Internal Server Error"}
	}
	body := map[string]any{"ok": false, "error_code": refused.Code, "description": refused.Description}
	if refused.RetryAfter > 0 {
		body["parameters"] = map[string]int{"retry_after": refused.RetryAfter}
	}
	writeJSON(w, refused.Code, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the reader is gone: nothing left to tell it
}
