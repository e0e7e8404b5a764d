package conversations

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"rongcuo/conversations/typed"
	"rongcuo/prompts"
)

// ModelProposer looks for answers with a chat model. Nothing of what the model
// writes is believed: the engine keeps only values whose sentence stands in the
// text and that the field can read, and the person takes each.
type ModelProposer struct {
	Prompts *prompts.Set
	Model   interface {
		Complete(ctx context.Context, system, user string, onText func(string)) (string, error)
	}
}

const (
	modelTime  = 20 * time.Second // the person waits
	modelStart = 150              // characters; shorter texts are left to the rules
	modelText  = 8000             // characters that are shown to the model
)

// Propose gives nothing when the text is short, the model fails or takes too
// long: then the rules alone have looked.
func (m ModelProposer) Propose(ctx context.Context, text string, fields []*Field) []Suggestion {
	if utf8.RuneCountInString(text) < modelStart {
		return nil
	}
	plan := prompts.Plan{Fence: rand.Text(), Text: shorten(text, modelText), Date: typed.FormatDate(time.Now().In(typed.China))}
	for _, f := range fields {
		if !f.proposable() {
			continue
		}
		field := prompts.PlanField{Key: f.Key, Label: f.Label, Ask: f.Ask}
		for _, o := range f.Options {
			field.Options = append(field.Options, o.Label)
		}
		plan.Fields = append(plan.Fields, field)
	}
	system, user, err := m.Prompts.Plan(plan)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, modelTime)
	defer cancel()
	reply, err := m.Model.Complete(ctx, system, user, nil)
	if err != nil {
		return nil
	}
	return readSuggestions(reply)
}

// readSuggestions reads the array out of a reply, whatever stands around it.
func readSuggestions(reply string) []Suggestion {
	from, to := strings.IndexByte(reply, '['), strings.LastIndexByte(reply, ']')
	if from < 0 || to < from {
		return nil
	}
	var out []Suggestion
	if json.Unmarshal([]byte(reply[from:to+1]), &out) != nil {
		return nil
	}
	return out[:min(len(out), maxProposed)]
}
