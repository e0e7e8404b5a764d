package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

func runAsk(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("ask", errOut)
	docs := flags.String("docs", "", "直接用这个文件夹里的文件回答，不保存")
	data := flags.String("data", "", "知识库所在的文件夹（见 reindex）")
	at := flags.String("at", "", "以这一天的有效文件为准，例如 2024-05-01；默认今天")
	asJSON := flags.Bool("json", false, "输出一个 JSON 对象")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	question := strings.TrimSpace(strings.Join(flags.Args(), " "))
	if question == "" {
		return wrongUse(askUsage)
	}
	day, err := parseDay(*at)
	if err != nil {
		return err
	}
	base, closeBase, err := openBase(ctx, *docs, *data, errOut)
	if err != nil {
		return err
	}
	defer closeBase()
	if err := embedSome(ctx, base, knowledge.Query{Text: question, At: day}, *docs == "" && *data != "", errOut); err != nil {
		return err
	}
	answer, err := base.Ask(ctx, knowledge.Question{Text: question, At: day}, nil)
	if err != nil {
		return err
	}
	if *asJSON {
		err = json.NewEncoder(out).Encode(answerJSON(answer))
	} else {
		_, err = fmt.Fprintln(out, answer.Text())
	}
	if err == nil && (answer.Status == knowledge.Technical || answer.Status == knowledge.Timeout) {
		return failure("没有得到回答：%s", answer.Hint)
	}
	return err
}

// parseDay reads -at; "" stays "".
func parseDay(s string) (documents.Date, error) {
	if s == "" {
		return "", nil
	}
	d, ok := documents.ParseDate(s)
	if !ok {
		return "", wrongUse(fmt.Sprintf("日期“%s”不存在，请写成 2024-05-01 的样子。", s))
	}
	return d, nil
}

// answerObject is the object of ask -json. Its first line of fields is fixed
// for scripts; the others may grow.
type answerObject struct {
	Question  string                  `json:"question"`
	Status    knowledge.Status        `json:"status"`
	Answer    string                  `json:"answer"`
	Citations []knowledge.Citation    `json:"citations"`
	Cases     []knowledge.SimilarCase `json:"cases"`
	Passages  []passageObject         `json:"passages"`
	MS        map[string]float64      `json:"ms"`

	Hint      string               `json:"hint,omitempty"`
	Warning   *knowledge.Citation  `json:"redline,omitempty"`
	Limits    []knowledge.Citation `json:"limits,omitempty"`
	Nearest   []knowledge.Citation `json:"nearest,omitempty"`
	Conflicts []string             `json:"conflicts,omitempty"`
	Ask       []string             `json:"ask,omitempty"`
	Next      string               `json:"next,omitempty"`
	Notices   []string             `json:"notices,omitempty"`
	Composed  bool                 `json:"ai_composed"`
	Embedding string               `json:"embedding"` // the model that this answer used, "" for words alone
	At        documents.Date       `json:"as_of"`
}

type passageObject struct {
	Doc      string  `json:"doc"`
	Article  string  `json:"article"`
	Score    float64 `json:"score"`
	Words    float64 `json:"words"`
	Meaning  float64 `json:"meaning,omitempty"`
	LiftedBy string  `json:"lifted_by,omitempty"`
}

func answerJSON(a knowledge.Answer) answerObject {
	o := answerObject{
		Question: a.Question, Status: a.Status, Answer: a.Text(), MS: a.MS,
		Citations: []knowledge.Citation{}, Cases: []knowledge.SimilarCase{}, Passages: []passageObject{},
		Hint: a.Hint, Warning: a.Warning, Limits: a.Limits, Nearest: a.Nearest, Conflicts: a.Conflicts,
		Ask: a.Ask, Next: a.Next, Notices: a.Notices, Composed: a.Composed, Embedding: a.Meaning, At: a.At,
	}
	o.Citations = append(o.Citations, a.Citations()...)
	o.Cases = append(o.Cases, a.Cases...)
	for _, h := range a.Passages {
		p := passageObject{Doc: h.Doc, Article: h.Article, Score: h.Score, Words: h.Words, Meaning: h.Meaning}
		if h.Lifted.Doc != "" {
			p.LiftedBy = h.Lifted.Doc + "#" + h.Lifted.Article
		}
		o.Passages = append(o.Passages, p)
	}
	return o
}
