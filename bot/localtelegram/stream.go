package localtelegram

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// watcher is one open page: a bounded line of encoded events. A page that does not read fast enough is
// cut off, reconnects and starts from a fresh picture.
type watcher struct {
	events chan []byte
}

const (
	maxWatchers  = 64
	watcherQueue = 1024
)

// broadcast sends an event to every open page. Locked.
func (w *world) broadcast(c *chat, kind string, body any) {
	if len(w.watchers) == 0 {
		return
	}
	event := map[string]any{"kind": kind, "body": body}
	if c != nil {
		event["chat"] = c.key()
	}
	encoded, err := json.Marshal(event)
	if err != nil {
		w.opts.Log.Error("local Telegram: event", "kind", kind, "error", err)
		return
	}
	for watch := range w.watchers {
		select {
		case watch.events <- encoded:
		default:
			delete(w.watchers, watch)
			close(watch.events)
		}
	}
}

// snapshotMessages is how many messages per chat a page gets to start with; older ones on request.
const snapshotMessages = 60

// snapshot is everything a page needs to start. Locked.
func (w *world) snapshot() map[string]any {
	chats := make([]map[string]any, 0, len(w.chats))
	for _, id := range w.chatIDs() {
		c := w.chats[id]
		entry := map[string]any{"key": c.key(), "group": c.isGroup(), "id": strconv.FormatInt(c.id, 10),
			"blocked": c.blocked, "keyboard": c.keyboard, "commands": w.commandsIn(c)}
		if c.isGroup() {
			entry["name"], entry["members"] = c.group.Title, c.group.Members
		} else {
			entry["name"], entry["title"] = c.person.Name, c.person.Title
		}
		first := max(0, len(c.messages)-snapshotMessages)
		messages := make([]messageView, 0, snapshotMessages)
		for _, m := range c.messages[first:] {
			messages = append(messages, w.view(m))
		}
		entry["messages"], entry["more"] = messages, first > 0
		chats = append(chats, entry)
	}
	return map[string]any{"bot": w.profileView(), "chats": chats}
}

// state is the same picture that every stream begins with, for a tab that shares another's stream.
func (s *Server) state(http.ResponseWriter, *http.Request) (any, error) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	return s.world.snapshot(), nil
}

// events streams the state, then every change, as server-sent events.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	watch := &watcher{events: make(chan []byte, watcherQueue)}
	s.world.mu.Lock()
	if len(s.world.watchers) >= maxWatchers {
		s.world.mu.Unlock()
		replyPerson(w, http.StatusServiceUnavailable, errorReply{sayBusy})
		return
	}
	start, err := json.Marshal(map[string]any{"kind": "state", "body": s.world.snapshot()})
	s.world.watchers[watch] = struct{}{}
	s.world.mu.Unlock()
	defer func() {
		s.world.mu.Lock()
		delete(s.world.watchers, watch)
		s.world.mu.Unlock()
	}()
	if err != nil {
		s.opts.Log.Error("local Telegram: state", "error", err)
		replyPerson(w, http.StatusInternalServerError, errorReply{sayInternal})
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	send := func(data []byte) bool {
		_, err := fmt.Fprintf(w, "data: %s\n\n", data)
		return err == nil && out.Flush() == nil
	}
	for open := send(start); open; {
		select {
		case data, ok := <-watch.events:
			open = ok && send(data)
		case <-beat.C:
			open = send([]byte(`{"kind":"beat"}`))
		case <-r.Context().Done():
			return
		case <-s.ended:
			return
		}
	}
}
