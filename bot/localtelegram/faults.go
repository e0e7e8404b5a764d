package localtelegram

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kinds of trouble besides HTTP statuses: any status of 400 and above is a kind too, as "429" or "502".
const (
	faultHang  = "hang"  // the call is not executed; the connection breaks after the given seconds
	faultDrop  = "drop"  // the call is executed, its reply is lost; with method "webhook" the bot's 200
	faultSlow  = "slow"  // the call is executed after the given seconds
	faultClock = "clock" // this Telegram's clock is shifted by the given seconds from now on
	faultNone  = "none"  // ends all trouble, sets the clock right
)

// fault is trouble for the next calls of the bot.
type fault struct {
	Kind    string `json:"kind"`
	Method  string `json:"method,omitempty"`  // "sendMessage", "webhook", "file"; empty: every call
	Times   int    `json:"times,omitempty"`   // how many calls; default 1, negative: until "none"
	Seconds int    `json:"seconds,omitempty"` // retry_after, delay or shift
}

func (f *fault) valid() bool {
	switch f.Kind {
	case faultHang, faultDrop, faultSlow, faultClock, faultNone:
		return true
	}
	code, err := strconv.Atoi(f.Kind)
	return err == nil && code >= 400 && code <= 599
}

// setFault puts trouble in force. Locked.
func (w *world) setFault(f fault) {
	switch f.Kind {
	case faultNone:
		w.faults, w.shift = nil, 0
	case faultClock:
		w.shift = time.Duration(f.Seconds) * time.Second
	default:
		if f.Times == 0 {
			f.Times = 1
		}
		w.faults = append(w.faults, &f)
	}
	w.expire()
	w.wake()
}

// takeFault uses up one call of the first trouble that fits the method; nil when there is none.
func (w *world) takeFault(method string) *fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, f := range w.faults {
		everyCall := f.Method == "" && method != "webhook"
		if !everyCall && !strings.EqualFold(f.Method, method) {
			continue
		}
		taken := *f
		if f.Times--; f.Times == 0 {
			w.faults = slices.Delete(w.faults, i, i+1)
		}
		return &taken
	}
	return nil
}

// before does what happens instead of a call, or in front of it; true when the call is over.
func (f *fault) before(w http.ResponseWriter, r *http.Request) bool {
	if f == nil || f.Kind == faultDrop {
		return false
	}
	if f.Kind == faultHang || f.Kind == faultSlow {
		select {
		case <-time.After(time.Duration(f.Seconds) * time.Second):
		case <-r.Context().Done():
		}
		if f.Kind == faultSlow {
			return false
		}
		panic(http.ErrAbortHandler)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxBotUpload+maxFields))
	code, _ := strconv.Atoi(f.Kind)
	switch code {
	case http.StatusTooManyRequests:
		replyAPI(w, nil, tooManyRequests(max(1, f.Seconds)))
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		// Telegram's front servers answer for themselves, in HTML
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "<html><head><title>"+f.Kind+" "+http.StatusText(code)+"</title></head></html>\r\n")
	default:
		replyAPI(w, nil, &apiError{Code: code, Description: http.StatusText(code)})
	}
	return true
}

// after reports whether the reply of an executed call must be lost.
func (f *fault) after() bool { return f != nil && f.Kind == faultDrop }
