package bot

import "rongcuo/conversations/records"

// Handler is an entry of the tables of what a person can set off, for tests from
// outside.
type Handler struct {
	Kind  string // "/" a command, "button" a button, "words" words that were asked for
	Name  string
	Roles []records.Role // nil: everyone
}

// Handlers are all of them.
func Handlers() (out []Handler) {
	add := func(kind, name string, a access) {
		h := Handler{kind, name, a.roles}
		if a.everyone {
			h.Roles = nil
		} else if len(a.roles) == 0 {
			h.Roles = []records.Role{} // nobody: the declaration is missing
		}
		out = append(out, h)
	}
	for _, c := range commands {
		add("/", c.names[0], c.access)
	}
	for _, a := range actions {
		add("button", a.name, a.access)
	}
	for _, a := range awaits {
		add("words", a.name, a.access)
	}
	return out
}

// What those without the role are told.
const (
	RefusedCommand = textUnknownCommand
	RefusedButton  = textExpired
)
