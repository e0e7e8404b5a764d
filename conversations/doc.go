// Package conversations leads a person through an official procedure, one
// question at a time. The procedure is data, the dialog is a value, and the
// engine is a pure function: (procedure, dialog, event, now) -> (dialog,
// replies). It knows no messenger, no store and no clock.
//
// Why: a form changes with every county and year, so nothing of it is in Go; a
// draft lives for weeks across restarts and devices, so all of it is one value
// that is written after every step; and what is asked next follows from the
// answers alone (view.go), never from the order in which they came, so that
// conditional questions, corrections, a pasted plan and a new version need no
// bookkeeping.
//
// The tour. Data: procedure.go and stages.go describe it, load.go reads it,
// check*.go prove that it can be walked, condition.go is the only file that
// knows the expression library, procedures/ holds what is shipped. Dialog:
// dialog.go and value.go are the state, event.go and reply.go the two sides,
// step.go the engine. Behind it gates.go, ask.go, answer.go, group.go and
// files.go put the questions, commands.go, correct.go and propose.go take what
// is not a plain answer, review.go submits, content.go is the result, migrate.go
// changes versions, timer.go minds idle drafts. kinds.go and typed/ read what
// was typed. calendar.go counts working days, number.go makes application
// numbers, known.go and read_answers.go read the short forms of a filing, print.go and
// mask.go fill its papers, guide.go joins the engine with a model, a screen and an answerer.
package conversations
