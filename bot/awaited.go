package bot

import (
	"context"
	"slices"
	"strings"
)

// await is a question of ours whose answer the person writes next. A command
// or another button leaves it unanswered, and so does a word of stepBack.
type await struct {
	name   string
	access access
	run    func(b *Bot, ctx context.Context, c *chat, argument, text string) error
}

const (
	awaitPlace  = "place"
	awaitRepeal = "repeal"
	awaitInfo   = "info"
)

var awaits []await

func init() { // the functions lead back to the table
	awaits = []await{
		{awaitPlace, owners, (*Bot).awaitedPlace},
		{awaitRepeal, keepers, (*Bot).awaitedRepeal},
		{awaitInfo, keepers, (*Bot).awaitedInfo},
	}
}

// cancelButton goes with every such question.
var cancelButton = keyboard([][]button{{{buttonDrop, "stay:"}}})

// stepBack are the words with which people leave a question unanswered. No title,
// unit or date is one of them.
var stepBack = []string{"取消", "返回", "算了", "不改了", "退出"}

// awaited hands words to who asked for them.
func (b *Bot) awaited(ctx context.Context, c *chat, text string) (handled bool, err error) {
	name, argument, _ := strings.Cut(c.state.Await, ":")
	c.state.Await = ""
	for _, a := range awaits {
		if a.name != name || !c.may(a.access) {
			continue
		}
		if slices.Contains(stepBack, bare(text)) {
			return true, b.leave(ctx, c, name, argument)
		}
		return true, a.run(b, ctx, c, argument, text)
	}
	return false, nil
}

// leave leaves a question unanswered: an act on a filing that is being prepared
// is dropped, a file that is being corrected is shown again.
func (b *Bot) leave(ctx context.Context, c *chat, name, argument string) error {
	id, _, _ := strings.Cut(argument, ":")
	p, waits := c.waiting(id)
	switch {
	case name == awaitAct:
		return b.pressActDrop(ctx, c, "")
	case name == awaitInfo && waits:
		return b.preview(ctx, c, p)
	}
	return b.pressStay(ctx, c, "")
}
