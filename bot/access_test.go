package bot

import (
	"testing"

	"rongcuo/conversations/records"
)

// handlers are everything that a person can set off, with who may.
func handlers() map[string]access {
	all := map[string]access{}
	for _, c := range commands {
		all["/"+c.names[0]] = c.access
	}
	for _, a := range actions {
		all["button:"+a.name] = a.access
	}
	for _, a := range awaits {
		all["words:"+a.name] = a.access
	}
	return all
}

func TestEveryHandlerSaysWhoMayUseIt(t *testing.T) {
	for name, a := range handlers() {
		if !a.everyone && len(a.roles) == 0 {
			t.Errorf("%s has no declared access", name)
		}
		for _, r := range a.roles {
			if r.Name() == "" {
				t.Errorf("%s is for %q, which is no role", name, r)
			}
		}
	}
}

// Every handler × every role, in private and in a group: only who is named may.
func TestOnlyTheNamedRolesMay(t *testing.T) {
	for name, a := range handlers() {
		for _, role := range append([]records.Role{""}, records.Roles...) {
			named := a.everyone
			for _, r := range a.roles {
				named = named || r == role
			}
			var posts []records.Post
			if role != "" {
				posts = []records.Post{{Role: role, Place: "示例县甲中心"}}
			}
			private, group := chat{posts: posts}, chat{posts: posts, group: true}
			if private.may(a) != named {
				t.Errorf("%s by %q: %v", name, role, !named)
			}
			if group.may(a) != a.everyone {
				t.Errorf("%s in a group by %q: %v", name, role, !a.everyone)
			}
		}
	}
}

func TestNoTwoHandlersShareAName(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range commands {
		for _, n := range c.names {
			if seen[n] {
				t.Errorf("command %s stands twice", n)
			}
			seen[n] = true
		}
	}
	for _, a := range actions {
		if seen["button:"+a.name] {
			t.Errorf("button %s stands twice", a.name)
		}
		seen["button:"+a.name] = true
	}
}
