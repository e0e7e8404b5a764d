package knowledge

import (
	"fmt"
	"strings"

	"rongcuo/knowledge/documents"
)

// Every sentence that an answer may hold and that is not a quotation.

// defaultOffice is whom the answers name when the texts don't say and the
// settings name no one.
const defaultOffice = "县纪委监委案件审理室"

const (
	statusInForce  = "现行"
	statusRepealed = "已废止"
	statusFuture   = "尚未施行"

	textNotFound     = "现有文件里没有直接规定，不能替您推断。"
	textEmptyBase    = "知识库还是空的，请管理员先上传并发布文件。"
	textTechnical    = "系统暂时出了问题，请稍后再问一次；急事请直接联系经办部门。"
	textTimeout      = "这次用时太长，已停止。请换个简短的问法再试。"
	textWordsOnly    = "语义检索暂时不可用，本次只按字词查找。"
	textNoVectors    = "语义索引还没有建好，本次只按字词查找。"
	textModelFailed  = "智能撰写暂时不可用，以下直接摘录条文。"
	textIllustrative = "示例文件为演示编写，不能作为办事依据。"
	textOldVersion   = "其中有已废止或者尚未施行的文件，仅供了解，请以现行规定为准。"
	textComposed     = "以上说明由人工智能整理，请以条文原文为准。"
	textNoRuling     = "以上内容不构成容错认定，是否认定由有权机关决定。"

	headRedline = "请先注意"
	headBasis   = "依据"
	headLimits  = "条件和不予容错的情形"
	headCases   = "类似案例（仅供参考）"
	headNearest = "最接近的条文"
	textCompare = "请对照事实、程序和后果是否一样。"
	headAsk     = "请补充"
	headNext    = "下一步"
)

func hintSituation(situation, title, article string) string {
	return fmt.Sprintf("可能对应%s（《%s》%s），是否认定由有权机关决定。", situation, title, article)
}

// hintQA shows an entry with its own question, so that an answer to a question
// beside the asked one is not taken for the answer.
func hintQA(question, answer, title, entry string) string {
	return fmt.Sprintf("相近的问答：%s——%s（《%s》%s）", question, strings.ReplaceAll(answer, "\n", ""), title, entry)
}

// hintLacking names what was asked for and is not in the texts.
func hintLacking(thing string) string {
	return fmt.Sprintf("现有文件没有写到“%s”，不能替您推断。", thing)
}

func hintLook(title, article string, n int) string {
	if n == 1 {
		return fmt.Sprintf("请看《%s》%s。", title, article)
	}
	return fmt.Sprintf("最相关的是《%s》%s，下面一并列出相关条文。", title, article)
}

func notCollected(title string) string {
	return fmt.Sprintf("这里没有收录《%s》。", title)
}

func noSuchArticle(title, article string) string {
	return fmt.Sprintf("收录的“%s”里没有%s，请核对条号。", title, article)
}

func nextAsk(office string) string {
	return fmt.Sprintf("可以向%s咨询。", office)
}

func nextStart(title, article, office string) string {
	return fmt.Sprintf("需要认定的，按《%s》%s的方式提出；拿不准可以先向%s咨询。", title, article, office)
}

// mostElements is how many elements a case is compared by at most on each side.
const mostElements = 3

// sameIn says which articles a case and the question share, and what both tell of.
func sameIn(articles, elements []string) string {
	var parts []string
	if len(articles) > 0 {
		parts = append(parts, "同样涉及"+strings.Join(articles, "、"))
	}
	if n := min(len(elements), mostElements); n > 0 {
		parts = append(parts, "都提到"+strings.Join(elements[:n], "、"))
	}
	return strings.Join(parts, "，")
}

func (c comparison) difference() string {
	var parts, here []string
	for _, e := range c.opposite[:min(len(c.opposite), mostElements)] {
		if !strings.HasPrefix(e, "没有") {
			e = "有" + e
		}
		here = append(here, e)
	}
	if here != nil {
		parts = append(parts, "案例中"+strings.Join(here, "、")+"，与您说的不同")
	}
	if n := min(len(c.silent), mostElements); n > 0 {
		parts = append(parts, "案例中提到"+strings.Join(c.silent[:n], "、")+"，您没有提到")
	}
	return strings.Join(parts, "；")
}

func conflictSentence(high, x, low, y string) string {
	return fmt.Sprintf("%s写的是%s，%s写的是%s，两处不一致：一般以上位规定为准，请向制定机关核实。", high, x, low, y)
}

// FormatDate writes a day the way people read it: 2025年4月1日.
func FormatDate(d documents.Date) string {
	var y, m, day int
	if _, err := fmt.Sscanf(string(d), "%d-%d-%d", &y, &m, &day); err != nil {
		return string(d)
	}
	return fmt.Sprintf("%d年%d月%d日", y, m, day)
}

// What Review says of a document; each takes the articles where it was found.
const (
	textHoldsSecret     = "%s里有密级标志，不能收录，请按保密规定处理。"
	textSpeaksToMachine = "%s里有像是对机器下指令的句子，请核对原文；收录后只会当作文字引用。"
	textHoldsNumbers    = "%s里有身份证号、电话或者卡号，请隐去后再收录。"

	textOlder       = "它的施行日期早于现行的一份，发布后作为旧版保存，现行的不变。"
	textAbove       = "第一条之前的文字"
	textBeside      = "条文之外的文字"
	textPrefaceKept = "第一条之前的文字已作为“序言”收录（%d 字）。"
	textPrefaceLeft = "第一条之前有 %d 个字没有收录，不会用于回答：“%s”。需要的请写进条文再发送。"
	textAndMore     = "等处"
)
