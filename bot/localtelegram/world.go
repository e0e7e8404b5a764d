package localtelegram

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// firstUserID lies above 32 bits on purpose: real ids do, and a bot that keeps them in an int32 must
// break here and not on Telegram.
const firstUserID int64 = 5_000_000_000

// epoch is what ids are counted from; see the package comment.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// maxKept bounds the messages kept per chat; older ones are forgotten.
const maxKept = 5000

// world is all state behind one mutex. Methods whose comment says "locked" want it held.
type world struct {
	opts  Options
	files *fileStore

	mu       sync.Mutex
	shift    time.Duration // the clock fault
	lastID   int64         // last message id
	rev      int64         // counts every change of a message
	chats    map[int64]*chat
	updates  updateQueue
	presses  map[string]*press
	commands map[string][]botCommand
	faults   []*fault
	profile  map[string]string // what setMyName and the like were told, by method and language
	sent     gauge
	changed  chan struct{} // closed and replaced at each change
	watchers map[*watcher]struct{}
}

// chat is a private chat of one person, or a group.
type chat struct {
	id        int64
	person    *Person // private chats
	group     *Group
	members   []int64
	messages  []*message // by id
	keyboard  *replyKeyboard
	started   bool // the person has written, so the bot may write
	blocked   bool
	left      bool // the bot left the group
	sent      gauge
	sentGroup gauge
}

func (c *chat) isGroup() bool { return c.group != nil }

// message is one message of a chat, whoever wrote it.
type message struct {
	id        int64
	chat      *chat
	from      *Person // nil: the bot
	date      time.Time
	edited    time.Time
	body      formatted // text, or caption when there is a file
	file      *storedFile
	photo     bool
	buttons   [][]button
	replyTo   int64
	forwarded string // name of the first sender
	reaction  string // the bot's emoji on it
	fixed     bool   // sent with a reply keyboard, which Telegram does not let the bot edit
	fetched   bool   // the bot has confirmed the update
	deleted   bool
	rev       int64
}

// press is one press of an inline button, until it is answered or too old.
type press struct {
	id       string
	person   *Person
	message  *message
	data     string
	at       time.Time
	answered bool
	text     string
	alert    bool
	url      string
}

func newWorld(o Options, files *fileStore) *world {
	start := max(1, int64(o.Now().Sub(epoch)/time.Second))
	w := &world{
		opts: o, files: files, lastID: start,
		chats: map[int64]*chat{}, presses: map[string]*press{},
		commands: map[string][]botCommand{}, profile: map[string]string{},
		changed: make(chan struct{}), watchers: map[*watcher]struct{}{},
		sent:    gauge{limit: limitAll},
		updates: updateQueue{last: start},
	}
	for i := range o.People {
		p := &o.People[i]
		w.chats[p.UserID] = &chat{id: p.UserID, person: p, members: []int64{p.UserID},
			started: o.Started, sent: gauge{limit: limitChat}}
	}
	for i := range o.Groups {
		g := &o.Groups[i]
		c := &chat{id: g.ChatID, group: g, started: true, sent: gauge{limit: limitChat},
			sentGroup: gauge{limit: limitGroup}}
		for _, key := range g.Members {
			if p := w.person(key); p != nil {
				c.members = append(c.members, p.UserID)
			}
		}
		w.chats[g.ChatID] = c
	}
	return w
}

// now is the time of this Telegram: the clock of the options and the shift of the "clock" fault. Locked.
func (w *world) now() time.Time { return w.opts.Now().Add(w.shift) }

// person finds somebody by key, by name or by user id; nil when there is none.
func (w *world) person(as string) *Person {
	for i := range w.opts.People {
		p := &w.opts.People[i]
		if as == p.Key || as == p.Name || as == strconv.FormatInt(p.UserID, 10) {
			return p
		}
	}
	return nil
}

// chatOf finds the private chat of a person (in == ""), or a group by key or id when the person is a
// member; nil otherwise. Locked.
func (w *world) chatOf(p *Person, in string) *chat {
	if in == "" {
		return w.chats[p.UserID]
	}
	for _, c := range w.chats {
		if c.isGroup() && (c.group.Key == in || strconv.FormatInt(c.id, 10) == in) && slices.Contains(c.members, p.UserID) {
			return c
		}
	}
	return nil
}

// add puts a new message at the end of its chat. Locked.
func (w *world) add(m *message) {
	w.lastID++
	m.id, m.date = w.lastID, w.now()
	c := m.chat
	if len(c.messages) >= maxKept {
		c.messages = slices.Delete(c.messages, 0, len(c.messages)-maxKept+1)
	}
	c.messages = append(c.messages, m)
	w.touch(m)
}

// touch tells every reader that a message is new or other than before. Locked.
func (w *world) touch(m *message) {
	w.rev++
	m.rev = w.rev
	w.broadcast(m.chat, "message", w.view(m))
	w.wake()
}

// remove deletes a message for everybody. Locked.
func (w *world) remove(m *message) {
	m.deleted = true
	c := m.chat
	c.messages = slices.DeleteFunc(c.messages, func(o *message) bool { return o == m })
	w.broadcast(c, "deleted", map[string]any{"id": m.id})
	w.wake()
}

// wake releases every waiting reader once. Locked.
func (w *world) wake() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// message finds a message of the chat by id; nil when there is none. Locked.
func (c *chat) message(id int64) *message {
	i, found := slices.BinarySearchFunc(c.messages, id, func(m *message, id int64) int { return int(m.id - id) })
	if !found {
		return nil
	}
	return c.messages[i]
}

// chatIDs lists all chats in a fixed order: people as configured, then groups. Locked.
func (w *world) chatIDs() []int64 {
	ids := make([]int64, 0, len(w.chats))
	for _, p := range w.opts.People {
		ids = append(ids, p.UserID)
	}
	groups := slices.DeleteFunc(slices.Sorted(maps.Keys(w.chats)), func(id int64) bool { return id > 0 })
	return append(ids, groups...)
}

// botID is the number before the colon of a token; zero when the token is malformed.
func botID(token string) int64 {
	digits, secret, _ := strings.Cut(token, ":")
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || secret == "" || strings.ContainsAny(secret, "/?#% ") {
		return 0
	}
	return id
}
