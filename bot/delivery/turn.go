package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-telegram/bot/models"
)

// Handler handles one update. What it leaves in the turn is stored, together
// with "this update is done", when it returns nil, and forgotten when it returns
// an error or panics; then it is called again, up to [MaxTries] times. The
// context ends when the handler takes longer than [HandlerTime], when the process
// must stop, or when another process took the chat over. Its errors are logged
// and kept with a parked update: they hold no words of a person.
type Handler func(ctx context.Context, t *Turn) error

// Turn is one update in hand. It belongs to the goroutine of its handler.
type Turn struct {
	Update   models.Update
	Raw      json.RawMessage // the update as Telegram sent it
	Chat     int64           // whose order it belongs to
	Try      int             // 1 the first time
	Received time.Time       // when it reached the inbox

	sessions Sessions
	revision map[string]int64
	saves    map[string]Save
	out      []Item
	jobs     []Item
	kinds    []string // of jobs that have a handler
	erase    *Erasure
	storeErr error // the store did not answer this turn: not the handler's fault
}

// Send puts a message into the outbox when the turn is done. ErrInvalid if it
// could never be sent.
func (t *Turn) Send(m Message) error {
	if m.Key == "" {
		m.Key = fmt.Sprintf("u%d/%d", t.Update.ID, len(t.out))
	}
	it, err := m.item()
	if err == nil {
		t.out = append(t.out, it)
	}
	return err
}

// Load gives the value of a session, nil if there is none, and what this turn
// saved if it did.
func (t *Turn) Load(ctx context.Context, key string) ([]byte, error) {
	if s, ok := t.saves[key]; ok {
		return bytes.Clone(s.Value), nil
	}
	value, revision, err := t.sessions.Load(ctx, key)
	if err != nil {
		t.storeErr = err
		return nil, err
	}
	if seen, ok := t.revision[key]; ok && seen != revision {
		return nil, ErrConflict
	}
	t.revision[key] = revision
	return value, nil
}

// Save writes a session when the turn is done, if it is then still as it was
// loaded; otherwise the handler is called again. A nil value deletes it.
// ErrInvalid if it was not loaded in this turn.
func (t *Turn) Save(key string, value []byte, ttl time.Duration) error {
	revision, loaded := t.revision[key]
	if !loaded {
		return fmt.Errorf("%w: a session saved before it was loaded", ErrInvalid)
	}
	s := Save{Key: key, Revision: revision, Value: bytes.Clone(value), TTL: ttl}
	if err := checkSave(s); err != nil {
		return err
	}
	t.saves[key] = s
	return nil
}

// Erase forgets this chat when the turn is done: every message that waits for
// it, every parked update, and the sessions whose keys begin with one of the
// prefixes, also those that this turn saves. What this turn sends is spared, and
// so is what the person wrote after this update. A message already on its way to
// Telegram arrives. ErrInvalid for an empty prefix. See [Eraser].
func (t *Turn) Erase(sessions ...string) error {
	if err := checkPrefixes(sessions); err != nil {
		return err
	}
	if t.erase == nil {
		t.erase = &Erasure{}
	}
	t.erase.Sessions = append(t.erase.Sessions, sessions...)
	return nil
}

func newTurn(c Claim, sessions Sessions) (*Turn, error) {
	t := &Turn{Raw: c.Body, Chat: c.Chat, Try: c.Tries, Received: c.Received, sessions: sessions,
		revision: make(map[string]int64), saves: make(map[string]Save)}
	if err := json.Unmarshal(c.Body, &t.Update); err != nil {
		return nil, fmt.Errorf("delivery: an update of a kind that can't be read: %w", err)
	}
	return t, nil
}

// outcome is what the turn leaves.
func (t *Turn) outcome() Outcome {
	o := Outcome{State: Done, Out: t.out, Jobs: t.jobs, Erase: t.erase}
	for _, key := range slices.Sorted(maps.Keys(t.saves)) {
		o.Saves = append(o.Saves, t.saves[key])
	}
	return o
}
