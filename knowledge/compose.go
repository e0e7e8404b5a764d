package knowledge

import (
	"context"
	"crypto/rand"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rongcuo/knowledge/documents"
	"rongcuo/prompts"
)

// composedSources is how many articles a model is given.
const composedSources = 8

// compose lets a model write the hint from numbered sources and keeps of it
// what holds. Whatever goes wrong, the extractive parts stand as they are.
func (b *Base) compose(ctx context.Context, g *generation, q Question, f finding, a *Answer, onText func(string)) {
	request := Request{Question: Mask(q.Text), At: a.At}
	for _, t := range leaning(q) {
		if t.Role == "user" {
			request.Earlier = append(request.Earlier, Mask(t.Text))
		}
	}
	var entries []int
	add := func(i int) {
		if i >= 0 && !slices.Contains(entries, i) && len(entries) < composedSources {
			entries = append(entries, i)
		}
	}
	for _, list := range [][]Citation{a.Basis, a.Limits} {
		for _, c := range list {
			add(c.entry)
		}
	}
	for _, h := range f.hits {
		add(h.entry)
	}
	for n, i := range entries {
		c := g.citation(i, a.At)
		request.Sources = append(request.Sources, Source{n + 1, c.Name() + "（" + c.Status + "）", g.entries[i].passage.Text})
	}
	a.Model = b.composer.Name()
	text, err := b.composer.Compose(ctx, request, holding(request, onText))
	a.Tokens = request.size() + len([]rune(text))
	if err != nil {
		b.log.Warn("answering with extracts", "reason", err)
		a.Notices = append(a.Notices, textModelFailed)
		return
	}
	checked := check(text, request)
	a.Cut = checked.cut
	if checked.text == "" {
		b.log.Info("nothing of the composed text held", "cut", len(checked.cut))
		return
	}
	a.Hint, a.Composed = checked.text, true
	for _, n := range checked.cited {
		i := entries[n-1]
		cited := func(c Citation) bool { return c.entry == i }
		if !slices.ContainsFunc(a.Basis, cited) && !slices.ContainsFunc(a.Limits, cited) && g.docs[g.entries[i].doc].Kind == documents.Rule {
			a.Basis = append(a.Basis, g.cite(i, f, a.At))
		}
	}
	if n := len(checked.cut); n > 0 {
		b.log.Info("sentences of the composed text were cut", "cut", n)
	}
}

// holding passes on of a growing text only what is checked: whole sentences
// that hold. So nobody ever reads a sentence that is cut afterwards.
func holding(r Request, onText func(string)) func(string) {
	if onText == nil {
		return nil
	}
	shown := ""
	return func(text string) {
		end := strings.LastIndexAny(text, "。！？\n]】")
		if end < 0 {
			return
		}
		_, size := utf8.DecodeRuneInString(text[end:])
		if now := check(text[:end+size], r).text; now != shown {
			shown = now
			onText(now)
		}
	}
}

// promptFrame is about what the templates add to a request, in characters.
const promptFrame = 1200

// size is the length of a request in characters.
func (r Request) size() int {
	n := promptFrame + utf8.RuneCountInString(r.Question)
	for _, e := range r.Earlier {
		n += utf8.RuneCountInString(e)
	}
	for _, s := range r.Sources {
		n += utf8.RuneCountInString(s.Name) + utf8.RuneCountInString(s.Text)
	}
	return n
}

// checked is what is left of a composed text.
type checkedText struct {
	text  string
	cited []int    // numbers of the sources that the text rests on
	cut   []string // sentences that did not hold
}

// check keeps the sentences of a composed text that hold, and cuts the others.
// A sentence holds when it names its source by number, that source was given,
// every quotation and every article in it stands in the sources it names, every
// figure stands in one of them, and it neither decides nor claims an act.
func check(text string, r Request) checkedText {
	var out checkedText
	var kept []string
	for _, sentence := range sentences(text) {
		numbers, ok := holds(sentence, r)
		if !ok {
			out.cut = append(out.cut, sentence)
			continue
		}
		for _, n := range numbers {
			if !slices.Contains(out.cited, n) {
				out.cited = append(out.cited, n)
			}
		}
		kept = append(kept, nameSources(sentence, r))
	}
	out.text = strings.Join(kept, "")
	return out
}

var (
	sentencePart = regexp.MustCompile(`[^。！？\n]*[。！？\n]*(?:[ ]*\[[0-9]+\])*[。]?`)
	sourceMark   = regexp.MustCompile(`[\[【]([0-9]{1,2})[\]】]`)
	quotation    = regexp.MustCompile(`“([^”]*)”|「([^」]*)」|"([^"]*)"`)
	markup       = regexp.MustCompile(`<[^>]*>|https?://|www\.|&[a-z]+;|\x60|\*\*`)
	figure       = regexp.MustCompile(`[0-9０-９]+(?:[.,][0-9]+)?|[〇零一二两三四五六七八九十百千万亿]+(?:个)?(?:工作日|日|天|月|年|次|元|倍|人|级|分之)`)
	docNumber    = regexp.MustCompile(`[〔\[［][0-9]{4}[〕\]］][^号]{0,8}号`)
	// a ruling or a promise, which no answer may make
	ruling = regexp.MustCompile(`(?:您|你|本人|当事人|该干部|单位)?(?:完全|一定|肯定|当然|就)?(?:可以|能够|应当|应该|会)(?:被)?(?:免责|免于追责|不被追究|不予追究|免除责任)|不会(?:被|受到)?(?:追究|追责|处分|处理|问责)|(?:无需|不用|不必)(?:承担|担)(?:任何)?责任|(?:保证|确保|承诺)[^。]{0,12}(?:免责|通过|同意)|具有法律效力|同意(?:你|您|贵)单位`)
	// an act that the assistant can't have done
	claim = regexp.MustCompile(`(?:我|本助手|系统|已经|已)(?:们)?(?:已经|已|刚刚)?(?:为您|帮您|替您|代您|向)?[^。，]{0,8}(?:提交|登记|备案成功|受理|批准|通知|发送|转交|上报|办理完毕|删除|修改)(?:了|完成|成功|完毕)|已(?:为您|帮您|替您|代您)`)
	role  = regexp.MustCompile(`(?i)系统提示|提示词|system prompt|作为(?:一个)?(?:AI|人工智能|语言模型)|我现在是|越狱|DAN`)
)

// sentences cuts a text after its sentences; the marks of sources that follow a
// full stop belong to the sentence before.
func sentences(text string) []string {
	var out []string
	for _, s := range sentencePart.FindAllString(text, -1) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// holds checks one sentence and gives the sources that it names.
func holds(sentence string, r Request) ([]int, bool) {
	if markup.MatchString(sentence) || ruling.MatchString(sentence) || claim.MatchString(sentence) || role.MatchString(sentence) {
		return nil, false
	}
	var numbers []int
	given := ""
	for _, m := range sourceMark.FindAllStringSubmatch(sentence, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 1 || n > len(r.Sources) {
			return nil, false // cites what it was not given
		}
		numbers = append(numbers, n)
		given += r.Sources[n-1].Name + "\n" + r.Sources[n-1].Text + "\n"
	}
	if len(numbers) == 0 {
		return nil, false
	}
	bare := sourceMark.ReplaceAllString(sentence, "")
	for _, m := range quotation.FindAllStringSubmatch(bare, -1) {
		if q := m[1] + m[2] + m[3]; !strings.Contains(given, strings.TrimSpace(q)) {
			return nil, false
		}
	}
	for _, ref := range documents.FindRefs(bare) {
		if !strings.Contains(given, ref.Article) {
			return nil, false
		}
	}
	for _, n := range docNumber.FindAllString(bare, -1) {
		if !strings.Contains(given, n) {
			return nil, false
		}
	}
	for _, m := range figure.FindAllString(bare, -1) {
		if !hasFigure(given, m) {
			return nil, false
		}
	}
	return numbers, true
}

// hasFigure says whether a figure stands in a text, in Chinese or Arabic
// digits.
func hasFigure(text, fig string) bool {
	if strings.Contains(text, fig) {
		return true
	}
	i := strings.IndexFunc(fig, func(r rune) bool {
		return !strings.ContainsRune("0123456789０１２３４５６７８９〇零一二两三四五六七八九十百千", r)
	})
	number, unit := fig, ""
	if i >= 0 {
		number, unit = fig[:i], fig[i:]
	}
	n, ok := documents.ParseNumber(number)
	if !ok {
		return false
	}
	return strings.Contains(text, documents.FormatNumber(n)+unit) || strings.Contains(text, strconv.Itoa(n)+unit)
}

// nameSources replaces the numbers of sources, which mean nothing to a reader,
// by the names of the articles.
func nameSources(sentence string, r Request) string {
	var names []string
	bare := sourceMark.ReplaceAllStringFunc(sentence, func(m string) string {
		n, _ := strconv.Atoi(sourceMark.FindStringSubmatch(m)[1])
		name := strings.TrimSuffix(r.Sources[n-1].Name, "（现行）")
		if !strings.Contains(sentence, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
		return ""
	})
	bare = strings.TrimRight(strings.TrimSpace(bare), "。 ")
	if len(names) > 0 {
		bare += "（" + strings.Join(names, "、") + "）"
	}
	return bare + "。"
}

// PromptComposer composes with a chat model through the prompts.
type PromptComposer struct {
	Prompts *prompts.Set
	Model   interface {
		ChatName() string
		Complete(ctx context.Context, system, user string, onText func(string)) (string, error)
	}
}

// Name is the model's.
func (p PromptComposer) Name() string { return p.Model.ChatName() }

// Compose renders the request and asks the model.
func (p PromptComposer) Compose(ctx context.Context, r Request, onText func(string)) (string, error) {
	data := prompts.Answer{Fence: "资料" + rand.Text(), Question: r.Question, Earlier: r.Earlier, Date: FormatDate(r.At)}
	for _, s := range r.Sources {
		data.Sources = append(data.Sources, prompts.Source(s))
	}
	system, user, err := p.Prompts.Answer(data)
	if err != nil {
		return "", err
	}
	return p.Model.Complete(ctx, system, user, onText)
}
