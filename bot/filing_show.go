package bot

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"

	"rongcuo/bot/delivery"
	"rongcuo/conversations"
	"rongcuo/conversations/paper"
	"rongcuo/knowledge"
)

// guide is the engine with what it leaves to others: the answer to a policy
// question in the middle of a form, and the screen for what must not be typed.
func (b *Bot) guide() *conversations.Guide {
	return &conversations.Guide{Library: b.config.Procedures, Asker: asking{b}, Screener: screening{}}
}

// asking answers a question that was put in the middle of a form, briefly.
type asking struct{ b *Bot }

func (a asking) Answer(ctx context.Context, question string) conversations.Message {
	answer, err := a.b.base.Ask(ctx, knowledge.Question{Text: question, Words: true}, nil)
	if err != nil {
		a.b.log.Warn("a question within a form was not answered", "error", err)
		return conversations.Message{{Text: textAskLater}}
	}
	m := conversations.Message{{Text: answer.Hint, Mark: conversations.Bold}}
	for _, list := range [][]knowledge.Citation{answer.Basis, answer.Limits, answer.Nearest} {
		for i, c := range list {
			if i == 2 {
				break
			}
			m = append(m, conversations.Span{Text: "\n" + c.Name() + "（" + c.Status + "）\n"}, conversations.Span{Text: c.Excerpt("\n"), Mark: conversations.Quote})
		}
	}
	if answer.Status == knowledge.Answered || answer.Status == knowledge.Partial {
		m = append(m, conversations.Span{Text: "\n" + answer.Closing(), Mark: conversations.Faint})
	}
	return m
}

// screening refuses what must not be kept (risk-filing, section 7).
type screening struct{}

var mobile = regexp.MustCompile(`(?:^|[^0-9])1[3-9][0-9](?:[ -]?[0-9]){8}(?:[^0-9]|$)`)

func (screening) Screen(text string) string {
	text = knowledge.Normalize(text)
	for _, f := range knowledge.Screen(text) {
		switch {
		case f.Kind == knowledge.FoundSecret:
			return textSecretTyped
		case f.Kind == knowledge.FoundIdentity || f.Kind == knowledge.FoundCard:
			return textNumberTyped
		case f.Kind == knowledge.FoundPhone && mobile.MatchString(text):
			return textMobileTyped
		}
	}
	return ""
}

// What is shown together, so that a screen is few messages.
const (
	togetherUnits = 3000
	togetherRows  = 24
)

// showReplies sends what the engine says, several short replies in one message.
func (b *Bot) showReplies(c *chat, d draft, replies []conversations.Reply) error {
	html, rows := "", [][]button(nil)
	flush := func() error {
		if html == "" {
			return nil
		}
		err := c.reply(html, keyboard(rows))
		html, rows = "", nil
		return err
	}
	for _, r := range replies {
		one := messageHTML(r.Text)
		if html != "" && (units(html)+units(one) > togetherUnits || len(rows)+len(r.Choices) > togetherRows) {
			if err := flush(); err != nil {
				return err
			}
		}
		if html != "" {
			html += "\n\n"
		}
		html += one
		for _, row := range r.Choices {
			var out []button
			for _, choice := range row {
				out = append(out, button{choice.Label, "f:" + d.of() + ":" + choice.Action})
			}
			rows = append(rows, out)
		}
		if r.Export {
			if err := b.exportDraft(c, d); err != nil {
				return err
			}
		}
	}
	return flush()
}

func messageHTML(m conversations.Message) string {
	var html strings.Builder
	for _, s := range m {
		switch s.Mark {
		case conversations.Bold:
			html.WriteString(bold(s.Text))
		case conversations.Faint:
			html.WriteString("<i>" + escape(s.Text) + "</i>")
		case conversations.Quote:
			html.WriteString(quote(s.Text))
		default:
			html.WriteString(escape(s.Text))
		}
	}
	return html.String()
}

// exportDraft sends the draft as the form, marked as no official document.
func (b *Bot) exportDraft(c *chat, d draft) error {
	p := b.config.Procedures.Version(d.Dialog.Procedure, d.Dialog.Version)
	if p == nil {
		return nil
	}
	return b.sendPaper(c, p, p.Draft(d.Dialog), "application", conversations.Print{Draft: true, At: b.when()}, textDraftFile)
}

// sendPaper sends a document of the procedure as DOCX and PDF.
func (b *Bot) sendPaper(c *chat, p *conversations.Procedure, content conversations.Content, document string, with conversations.Print, caption string) error {
	filled, err := p.Paper(document, content, with)
	if err != nil {
		return err
	}
	var docx, pdf bytes.Buffer
	if err := paper.DOCX(&docx, filled); err != nil {
		return err
	}
	lacking, err := paper.PDF(&pdf, filled)
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		caption += fmt.Sprintf(textLacking, string(lacking[:min(len(lacking), 10)]))
	}
	for name, data := range map[string][]byte{filled.Title + ".docx": docx.Bytes(), filled.Title + ".pdf": pdf.Bytes()} {
		if err := c.turn.Send(delivery.Message{Chat: c.id, Text: escape(caption), File: &delivery.File{Name: name, Data: data}}); err != nil {
			return err
		}
	}
	return nil
}
