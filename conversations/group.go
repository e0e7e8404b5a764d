package conversations

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rongcuo/conversations/typed"
)

// A group is a list of items with the same fields, such as risks with cause and
// measure. Each item is asked field by field; between items a menu offers to
// add, change, delete, move and finish.

const maxItems = 50 // where the field names no bound

// itemFields are the fields of the item in work: of the group, or of the
// consultation.
func (t *turn) itemFields() []Field {
	if f := t.p.Field(t.d.Item.Of); f != nil {
		return f.Fields
	}
	return t.p.Consultation
}

func (t *turn) itemField() (*Field, int) {
	fields := t.itemFields()
	for i := range fields {
		if fields[i].Key == t.d.Item.At {
			return &fields[i], i
		}
	}
	return &fields[0], 0
}

// showGroup is the menu between items.
func (t *turn) showGroup(r *Reply, text *Message, f *Field) {
	items := t.d.Answers[f.Key].Items
	if len(items) == 0 {
		text.line()
		text.add(sprintf(sayFirstItem, f.Noun))
	} else {
		text.line()
		text.add(f.showItems(items))
	}
	for i := range items {
		n := strconv.Itoa(i)
		row := []Button{{sprintf(labelChangeItem, i+1), "item:" + f.Key + ":" + n}, {sprintf(labelDropItem, i+1), "drop:" + f.Key + ":" + n}}
		if i > 0 {
			row = append(row, Button{sprintf(labelUpItem, i+1), "up:" + f.Key + ":" + n})
		}
		r.Choices = append(r.Choices, row)
	}
	if len(items) < f.most() {
		r.Choices = append(r.Choices, []Button{{labelAddItem + f.Noun, "item:" + f.Key + ":" + strconv.Itoa(len(items))}})
	}
	if len(items) > 0 && int64(len(items)) >= f.Min {
		r.Choices = append(r.Choices, []Button{{labelItemsDone, "done:" + f.Key}})
	}
}

func (f *Field) most() int {
	if f.Max > 0 {
		return int(f.Max)
	}
	return maxItems
}

// pressItem opens an item; the one behind the last is a new one.
func (t *turn) pressItem(key, number string) bool {
	f := t.asked(key, Group)
	i, err := strconv.Atoi(number)
	if f == nil || err != nil {
		return false
	}
	items := t.d.Answers[key].Items
	if i < 0 || i > len(items) || i >= f.most() {
		return false
	}
	t.d.Item = &Item{Of: key, Index: i, At: f.Fields[0].Key, Answers: Answers{}}
	if i < len(items) {
		t.d.Item.Answers = items[i].clone()
	}
	t.askAgain()
	return true
}

func (t *turn) pressDrop(key, number string) bool {
	f, i, ok := t.itemAt(key, number)
	if !ok {
		return false
	}
	t.setItems(f, without(t.d.Answers[key].Items, i))
	t.say(sprintf(sayDropped, i+1))
	t.askAgain()
	return true
}

func (t *turn) pressUp(key, number string) bool {
	f, i, ok := t.itemAt(key, number)
	if !ok || i == 0 {
		return false
	}
	items := append([]Answers{}, t.d.Answers[key].Items...)
	items[i-1], items[i] = items[i], items[i-1]
	t.setItems(f, items)
	t.askAgain()
	return true
}

func (t *turn) itemAt(key, number string) (f *Field, i int, ok bool) {
	f = t.asked(key, Group)
	i, err := strconv.Atoi(number)
	return f, i, f != nil && err == nil && i >= 0 && i < len(t.d.Answers[key].Items)
}

func (t *turn) setItems(f *Field, items []Answers) {
	if len(items) == 0 {
		delete(t.d.Answers, f.Key)
		return
	}
	t.d.Answers[f.Key] = Value{Items: items}
}

// groupText begins an item with what was typed instead of pressing the button.
func (t *turn) groupText(f *Field, s string) {
	n := len(t.d.Answers[f.Key].Items)
	if n >= f.most() {
		t.refuse(f, &typed.Error{Say: sprintf(sayItemsFull, f.most())})
		return
	}
	t.d.Item = &Item{Of: f.Key, Index: n, At: f.Fields[0].Key, Answers: Answers{}}
	switch word := strings.Trim(s, "。！! "); {
	case slices.Contains(groupDoneWords, word):
		if t.d.Item = nil; n == 0 {
			t.askAgain()
			return
		}
		t.groupDone(f)
	case groupMore.MatchString(word):
		t.askAgain()
	case t.itemInOne(f, s):
	default:
		t.itemText(s)
	}
}

// What is said between items instead of pressing a button.
var (
	groupDoneWords = []string{"都填好了", "填好了", "完成", "好了", "没有了", "没了", "就这些", "就这一条", "就这一家", "结束"}
	groupMore      = regexp.MustCompile(`^(?:再)?(?:添加|增加|加|新增)(?:上)?(?:一|1)?(?:条|家|项|个)?$`)
)

// itemInOne takes the first two answers of an item from one line, the way people
// write it: 示例街道党工委：组织居民议事.
func (t *turn) itemInOne(f *Field, s string) bool {
	name, rest, found := strings.Cut(strings.ReplaceAll(s, ":", "："), "：")
	if !found || strings.Contains(s, "\n") || len(f.Fields) < 2 || f.Fields[0].Kind != Organisation {
		return false
	}
	first, err := f.Fields[0].read(name, nil, t.now)
	if err != nil {
		return false
	}
	t.d.Item.Answers[f.Fields[0].Key] = first
	t.d.Item.At = f.Fields[1].Key
	t.itemText(rest)
	return true
}

func (t *turn) askItem() {
	sub, i := t.itemField()
	text := Message{}
	if f := t.p.Field(t.d.Item.Of); f != nil {
		text.mark(Faint, sprintf(sayItemHead, f.Noun, t.d.Item.Index+1, i+1, len(f.Fields)))
		text.line()
	}
	describe(&text, sub)
	r := Reply{}
	if v, ok := t.d.Item.Answers[sub.Key]; ok {
		text.line()
		text.add(sayPresent)
		text.mark(Quote, sub.show(v))
		r.Choices = append(r.Choices, []Button{{labelKeep, "pick:" + sub.Key + ":keep"}})
	}
	switch sub.Kind {
	case Yesno:
		r.Choices = append(r.Choices, []Button{{"是", "pick:" + sub.Key + ":yes"}, {"否", "pick:" + sub.Key + ":no"}})
	case Choice:
		for _, o := range sub.Options {
			r.Choices = append(r.Choices, []Button{{o.Label, "pick:" + sub.Key + ":" + o.ID}})
		}
	}
	if sub.Optional {
		r.Choices = append(r.Choices, []Button{{labelSkip, "pick:" + sub.Key + ":skip"}})
	}
	r.Choices = append(r.Choices, []Button{{labelBack, "do:back"}, {labelSave, "do:save"}, {labelCancel, "do:cancel"}})
	r.Text = text
	t.reply(r)
}

func (t *turn) itemText(s string) {
	sub, _ := t.itemField()
	v, err := sub.read(s, sub.Options, t.now)
	if err != nil {
		t.refuseItem(sub, err.Error())
		return
	}
	t.acceptItem(sub, v)
}

func (t *turn) refuseItem(sub *Field, say string) {
	t.say(sub.Label + "：" + say)
	t.askAgain()
}

func (t *turn) pickInItem(key, option string) bool {
	sub, _ := t.itemField()
	_, answered := t.d.Item.Answers[key]
	switch {
	case sub.Key != key:
		return false
	case option == "keep" && answered:
		t.itemNext()
		return true
	case option == "skip" && sub.Optional:
		delete(t.d.Item.Answers, key)
		t.itemNext()
		return true
	case sub.Kind != Yesno && sub.Kind != Choice:
		return false
	}
	v, ok := sub.picked(option, sub.Options)
	if ok {
		t.acceptItem(sub, v)
	}
	return ok
}

// acceptItem takes an answer within an item; rules there see the item alone.
func (t *turn) acceptItem(sub *Field, value Value) {
	old, had := t.d.Item.Answers[sub.Key]
	t.d.Item.Answers[sub.Key] = value
	values := itemValues(t.itemFields(), t.d.Item.Answers, t.now)
	for _, r := range sub.Rules {
		switch {
		case r.Must.holds(values):
		case r.Level == Yellow:
			t.say(levelSign(r.Level) + cited(r))
		default:
			if delete(t.d.Item.Answers, sub.Key); had {
				t.d.Item.Answers[sub.Key] = old
			}
			t.refuseItem(sub, cited(r))
			return
		}
	}
	t.itemNext()
}

func itemValues(fields []Field, answers Answers, now time.Time) map[string]any {
	values := map[string]any{"today": typed.Day(now), "now": now, "answered": func(key string) bool {
		_, ok := answers[key]
		return ok
	}}
	for i := range fields {
		values[fields[i].Key] = fields[i].exprValue(answers[fields[i].Key])
	}
	return values
}

// itemNext goes to the item's next field whose condition holds, and closes the
// item behind the last.
func (t *turn) itemNext() {
	fields := t.itemFields()
	values := itemValues(fields, t.d.Item.Answers, t.now)
	_, i := t.itemField()
	for i++; i < len(fields); i++ {
		if fields[i].When.holds(values) {
			t.d.Item.At = fields[i].Key
			t.askAgain()
			return
		}
	}
	f := t.p.Field(t.d.Item.Of)
	if f == nil {
		t.advised()
		return
	}
	t.closeItem(f)
}

func (t *turn) closeItem(f *Field) {
	items := append([]Answers{}, t.d.Answers[f.Key].Items...)
	if t.d.Item.Index < len(items) {
		items[t.d.Item.Index] = t.d.Item.Answers
	} else {
		items = append(items, t.d.Item.Answers)
	}
	t.setItems(f, items)
	t.d.Item = nil
	t.say(sprintf(sayItemKept, len(items)))
	t.askAgain()
}

// itemBack goes to the item's field before, or leaves the item as it was.
func (t *turn) itemBack() bool {
	fields := t.itemFields()
	values := itemValues(fields, t.d.Item.Answers, t.now)
	_, i := t.itemField()
	for i--; i >= 0; i-- {
		if fields[i].When.holds(values) {
			t.d.Item.At = fields[i].Key
			t.askAgain()
			return true
		}
	}
	t.d.Item = nil
	t.askAgain()
	return true
}

func (t *turn) groupDone(f *Field) {
	v := t.d.Answers[f.Key]
	if err := f.bounds(v, typed.Day(t.now)); err != nil {
		t.refuse(f, err)
		return
	}
	t.accept(f, v)
}
