package typed

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Option is one thing to choose from.
type Option struct {
	ID      string
	Label   string
	Aliases []string // other words for it
}

var (
	ordinal    = regexp.MustCompile(`^(?:第|选|选择)*([0-9]{1,3})(?:[项个条号种)]|、)?$`)
	listBreaks = regexp.MustCompile(`[、,，;；/／\s+＋和与及]+`)
)

// Choice reads one option: by its number in the list (2, 第2个, ②), its label,
// one of its aliases, or a piece of text that only one label holds.
func Choice(s string, options []Option) (id string, err error) {
	text := fold(s)
	if text == "" {
		return "", refuse(sayChoice, labels(options))
	}
	if o := exact(text, options); o != nil {
		return o.ID, nil
	}
	if m := ordinal.FindStringSubmatch(arabicDates(text)); m != nil {
		n, _ := strconv.Atoi(m[1])
		if n >= 1 && n <= len(options) {
			return options[n-1].ID, nil
		}
		return "", refuse(sayChoiceRange, len(options))
	}
	var found []Option
	for _, o := range options {
		label := fold(o.Label)
		if len([]rune(text)) >= 2 && strings.Contains(label, text) || strings.Contains(text, label) {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 1:
		return found[0].ID, nil
	case 0:
		return "", refuse(sayChoice, labels(options))
	}
	return "", refuse(sayAmbiguous, labels(found))
}

func exact(text string, options []Option) *Option {
	for i, o := range options {
		if fold(o.Label) == text || fold(o.ID) == text && !ordinal.MatchString(text) {
			return &options[i]
		}
		for _, a := range o.Aliases {
			if fold(a) == text {
				return &options[i]
			}
		}
	}
	return nil
}

// Choices reads several options, each as Choice does, in the list's order and
// without repeats.
func Choices(s string, options []Option) (ids []string, err error) {
	text := strings.TrimSpace(Clean(s))
	if o := exact(fold(text), options); o != nil {
		return []string{o.ID}, nil
	}
	chosen := map[string]bool{}
	for _, piece := range listBreaks.Split(text, -1) {
		if piece == "" {
			continue
		}
		id, err := Choice(strings.TrimPrefix(piece, "情形"), options)
		if err != nil {
			return nil, err
		}
		chosen[id] = true
	}
	for _, o := range options {
		if chosen[o.ID] {
			ids = append(ids, o.ID)
		}
	}
	if len(ids) == 0 {
		return nil, refuse(sayChoices)
	}
	return ids, nil
}

func labels(options []Option) string {
	var out []string
	for i, o := range options {
		out = append(out, strconv.Itoa(i+1)+" "+o.Label)
	}
	return strings.Join(out, "；")
}

var (
	yesWords    = []string{"是", "是的", "有", "有的", "对", "对的", "有过", "研究过", "会", "会的", "涉及", "需要", "要", "可能", "嗯", "yes", "y"}
	noWords     = []string{"否", "不是", "没有", "没", "还没有", "还没", "尚未", "没有过", "暂时没有", "无", "不", "不会", "不涉及", "不需要", "不要", "不可能", "no", "n"}
	unsureWords = []string{"不确定", "不清楚", "不知道", "拿不准", "说不准", "不好说", "不一定", "unsure"}
)

// Answer is a yes, a no or a doubt.
type Answer string

// What YesNo can return.
const (
	Yes    Answer = "yes"
	No     Answer = "no"
	Unsure Answer = "unsure"
)

// YesNo reads 是, 没有, 不确定 and their everyday forms. Where doubt is no
// answer, the caller refuses Unsure itself.
func YesNo(s string) (Answer, error) {
	text := strings.TrimRight(fold(s), "。.!！,，的了呢吧")
	text = strings.TrimSuffix(text, "的")
	if text == "" {
		text = fold(s)
	}
	switch {
	case slices.Contains(unsureWords, text):
		return Unsure, nil
	case slices.Contains(noWords, text):
		return No, nil
	case slices.Contains(yesWords, text):
		return Yes, nil
	}
	return "", refuse(sayYesNo)
}
