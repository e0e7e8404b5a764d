// Package delivery is the way of a message between Telegram and the bot: it
// takes updates in, hands them to one handler, and brings the replies out.
// It knows no command and no business rule.
//
//	Telegram --Poll or Webhook--> inbox --one chat at a time--> Handler
//	   ^                                                           |
//	   +------- sender: limits, retry, order <-- outbox <----------+
//
// An [Office] is one process's part in this. Intake (poll.go, webhook.go)
// writes each update into the inbox before Telegram is told that it arrived.
// Dispatch (dispatch.go) claims the oldest update of a free chat, runs the
// [Handler] with a [Turn], and finishes it: "update done", the replies and the
// dialog state that the handler left in the turn are stored in one atomic step.
// The sender (sender.go) claims what is due in the outbox and sends it through
// go-telegram/bot within Telegram's limits.
//
// # Why not the library's own loop
//
// go-telegram/bot v1.19 acknowledges an update before it is handled (a kill lost
// 1,500 of 1,500 in a trial), its webhook handler answers 200 to a wrong secret,
// no mode keeps one chat in order while others run in parallel, and a panic ends
// the process. Its types and its sending methods are used; its loop is not.
//
// # One store, two kinds
//
// Everything rests on [Store]: two queues (inbox and outbox) cut into lanes, one
// lane a chat. A lane is claimed with a lease and a fence, a number that only
// grows; whoever lost the lease (paused, partitioned) is refused at [Store.Finish]
// because his fence is old. So a chat is never handled twice in effect, also
// across replicas. SQLite ([OpenSQLite]) is the store of one server with nothing
// installed, Redis ([OpenRedis]) that of several replicas; one conformance suite
// runs on both. In Redis all keys share one hash tag, because one step touches
// inbox, outbox and dialog state at once; a bot that may send 30 messages a
// second does not need a second shard.
//
// # What is promised, and what is not
//
// An update that was acknowledged to Telegram is handled, at least once begun and
// exactly once in effect, as long as its effects go through the [Turn] (a handler
// that writes elsewhere uses the update's number as its idempotency key). A
// message of the outbox is sent at least once: the Bot API knows no idempotency
// key for sending, so a reply lost after execution, or a kill between sending and
// noting, sends that one message again. The other choice, at most once, would
// lose notices of legal weight. Order holds within a chat and priority.
// What is ephemeral (typing, drafts, progress, answers to button presses) goes
// through [Office.Try]: at once, best effort, never stored.
//
// While the store is away nothing is acknowledged: Telegram keeps messages for 24
// hours and button presses for 150 seconds, and who writes is told once, past the
// store (outage.go). Who polls goes on polling for that, and yields when another
// took over. What Redis loses (FLUSHALL, a failover) is lost here too, but for what
// Telegram was not yet told.
//
// What handlers need beside the store, such as the database of the records, may be
// away too (trouble.go): then the update waits in the inbox, uncounted, and its
// chat is told in the same way. A store that is full refuses with the reason.
//
// An update that fails five times (error, panic, or the death of the process)
// is parked, its chat and the administrators are told once, and the chat goes on.
// Logs carry numbers of updates, kinds of error and counts; never a text, a name
// or the token.
package delivery
