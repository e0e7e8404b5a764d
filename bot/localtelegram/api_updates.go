package localtelegram

import (
	"crypto/subtle"
	"encoding/json"
	"regexp"
	"strconv"
	"time"
)

// maxPoll is the longest long poll that Telegram allows.
const maxPoll = 50 * time.Second

// isToken compares in constant time, although the machine is our own.
func (s *Server) isToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.opts.Token)) == 1
}

// getUpdates waits up to timeout seconds for updates from offset on. Asking with an offset confirms all
// before it, and nothing else does. A second caller ends the first with 409.
func (c *call) getUpdates() (any, error) {
	timeout := min(maxPoll, max(0, time.Duration(c.integer("timeout"))*time.Second))
	limit := int(c.integer("limit"))
	if limit < 1 || limit > 100 {
		limit = 100
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server.hook.active() {
		return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if err := c.allow(); err != nil {
		return nil, err
	}
	c.interrupt("terminated by other getUpdates request; make sure that only one bot instance is running")
	stopped := make(chan struct{})
	c.updates.poller = stopped
	defer func() {
		if c.updates.poller == stopped {
			c.updates.poller = nil
		}
	}()
	c.expire()
	c.confirm(c.integer("offset"))
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	for len(c.updates.pending) == 0 {
		changed := c.changed
		c.mu.Unlock()
		late := false
		select {
		case <-changed:
		case <-deadline.C:
			late = true
		case <-stopped:
		case <-c.r.Context().Done():
			late = true
		case <-c.server.ended:
			late = true
		}
		c.mu.Lock()
		c.expire()
		if c.updates.poller != stopped {
			return nil, conflict(c.updates.reason)
		}
		if late {
			break
		}
	}
	return wireUpdates(c.updates.pending, limit), nil
}

// allow remembers allowed_updates, which stay in force until they are told anew. Locked.
func (c *call) allow() error {
	raw, told := c.params["allowed_updates"]
	if !told {
		return nil
	}
	var kinds []string
	if err := json.Unmarshal([]byte(raw), &kinds); err != nil {
		return badRequest("can't parse allowed updates JSON object")
	}
	if len(kinds) == 0 {
		kinds = nil
	}
	c.updates.allowed = kinds
	return nil
}

var secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

// setWebhook differs from Telegram in one point: instead of a public https address it wants one on this
// machine, because nothing may leave it.
func (c *call) setWebhook() (any, error) {
	address, secret := c.params["url"], c.params["secret_token"]
	if address == "" {
		return c.deleteWebhook()
	}
	if !secretPattern.MatchString(secret) {
		return nil, badRequest("secret token contains unallowed characters")
	}
	if !isLoopbackURL(address) {
		return nil, badRequest("bad webhook: only addresses of this machine are allowed by the local Telegram")
	}
	if err := c.allow(); err != nil {
		return nil, err
	}
	connections := 40
	if n := int(c.integer("max_connections")); n >= 1 && n <= 100 {
		connections = n
	}
	if c.flag("drop_pending_updates") {
		c.drop(c.updates.pending)
	}
	c.interrupt("terminated by setWebhook request")
	c.server.hook.set(address, secret, connections)
	return true, nil
}

func (c *call) deleteWebhook() (any, error) {
	c.server.hook.set("", "", 0)
	if c.flag("drop_pending_updates") {
		c.drop(c.updates.pending)
	}
	return true, nil
}

func (c *call) getWebhookInfo() (any, error) {
	info := c.server.hook.info()
	info["pending_update_count"] = len(c.updates.pending)
	info["has_custom_certificate"] = false
	if c.updates.allowed != nil {
		info["allowed_updates"] = c.updates.allowed
	}
	return info, nil
}

func (c *call) getMe() (any, error) {
	return wireMe{wireUser: c.wireBot(), CanJoinGroups: true}, nil
}

// answerCallbackQuery ends the wait of the person who pressed. Telegram forgets a press after a while;
// here after 150 seconds, the time that an unfetched press waits.
func (c *call) answerCallbackQuery() (any, error) {
	p := c.presses[c.params["callback_query_id"]]
	if p == nil || p.answered {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if utf16Len(c.params["text"]) > 200 {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	p.answered, p.text, p.alert, p.url = true, c.params["text"], c.flag("show_alert"), c.params["url"]
	c.broadcast(p.message.chat, "answer", map[string]any{
		"as": p.person.Key, "press": p.id, "text": p.text, "alert": p.alert, "id": p.message.id})
	c.wake()
	return true, nil
}

// pressID makes ids as long as Telegram's.
func pressID(user, n int64) string {
	return strconv.FormatInt(user, 10) + strconv.FormatInt(1_000_000_000+n, 10)
}
