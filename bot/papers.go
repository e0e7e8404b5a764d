package bot

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/conversations"
	"rongcuo/conversations/paper"
	"rongcuo/conversations/records"
)

// Official papers of a filing, by their IDs in the procedure.
const (
	paperForm     = "application"
	paperReceipt  = "receipt"
	paperDecision = "decision"
	paperRedacted = "redacted" // the form without names
)

// pressPapers offers the papers that there are.
func (b *Bot) pressPapers(ctx context.Context, c *chat, id string) error {
	full, err := b.look(ctx, c, id)
	if err != nil || full == nil {
		return err
	}
	rows := [][]button{{{buttonForm, "paper:" + id + ":" + paperForm}, {buttonRedacted, "paper:" + id + ":" + paperRedacted}}}
	if b.decision(*full) != nil {
		rows = append(rows, []button{{buttonDecision, "paper:" + id + ":" + paperDecision}})
	}
	if full.Filing.Receipt != "" {
		rows = append(rows, []button{{buttonReceipt, "paper:" + id + ":" + paperReceipt}})
	}
	return c.say(textWhichPaper, keyboard(append(rows, []button{{buttonBackCard, "see:" + id}})))
}

// pressPaper sends one paper as DOCX and PDF: "filing:paper".
func (b *Bot) pressPaper(ctx context.Context, c *chat, rest string) error {
	id, which, _ := strings.Cut(rest, ":")
	full, err := b.look(ctx, c, id)
	if err != nil || full == nil {
		return err
	}
	f := full.Filing
	p := b.config.Procedures.Version(f.Procedure, f.Version)
	with := conversations.Print{At: b.when(), Record: b.printed(*full)}
	caption := textFormFile
	switch which {
	case paperForm:
	case paperRedacted:
		which, with.Redacted, caption = paperForm, true, textRedactedFile
	case paperReceipt:
		if f.Receipt == "" {
			return b.expired(ctx, c)
		}
		caption = textReceiptFile
	case paperDecision:
		if b.decision(*full) == nil {
			return b.expired(ctx, c)
		}
		caption = textDecisionFile
	default:
		return b.expired(ctx, c)
	}
	if err := b.sendPaper(c, p, full.Content, which, with, caption); err != nil {
		return err
	}
	return c.save()
}

// printed is what papers take from the record beside the answers: each answer to
// a step of the decision under its own name, and what stands on several papers.
func (b *Bot) printed(full records.Full) map[string]string {
	f := full.Filing
	out := map[string]string{"number": f.Number, "receipt_no": f.Receipt, "body": f.Body, "submitted_on": dayOf(f.Submitted), "filed_on": dayOf(f.Reached["filed"])}
	if out["filed_on"] != "" {
		out["registrar"] = full.Registrar
	}
	m := b.decision(full)
	if m == nil {
		return out
	}
	var reasons, articles []string
	for _, r := range m.Reasons {
		reasons = append(reasons, r.Code+" "+r.Text)
		if r.Article != "" && !slices.Contains(articles, r.Article) {
			articles = append(articles, r.Article)
		}
	}
	out["decision"], out["decided_on"] = m.Name, dayOf(m.At)
	out["reason"], out["article"] = strings.Join(reasons, "；"), strings.Join(articles, "、")
	for _, l := range m.Lines {
		out[l.Key] = l.Text
	}
	if out["decision_no"] == "" {
		out["decision_no"] = out["refusal_no"]
	}
	out["grounds"] = out["opinion"]
	if reasons != nil {
		out["grounds"] = strings.Join(slices.DeleteFunc([]string{out["reason"], out["reason_text"], out["changes"]}, func(s string) bool { return s == "" }), "；")
	}
	if out["reason_text"] != "" { // refused, for the reasons of that group
		out["refused"] = m.Name
	}
	if m.ByHandler {
		out["entered"] = textEntered
	}
	return out
}

// decision is the last thing that the deciding body resolved, nil for nothing
// yet. Accepting and sending back for completion, which begin where a submission
// leads, are not among them.
func (b *Bot) decision(full records.Full) *records.Moment {
	p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
	entry := ""
	for _, t := range p.Transitions {
		if t.Round {
			entry = t.To
		}
	}
	for i := len(full.Timeline) - 1; i >= 0; i-- {
		m := &full.Timeline[i]
		for _, t := range p.Transitions {
			if t.ID == m.Action && t.By[0] == roleBody && !slices.Contains(t.From, entry) {
				return m
			}
		}
	}
	return nil
}

// roleBody is the procedure's role that decides.
const roleBody = "body"

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return day(t)
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
	for _, f := range []delivery.File{{Name: filled.Title + ".docx", Data: docx.Bytes()}, {Name: filled.Title + ".pdf", Data: pdf.Bytes()}} {
		if err := c.turn.Send(delivery.Message{Chat: c.id, Text: escape(caption), File: &f}); err != nil {
			return err
		}
	}
	return nil
}
