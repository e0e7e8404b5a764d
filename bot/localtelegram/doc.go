// Package localtelegram is a Telegram on this machine: the Bot API that the bot talks to, the people
// who talk to the bot, and a chat page for them. The demo, the tests of other packages and a curious
// newcomer use it in place of the real service; nothing leaves the computer.
//
// # The two sides
//
// The bot's side is the Bot API over HTTP at /bot<token>/<method> and /file/bot<token>/<path>, driven
// by the real go-telegram/bot client. It is strict where Telegram is strict, because a bot that was
// only tried against a kind server fails on the first day: updates are confirmed by offset alone
// (updates.go), wait 24 hours and button presses 150 seconds, a second poller ends the first with 409,
// webhooks are retried with growing pauses and travel in a queue per chat and one per pressing user
// (webhook.go), texts end at 4,096 UTF-16 units and are parsed by a strict parser with Telegram's words
// (markup.go), an edit that changes nothing is an error, and too much traffic earns 429 (limits.go).
// Where the documentation is silent the behaviour follows Telegram's open server source.
//
// The people's side is JSON under /local (people.go) and can be scripted with curl:
//
//	GET  /local/people                                     who can be played
//	POST /local/say    {"as","text"}                       a person writes
//	POST /local/edit   {"as","message_id","text"}          a person edits a message
//	POST /local/press  {"as","message_id","text","wait"}   a person presses the button with that text
//	POST /local/file   multipart: as, file, caption        a person sends a file
//	GET  /local/chat?as=&after=&wait=&since=               messages as the person sees them
//	POST /local/block  {"as","blocked"}                    a person stops or restarts the bot
//	POST /local/fault  {"kind","method","times","seconds"} trouble on demand (faults.go)
//	GET  /local/events, GET /local/state                   a stream of everything, for the page
//
// A person is named by key, by title or by user id. The page (folder page) is static, has no build
// step and speaks this same interface. Tests in Go use package localtelegramtest, which does too.
//
// # Where it is not Telegram
//
// Webhooks must point to this machine and may be plain HTTP. Of the parse modes it knows HTML alone.
// Methods that the bot does not use answer 404. A press can be answered for as long as it waits in the
// queue, 150 seconds; Telegram's clients give up sooner. Groups have no administrators.
//
// # The rooms
//
// world.go holds the whole state under one mutex, and is told to change by api_*.go (the bot) and
// people.go (the people). Waiting readers - long polls, chat waits, streams - watch one channel that is
// closed at each change. Files live in a temporary folder that Close removes. Nothing else is stored:
// a restart is a new Telegram, whose ids start at the seconds since the year 2000, so that a bot with
// a durable memory of the last run never meets an id twice.
//
// # Safety
//
// It listens on loopback only, answers only to loopback names (DNS rebinding) and to pages of its own
// origin (CSRF), sends a strict content security policy, bounds every body, and refuses to exist
// beside a real token (guard.go).
package localtelegram
