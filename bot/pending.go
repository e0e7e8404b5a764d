package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Files that were uploaded wait for a decision, each with buttons of its own:
// several may have come at once. What became of those that wait no longer is
// remembered too, so that every button leads to where its file is now.

// outcome is what became of a file.
type outcome struct {
	ID    string `json:"id"`
	Words string `json:"words,omitempty"` // a sentence; "" of one that was no use
	Doc   string `json:"doc,omitempty"`   // docID of what was published
	Job   string `json:"job,omitempty"`   // that brings it into the index
}

const (
	waitingFiles = 20 // of a chat; the oldest goes when there are more
	decidedFiles = 20 // are remembered
)

// waiting gives the file that a button belongs to.
func (c *chat) waiting(id string) (pending, bool) {
	for _, p := range c.state.Files {
		if p.id() == id {
			return p, true
		}
	}
	return pending{}, false
}

// wait lets a file wait, in the place of itself or of an older one of the same
// document. It gives the files that need not be held any longer.
func (c *chat) wait(p pending) (gone []pending) {
	for _, old := range slices.Clone(c.state.Files) {
		switch {
		case old.id() == p.id():
			c.state.Files = slices.DeleteFunc(c.state.Files, func(x pending) bool { return x.id() == p.id() })
		case old.What == p.What:
			c.past(old.id(), outcome{Words: fmt.Sprintf(textSuperseded, p.Title)})
			gone = append(gone, old)
		}
	}
	c.state.Decided = slices.DeleteFunc(c.state.Decided, func(d outcome) bool { return d.ID == p.id() })
	c.state.Files = append(c.state.Files, p)
	if len(c.state.Files) > waitingFiles {
		oldest := c.state.Files[0]
		c.past(oldest.id(), outcome{Words: textFileGone})
		gone = append(gone, oldest)
	}
	return gone
}

// past ends the waiting of a file; d says what became of it.
func (c *chat) past(id string, d outcome) {
	c.state.Files = slices.DeleteFunc(c.state.Files, func(p pending) bool { return p.id() == id })
	d.ID = id
	if d.Words == "" {
		return
	}
	c.state.Decided = append(slices.DeleteFunc(c.state.Decided, func(x outcome) bool { return x.ID == id }), d)
	if n := len(c.state.Decided); n > decidedFiles {
		c.state.Decided = c.state.Decided[n-decidedFiles:]
	}
}

// fileIsPast leads from a button of a file that waits no longer to where it is
// now: still being brought in, among the documents, or gone.
func (b *Bot) fileIsPast(ctx context.Context, c *chat, id string) error {
	i := slices.IndexFunc(c.state.Decided, func(d outcome) bool { return d.ID == id })
	if i < 0 || id == "" {
		return c.say(textFileGone, nil)
	}
	d := c.state.Decided[i]
	html := escape(strings.TrimSuffix(d.Words, "。")) + "。"
	if d.Job != "" {
		job, err := c.turn.Job(ctx, d.Job)
		if err != nil {
			return err
		}
		if job.Open() {
			return c.say(html+"\n"+escape(orElse(job.Progress, textBuilding)), keyboard([][]button{{{buttonStop, "stop:" + d.Job}}}))
		}
	}
	if doc, ok := b.docOf(d.Doc); ok {
		text, rows := b.docScreen(doc)
		return c.say(html+"\n\n"+text, keyboard(rows))
	}
	return c.say(html, nil)
}
