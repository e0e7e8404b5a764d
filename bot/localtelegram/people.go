package localtelegram

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxWait is the longest that a script may wait in one request.
const maxWait = time.Minute

func (s *Server) listPeople(http.ResponseWriter, *http.Request) (any, error) {
	return s.opts.People, nil
}

// say writes a message as a person.
func (s *Server) say(w http.ResponseWriter, r *http.Request) (any, error) {
	var in struct {
		actor
		Text    string `json:"text"`
		ReplyTo int64  `json:"reply_to"`
	}
	if err := decode(w, r, &in); err != nil {
		return nil, err
	}
	return s.as(in.actor, func(w *world, p *Person, c *chat) (any, error) {
		body, err := spoken(in.Text, maxText)
		if err != nil {
			return nil, err
		}
		return w.arrive(&message{chat: c, from: p, body: body, replyTo: in.ReplyTo})
	})
}

// editOwn changes a message that the person wrote; the bot hears of it as an edited message.
func (s *Server) editOwn(w http.ResponseWriter, r *http.Request) (any, error) {
	var in struct {
		actor
		MessageID int64  `json:"message_id"`
		Text      string `json:"text"`
	}
	if err := decode(w, r, &in); err != nil {
		return nil, err
	}
	return s.as(in.actor, func(w *world, p *Person, c *chat) (any, error) {
		body, err := spoken(in.Text, maxText)
		if err != nil {
			return nil, err
		}
		m := c.message(in.MessageID)
		if m == nil || m.from != p || m.file != nil {
			return nil, &refusal{http.StatusNotFound, sayNoMessage}
		}
		m.body, m.edited = body, w.now()
		w.touch(m)
		if w.reads(m) {
			w.push(&update{kind: "edited_message", value: w.wire(m), queue: queueKey{"chat", c.id}}, keepUpdate)
		}
		return w.view(m), nil
	})
}

// spoken is a person's text as Telegram takes it, at most limit UTF-16 units.
func spoken(text string, limit int) (formatted, error) {
	text, _ = tidy(strings.ToValidUTF8(text, "\ufffd"), nil)
	if text == "" {
		return formatted{}, &refusal{http.StatusBadRequest, sayEmptyText}
	}
	if utf16Len(text) > limit {
		return formatted{}, &refusal{http.StatusBadRequest, sayTooLong}
	}
	return formatted{text, detectEntities(text, nil)}, nil
}

// arrive puts a person's message into the chat and, if the bot may read it, among the updates. Locked.
func (w *world) arrive(m *message) (any, error) {
	c := m.chat
	if c.blocked {
		return nil, &refusal{http.StatusConflict, sayBlocked}
	}
	c.started = true
	if k := c.keyboard; k != nil && k.OneTime {
		c.keyboard = nil
		w.broadcast(c, "keyboard", map[string]any{"keyboard": nil})
	}
	w.add(m)
	if w.reads(m) {
		w.push(&update{kind: "message", value: w.wire(m), queue: queueKey{"chat", c.id}, message: m}, keepUpdate)
	}
	return w.view(m), nil
}

// reads tells whether the bot gets a message: in groups only commands, mentions and replies to itself
// (privacy mode, the default of Telegram).
func (w *world) reads(m *message) bool {
	c := m.chat
	if !c.isGroup() {
		return true
	}
	if c.left {
		return false
	}
	if to := c.message(m.replyTo); to != nil && to.from == nil {
		return true
	}
	name := "@" + strings.ToLower(w.opts.BotUsername)
	if strings.Contains(strings.ToLower(m.body.text), name) {
		return true
	}
	// a command that names another bot is not ours
	return strings.HasPrefix(m.body.text, "/") && !strings.Contains(strings.SplitN(m.body.text, " ", 2)[0], "@")
}

// press presses a button by its words: an inline button of the message, or, without a message id, one
// of the reply keyboard. With wait (seconds) it returns the bot's answer to the press.
func (s *Server) press(w http.ResponseWriter, r *http.Request) (any, error) {
	var in struct {
		actor
		MessageID int64   `json:"message_id"`
		Text      string  `json:"text"`
		Wait      float64 `json:"wait"`
	}
	if err := decode(w, r, &in); err != nil {
		return nil, err
	}
	return s.as(in.actor, func(w *world, p *Person, c *chat) (any, error) {
		if in.MessageID == 0 && c.keyboard != nil {
			return w.pressKey(p, c, in.Text)
		}
		m := c.message(in.MessageID)
		if m == nil {
			return nil, &refusal{http.StatusNotFound, sayNoMessage}
		}
		b := findButton(m.buttons, in.Text)
		switch {
		case b == nil:
			return nil, &refusal{http.StatusNotFound, sayNoButton}
		case b.Data == "":
			return map[string]any{"url": b.URL, "copy": b.Copy}, nil
		case c.blocked:
			return nil, &refusal{http.StatusConflict, sayBlocked}
		}
		pressed := w.pressed(p, m, b.Data)
		s.until(r, in.Wait, func() bool { return pressed.answered })
		reply := map[string]any{"press": pressed.id}
		if pressed.answered {
			reply["answer"] = map[string]any{"text": pressed.text, "alert": pressed.alert, "url": pressed.url}
		}
		return reply, nil
	})
}

// pressKey presses a key of the reply keyboard, which sends its words. Locked.
func (w *world) pressKey(p *Person, c *chat, text string) (any, error) {
	if !slices.ContainsFunc(c.keyboard.Rows, func(row []string) bool { return slices.Contains(row, text) }) {
		return nil, &refusal{http.StatusNotFound, sayNoButton}
	}
	body, err := spoken(text, maxText)
	if err != nil {
		return nil, err
	}
	return w.arrive(&message{chat: c, from: p, body: body})
}

// findButton prefers the exact words, then the only button that contains them.
func findButton(rows [][]button, text string) *button {
	var near []*button
	for _, row := range rows {
		for i := range row {
			if row[i].Text == text {
				return &row[i]
			}
			if text != "" && strings.Contains(row[i].Text, text) {
				near = append(near, &row[i])
			}
		}
	}
	if len(near) == 1 {
		return near[0]
	}
	return nil
}

// pressed makes the callback query of a press. Locked.
func (w *world) pressed(p *Person, m *message, data string) *press {
	w.rev++
	made := &press{id: pressID(p.UserID, w.rev), person: p, message: m, data: data, at: w.now()}
	w.presses[made.id] = made
	value := wireCallback{ID: made.id, From: p.wire(), Message: w.wire(m), Data: data,
		ChatInstance: strconv.FormatInt(m.chat.id, 10)}
	w.push(&update{kind: "callback_query", value: value, queue: queueKey{"press", p.UserID}}, keepPress)
	return made
}

// until waits, with the lock given back meanwhile, until ready or the seconds are over. Locked.
func (s *Server) until(r *http.Request, seconds float64, ready func() bool) {
	timer := time.NewTimer(min(maxWait, time.Duration(seconds*float64(time.Second))))
	defer timer.Stop()
	for over := false; !over && !ready(); {
		changed := s.world.changed
		s.world.mu.Unlock()
		select {
		case <-changed:
		case <-timer.C:
			over = true
		case <-r.Context().Done():
			over = true
		case <-s.ended:
			over = true
		}
		s.world.mu.Lock()
	}
}

// readChat lists what a person sees: messages after an id, or with since those new or changed after a
// rev; with wait it waits for the first one. before and limit page backwards.
func (s *Server) readChat(_ http.ResponseWriter, r *http.Request) (any, error) {
	q := r.URL.Query()
	number := func(name string) int64 { n, _ := strconv.ParseInt(q.Get(name), 10, 64); return n }
	after, since, before := number("after"), number("since"), number("before")
	limit := int(cmp.Or(number("limit"), maxKept))
	wait, _ := strconv.ParseFloat(strings.TrimSuffix(q.Get("wait"), "s"), 64)
	return s.as(actor{q.Get("as"), q.Get("in")}, func(w *world, _ *Person, c *chat) (any, error) {
		out := []messageView{}
		collect := func() bool {
			for i := len(c.messages) - 1; i >= 0 && len(out) < limit; i-- {
				m := c.messages[i]
				if m.id > after && m.rev > since && (before == 0 || m.id < before) {
					out = append(out, w.view(m))
				}
			}
			return len(out) > 0
		}
		s.until(r, wait, collect)
		slices.Reverse(out)
		return out, nil
	})
}

// block stops the bot for a person, or lets it write again; the bot is told.
func (s *Server) block(w http.ResponseWriter, r *http.Request) (any, error) {
	var in struct {
		actor
		Blocked bool `json:"blocked"`
	}
	if err := decode(w, r, &in); err != nil {
		return nil, err
	}
	return s.as(actor{As: in.As}, func(w *world, p *Person, c *chat) (any, error) {
		if c.blocked != in.Blocked {
			c.blocked = in.Blocked
			w.push(&update{kind: "my_chat_member", queue: queueKey{"chat", c.id}, value: wireMemberUpdate{
				Chat: c.wire(), From: p.wire(), Date: w.now().Unix(),
				Old: w.wireMembership(!in.Blocked), New: w.wireMembership(in.Blocked)}}, keepUpdate)
			w.broadcast(c, "blocked", map[string]any{"blocked": in.Blocked})
		}
		return map[string]bool{"blocked": c.blocked}, nil
	})
}

func (s *Server) makeFault(w http.ResponseWriter, r *http.Request) (any, error) {
	var f fault
	if err := decode(w, r, &f); err != nil {
		return nil, err
	}
	if !f.valid() {
		return nil, &refusal{http.StatusBadRequest, sayBadFault}
	}
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.world.setFault(f)
	return map[string]any{"faults": append([]*fault{}, s.world.faults...), "clock_shift": s.world.shift.Seconds()}, nil
}
