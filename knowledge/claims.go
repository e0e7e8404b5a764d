package knowledge

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"rongcuo/knowledge/documents"
)

// What a model wrote is taken for what an enemy wrote who holds the pen: the
// question, a document or the model itself may have been turned. So a sentence is
// not searched for harm alone, it has to prove that it comes from its sources.

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
func check(text string, r Request) checkedText { return checkBy(text, r, holds) }

// checkBy is check with another way to come to the judgement of holds.
func checkBy(text string, r Request, holds func(string, Request) ([]int, bool)) checkedText {
	var out checkedText
	var kept []string
	for _, sentence := range sentences(legible(text)) {
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
	quotation    = regexp.MustCompile(`“([^”]*)”|「([^」]*)」|"([^"]*)"|『([^』]*)』|‘([^’]*)’|《([^》]*)》`)
	figure       = regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)?|[〇零一二两三四五六七八九十百千万亿]+(?:个)?(?:工作日|日|天|月|年|次|元|倍|人|级|成|分之)|[壹贰叁肆伍陆柒捌玖拾佰仟]+|半(?:年|个?月|天)`)
	markup       = regexp.MustCompile(`<[^>]*>|https?://|www\.|&[a-z]+;|\x60|\*\*`) // for suggested questions
	docNumber    = regexp.MustCompile(`[〔\[［][0-9]{4}[〕\]］][^号]{0,8}号`)
	latin        = regexp.MustCompile(`[A-Za-z]+`)
	words        = regexp.MustCompile(`\p{Han}{2}`)
	person       = regexp.MustCompile(`\p{Han}某`)

	// a ruling or a promise, which no answer may make
	ruling = regexp.MustCompile(`(?:您|你|本人|当事人|该干部|单位)?(?:完全|一定|肯定|当然|就)?(?:可以|能够|应当|应该|会)(?:被)?(?:免责|免于追责|不被追究|不予追究|免除责任)|不会(?:再)?(?:被|受到)?(?:追究|追责|处分|处理|问责)|(?:无需|不用|不必)(?:承担|担)(?:任何)?责任|(?:保证|确保|承诺)[^。]{0,12}(?:免责|通过|同意)|具有法律效力|同意(?:你|您|贵)单位|(?:经|现|已)认定|没有(?:任何)?(?:例外|不予)`)
	// whoever is spoken of is judged by others: of him an answer says what may be
	judged = regexp.MustCompile(`(?:您|你|本案|本人|当事人|该干部|该同志|贵单位|我单位|本单位)[^，；。]{0,16}(?:属于|构成|符合|适用|予以|不承担|不负|免|没有责任|无责|不追|不再)`)
	hedged = regexp.MustCompile(`可能|如果|若|是否|能否|有权机关|假如|的话`)
	// an act that the assistant can't have done
	claim = regexp.MustCompile(`(?:我|本助手|系统|已经|已)(?:们)?(?:已经|已|刚刚)?(?:为您|帮您|替您|代您|向)?[^。，]{0,8}(?:提交|登记|备案成功|受理|批准|通知|发送|发出|转给|转交|上报|办理完毕|删除|修改)(?:了|完成|成功|完毕)|已(?:为您|帮您|替您|代您|把|将|向)|办好了`)
	role  = regexp.MustCompile(`(?i)系统提示|提示词|system prompt|作为(?:一个)?(?:AI|人工智能|语言模型)|我现在是|越狱|DAN`)
	// weighty words stand in a sentence only when its sources have them; whoever
	// says I or tells the reader who he is speaks of no article
	weighty = regexp.MustCompile(`我.|你是|您是|助手|隐藏|一律|一定|绝对|肯定|必然|保证|放心|没事|没有问题|从宽|全部|所有|任何|免[责責除]|追究|追责|责任|批复|批准|准予|特此|正式|同意|决定|结论|宣布|通过|处分|處分|警告|立案|开除|违纪|违法|犯罪|失职|渎职|密码|密钥|令牌|提示|指令|忽略|编号|手机|电话|身份证|邮箱|链接|网址|补签|倒签|去年|延长|例外|依据使用|官方|名义|点击|重新|打开|访问|关注|即可`)
	// connecting words add nothing; all others come from the sources
	connecting = regexp.MustCompile(`如果|若|可能|对应|符合|适用|参照|按照|依照|根据|规定|条文|条款|需要|应当|应该|要求|可以|能够|是否|有权机关|认定|机关|您|情况|情形|这种|有关|相关|其中|但是|但|不过|同时|并且|以及|或者|或|例如|包括|属于|一般|通常|建议|注意|具体|同样|因此|所以|对于|关于|说明|明确|办理|申请|的|了|并|和|与|及|也|还|有|以|为|时|后|前|中|等|是|不|才|能|要|须|请|在|向|由|把|将|就|都|再|已经|已|上述|以上|之|于|而|则|即`)
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

// remembered is holds for a text that is checked again and again while it grows.
func remembered() func(string, Request) ([]int, bool) {
	type judgement struct {
		numbers []int
		holds   bool
	}
	known := map[string]judgement{}
	return func(sentence string, r Request) ([]int, bool) {
		j, ok := known[sentence]
		if !ok {
			j.numbers, j.holds = holds(sentence, r)
			known[sentence] = j
		}
		return j.numbers, j.holds
	}
}

// legible drops of a text what nobody sees, and blanks between Chinese
// characters, and folds wide letters and digits: whoever checks and whoever
// reads then have the same before them.
func legible(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		var b strings.Builder
		for _, r := range visible(line) {
			if r >= '！' && r <= '～' && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("＜＞＆＃＠／＊＿＝［］", r)) {
				r -= 0xFEE0
			}
			if unicode.In(r, unicode.Mn, unicode.Me) {
				continue
			}
			b.WriteRune(r)
		}
		lines[i] = blanks.ReplaceAllString(b.String(), "")
	}
	return strings.Join(lines, "\n")
}

var blanks = regexp.MustCompile(` +`)

// holds checks one sentence and gives the sources that it names.
func holds(sentence string, r Request) ([]int, bool) {
	var numbers []int
	given := ""
	for _, m := range sourceMark.FindAllStringSubmatch(sentence, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 1 || n > len(r.Sources) {
			return nil, false // cites what it was not given
		}
		numbers = append(numbers, n)
		given += blanks.ReplaceAllString(r.Sources[n-1].Name+"\n"+r.Sources[n-1].Text, "") + "\n"
	}
	bare := sourceMark.ReplaceAllString(sentence, "")
	if len(numbers) == 0 || !words.MatchString(bare) || !plain(bare) || decides(bare) || !literal(bare, given) {
		return nil, false
	}
	for _, ref := range documents.FindRefs(bare) {
		if !strings.Contains(given, ref.Article) {
			return nil, false
		}
	}
	for _, m := range figure.FindAllString(bare, -1) {
		if !hasFigure(given, m) {
			return nil, false
		}
	}
	for _, kind := range []*regexp.Regexp{docNumber, latin, person, weighty} {
		for _, w := range kind.FindAllString(bare, -1) {
			if !strings.Contains(given, w) {
				return nil, false
			}
		}
	}
	return numbers, drawn(bare, r.words())
}

// plain says whether a sentence is made of words, figures and the punctuation of
// plain sentences: no markup, no address and no call of a tool can be.
func plain(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) && !strings.ContainsRune("，。；：、？！（）《》〔〕“”‘’「」『』—…·-.,%％0123456789\"", r) && !latin.MatchString(string(r)) {
			return false
		}
	}
	return true
}

// decides says whether a sentence rules, promises, or claims an act or a role.
func decides(s string) bool {
	if ruling.MatchString(s) || claim.MatchString(s) || role.MatchString(s) {
		return true
	}
	return judged.MatchString(s) && !hedged.MatchString(s)
}

// literal says whether all that stands in quotation marks is in the sources, and
// every mark that opens closes.
func literal(s, given string) bool {
	for _, m := range quotation.FindAllStringSubmatch(s, -1) {
		if q := strings.Join(m[1:], ""); !strings.Contains(given, q) {
			return false
		}
	}
	return !strings.ContainsAny(quotation.ReplaceAllString(s, ""), "“”「」『』‘’《》\"")
}

// ownWords is how much of a part of a sentence may be the model's own words.
const ownWords = .4

var clause = regexp.MustCompile(`[^，。；：、？！]+`)

// words is all that a model was given to draw from.
func (r Request) words() string {
	var b strings.Builder
	for _, s := range r.Sources {
		b.WriteString(s.Name + "\n" + s.Text + "\n")
	}
	return b.String()
}

// drawn says whether each part of a sentence draws its words from the sources:
// what is neither in them, two characters at least together, nor a connecting
// word is the model's own, and that is the smaller part.
func drawn(s, given string) bool {
	for _, part := range clause.FindAllString(s, -1) {
		runes := []rune(part)
		from := make([]bool, len(runes))
		for i := 0; i+1 < len(runes); i++ {
			if strings.Contains(given, string(runes[i:i+2])) {
				from[i], from[i+1] = true, true
			}
		}
		for _, at := range connecting.FindAllStringIndex(part, -1) {
			start := len([]rune(part[:at[0]]))
			for i := range []rune(part[at[0]:at[1]]) {
				from[start+i] = true
			}
		}
		own := 0
		for _, drawn := range from {
			if !drawn {
				own++
			}
		}
		if float64(own) > ownWords*float64(len(runes)) {
			return false
		}
	}
	return true
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
