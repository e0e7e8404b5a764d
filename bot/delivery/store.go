package delivery

import (
	"context"
	"errors"
	"time"
)

// Errors of a [Store] that callers tell apart. Any other error means that the
// store could not be reached or refused to write; the step may be tried again.
var (
	// ErrFenced: the lease was lost (expired and claimed by another, released, or
	// already finished). Nothing was written.
	ErrFenced = errors.New("delivery: the claim is no longer ours")
	// ErrConflict: a session changed since it was loaded. Nothing was written.
	ErrConflict = errors.New("delivery: the session was changed meanwhile")
	// ErrHeld: the lock belongs to another owner.
	ErrHeld = errors.New("delivery: the lock is held by another")
	// ErrInvalid: a value that no store accepts (empty key, newline in a key,
	// message without content). Trying again does not help.
	ErrInvalid = errors.New("delivery: invalid value")
	// ErrNewer: a newer program has migrated the store; this one must not touch it.
	ErrNewer = errors.New("delivery: the store belongs to a newer program")
)

// QueueName names one of the queues.
type QueueName string

const (
	Inbox  QueueName = "in"  // updates on their way to the handler; key: update_id
	Outbox QueueName = "out" // messages on their way to Telegram; key: [Message.Key]
	Jobs   QueueName = "job" // work longer than a turn; see [Job]
)

// Priority orders lanes of the outbox; the smaller goes first. Updates are all
// of priority Reply.
type Priority int

const (
	Reply  Priority = 0 // answers a person who waits
	Notice Priority = 1 // bulk notices, reminders: after every reply that is due
)

// Item is one entry of a queue. Items of one chat and priority form a lane: they
// are claimed one at a time, in the order of Order, then of arrival.
type Item struct {
	Key      string // unique within the queue for [Remembered]; 1-200 bytes, no newline
	Chat     int64
	Priority Priority
	Order    int64  // update_id in the inbox; 0 in the outbox (arrival decides)
	Body     []byte // erased when the item is done
}

// Claim is an item in hand: the head of its lane, leased to one owner.
type Claim struct {
	Item
	Queue    QueueName
	Fence    int64     // grows with every claim of the store; names this one
	Tries    int       // how often it was claimed, this time included
	Received time.Time // when it was put, by the store's clock
	member   string    // Redis: its place in the order
	rowid    int64     // SQLite: its row
}

// State says how a claim ends.
type State int

const (
	Done   State = iota // handled or sent; the body is erased, the key remembered
	Retry               // again after Outcome.Delay; the rest of the lane waits behind it
	Parked              // set aside with Outcome.Note; the lane goes on. See [Store.Revive]
)

// Outcome is everything that becomes true in the step that ends a claim.
type Outcome struct {
	State     State
	Delay     time.Duration // Retry: until the lane may be claimed again
	Uncounted bool          // Retry: do not count this claim in Claim.Tries
	Note      string        // Parked: why, without personal data
	Result    int64         // Done: what [Store.Result] gives; for a message its message_id
	Out       []Item        // put into the outbox
	Jobs      []Item        // put into the queue of jobs
	Saves     []Save        // dialog states to write
	Block     bool          // the chat refuses us: note it and drop what waits for it
	Erase     *Erasure      // forget the chat; before Out is put, after Saves are written
}

// Erasure is what a step erases of the claim's chat, see [Eraser].
type Erasure struct {
	// Sessions are the beginnings of the keys of sessions to erase; each should
	// end with a separator, or "chat:1" takes "chat:12" along.
	Sessions []string
}

// Save is one write of a session.
type Save struct {
	Key      string        // 1-200 bytes
	Revision int64         // as loaded; 0 means that there must be none
	Value    []byte        // nil deletes
	TTL      time.Duration // how long it lives from now; required unless deleting
}

// Queues holds inbox, outbox and jobs.
type Queues interface {
	// Put stores items durably, in order, all or none, and returns how many were
	// new; a key that is known changes nothing.
	Put(ctx context.Context, queue QueueName, items ...Item) (added int, err error)
	// Claim leases the heads of up to max free lanes to owner, those of smaller
	// priority first, then those that have been ready longest. None: empty slice.
	Claim(ctx context.Context, queue QueueName, owner string, max int, lease time.Duration) ([]Claim, error)
	// Extend renews the lease of a claim from now. ErrFenced if it is lost.
	Extend(ctx context.Context, c Claim, lease time.Duration) error
	// Finish ends a claim and does all of its outcome, or nothing: ErrFenced,
	// ErrConflict.
	Finish(ctx context.Context, c Claim, o Outcome) error
	// Release frees what owner has leased, but for the claims whose fences it
	// keeps; after a start under the same name, or a call whose answer was lost.
	Release(ctx context.Context, queue QueueName, owner string, keep ...int64) error
}

// Aftermath looks at what became of items.
type Aftermath interface {
	// Result gives the result of a done item for [Remembered]; ok is false when
	// it is unknown, waiting, parked, or was dropped because the chat blocked us.
	Result(ctx context.Context, queue QueueName, key string) (result int64, ok bool, err error)
	// Revive puts everything parked in the queue back in line with no tries.
	Revive(ctx context.Context, queue QueueName) (revived int, err error)
	// Count gives the present lengths.
	Count(ctx context.Context, queue QueueName) (Counts, error)
	// Sweep erases what has had its time: keys and results after [Remembered],
	// parked items after [ParkedFor], expired sessions, limits and locks.
	Sweep(ctx context.Context) error
}

// Eraser forgets a chat (promise R40).
type Eraser interface {
	// Erase drops, in one step, what waits or is parked for a chat in inbox and
	// outbox, whoever holds it, and the results of what was sent to it, and
	// deletes the sessions whose keys begin with one of the prefixes. What stays
	// are bare keys, without the chat, until [Remembered] is over, so that an
	// update that Telegram repeats is still known; counters of [Limits], which
	// end by themselves; and the note that the chat blocked us. In an
	// [Outcome] it spares the updates that came after the claim's own.
	Erase(ctx context.Context, chat int64, sessions ...string) error
}

// Counts are the lengths of a queue.
type Counts struct {
	Waiting int // not yet done, in hand included
	Parked  int
}

// Sessions keeps small values per chat or person: the state of a dialog.
type Sessions interface {
	// Load gives the value and its revision; nil and 0 when there is none.
	Load(ctx context.Context, key string) (value []byte, revision int64, err error)
	// Save compares and sets in one step and returns the new revision, which was
	// never used before; ErrConflict when the revision is another.
	Save(ctx context.Context, s Save) (revision int64, err error)
}

// Locks names what one process at a time may do.
type Locks interface {
	// Lock takes the lock for ttl, or renews it if owner holds it already, and
	// returns its fence: the same while it is held without a gap. ErrHeld.
	Lock(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, err error)
	// Unlock frees the lock if that fence still holds it; otherwise nothing.
	Unlock(ctx context.Context, name string, fence int64) error
}

// Limits counts what a person may use within a window.
type Limits interface {
	// Take adds n to the counter of key if the sum stays within limit, and says
	// if it did, how much is used, and for how long the window goes on. A window
	// starts with its first taking. A negative n gives back.
	Take(ctx context.Context, key string, n, limit int64, window time.Duration) (Taken, error)
}

// Taken is the answer of [Limits.Take].
type Taken struct {
	OK   bool
	Used int64         // after this taking
	Left time.Duration // until the window ends
}

// Refusals remembers chats that blocked the bot. While a chat is noted, messages
// put for it are dropped.
type Refusals interface {
	Blocked(ctx context.Context, chat int64) (bool, error)
	SetBlocked(ctx context.Context, chat int64, blocked bool) error
}

// Store is all that an Office keeps between two moments. Two implementations
// ship: [OpenSQLite] and [OpenRedis]. All methods are safe for concurrent use.
type Store interface {
	Queues
	Aftermath
	Eraser
	Sessions
	Locks
	Limits
	Refusals
	Close() error
}

const (
	// Remembered is how long at least a key is known after its item came: twice the 24
	// hours that Telegram keeps an update (promise R1).
	Remembered = 48 * time.Hour
	// ParkedFor is how long a parked item can be revived.
	ParkedFor = 7 * 24 * time.Hour
	maxKey    = 200
)
