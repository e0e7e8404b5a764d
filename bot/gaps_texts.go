package bot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rongcuo/knowledge"
)

const (
	textNoGaps        = "目前没有没答好的问题。"
	textNoSuchGap     = "只有 %d 组问题。发 /unanswered 看列表。"
	textGapGone       = "这组问题已经处理过了。发 /unanswered 看还有哪些。"
	textWhichArticle  = "请写出条文，例如：《实施办法》第十二条。"
	textNoSuchArticle = "没有找到这一条。请写出文件和条号，例如：《实施办法》第十二条。发 /docs 可以看全部文件。"
	textWhichOfThese  = "符合的不止一条，请选一条："
	textWriteAnswer   = "请写出答案，一段话就好。接着再选依据的条文，发布前会请您确认。"
	textBadAnswer     = "没有收下：答案不能是空的，不超过 %d 字，也不能有身份证号、电话、银行卡号或者密级标志。请重新写。"
	textWhichBasis    = "依据哪一条？点一条，或者写出条文，可以写几条。"
	textEntryDropped  = "已取消，没有新建问答。问题仍在 /unanswered 里。"
	textWhyIgnore     = "为什么忽略？"
	textNotIndexed    = "已记下，但是索引这次没有更新成功。请稍后发 /reindex，再到 /unanswered 看结果。"
	textFixed         = "%d 个问题已标为解决。"
	textIgnored       = "已忽略 %d 个问题（%s）。"

	textNothingOutdated = "最近 90 天的回答所依据的条文都仍然有效。"
	textTold            = "已向 %d 人发出告知。"

	textStatsDays        = "天数请写 1 到 %d，例如：/stats 30。"
	textNothingToExplain = "这里还没有可以说明的回答。请先提一个问题，再发 /why。"
	textTryHow           = "请把问题写在命令后面，例如：/try 试点失败要追责吗？"
	textNoTrial          = "待发布的文件读不出来，请重新发送。"
	headPublished        = "现在的知识库"
	headTrial            = "如果发布《%s》"

	buttonAttach      = "补充问法：%d %s"
	buttonAttachOther = "补充问法：其他条文"
	buttonWrite       = "新建问答"
	buttonFixed       = "已经能回答，标为解决"
	buttonIgnore      = "忽略"
	buttonUndo        = "撤销"
	buttonRewrite     = "改答案"
	buttonTell        = "告知：%s（%d 人）"
	buttonDays        = "%d 天"
)

var ignoreReasons = []string{"不属于本库范围", "重复或者测试", "问题不清楚"}

// gapWords are the kinds of audit entries in Chinese.
var gapWords = map[string]string{
	kindMended: "处理没答好的问题 %d 个", kindIgnored: "忽略没答好的问题 %d 个", kindOpened: "撤销处理，重新打开没答好的问题 %d 个", kindTold: "告知 %d 人%s的条文有变化",
}

// entriesHead begins the file of entries.
const entriesHead = `---
title: 补充问答
kind: 问答
status: 现行
effective: %s
---

# 补充问答

`

// whyOpen says why a question is open.
func whyOpen(q knowledge.OpenQuestion) string {
	if q.Why == knowledge.WhyWrong {
		return strings.TrimSuffix("👎 "+q.Reason, " ")
	}
	return "没有找到"
}

// followed shows a question behind those that it leans on.
func followed(q knowledge.OpenQuestion) string {
	return strings.Join(append(slices.Clone(q.Earlier), q.Question), " → ")
}

func gapsHTML(gaps []knowledge.Gap) string {
	total := 0
	for _, g := range gaps {
		total += len(g.Questions)
	}
	s := fmt.Sprintf("<b>没答好的问题</b>：%d 个，分 %d 组，问得多的在前。\n", total, len(gaps))
	for i, g := range gaps[:min(len(gaps), listedGaps)] {
		s += fmt.Sprintf("\n%d. %s（%d 次，%s）", i+1, escape(clip(followed(g.Questions[0]), 80)), len(g.Questions), escape(whyOpen(g.Questions[0])))
	}
	if len(gaps) > listedGaps {
		s += fmt.Sprintf("\n还有 %d 组，处理完前面的就会看到。", len(gaps)-listedGaps)
	}
	return s + "\n\n点一组处理；也可以写 /unanswered 1，或者 /unanswered 1 《实施办法》第十二条。"
}

const shownQuestions = 8

func gapHTML(g knowledge.Gap, nearest []string, answered string) string {
	s := "<b>" + fmt.Sprintf("%d 个问题", len(g.Questions)) + "</b>"
	for i, q := range g.Questions {
		if i == shownQuestions {
			s += fmt.Sprintf("\n还有 %d 个", len(g.Questions)-i)
			break
		}
		s += fmt.Sprintf("\n· %s（%s，%s）", escape(clip(followed(q), 160)), day(q.At), escape(whyOpen(q)))
	}
	if len(nearest) > 0 {
		s += "\n\n" + bold(headNearest) + "\n" + numbered(nearest)
	}
	if answered != "" {
		s += "\n\n现在再问第一个问题，已经会依据" + escape(answered) + "回答。"
	}
	return s + "\n\n哪一条能回答，就点“补充问法”；都不能，就新建问答。"
}

// numbered lists names as the buttons below them number them.
func numbered(names []string) string {
	var lines []string
	for i, n := range names {
		lines = append(lines, fmt.Sprintf("%d %s", i+1, escape(n)))
	}
	return strings.Join(lines, "\n")
}

// triedAgain is a question that was asked again and whether it now comes to the
// article.
type triedAgain struct {
	question string
	found    bool
}

func mendedHTML(article string, tries []triedAgain, open int) string {
	s := "<b>已补充到" + escape(article) + "</b>。重新提问（第一个问题现在的回答见上）："
	for _, t := range tries {
		mark := "✗"
		if t.found {
			mark = "✓"
		}
		s += "\n" + mark + " " + escape(clip(t.question, 80))
	}
	if open > 0 {
		s += fmt.Sprintf("\n\n还有 %d 个没有查到这一条，仍留在 /unanswered 里，可以新建问答。", open)
	}
	return s
}

func entryHTML(question, answer string, basis []string) string {
	return "<b>将发布的问答</b>\n" + quote("问："+question+"\n答："+answer+"\n依据："+strings.Join(basis, "；")+"。") + "\n请核对后发布。"
}

var lapses = map[knowledge.Lapse]string{
	knowledge.LapseWithdrawn: "已停用",
	knowledge.LapseRepealed:  "已废止",
	knowledge.LapseChanged:   "已修改",
}

func outdatedHTML(list []knowledge.Outdated) string {
	s := "<b>回答依据的条文已有变化</b>（最近 90 天）"
	for i, o := range list {
		if i == listedOutdated {
			s += fmt.Sprintf("\n\n还有 %d 份，告知前面的以后就会看到。", len(list)-i)
			break
		}
		s += fmt.Sprintf("\n\n《%s》%s：%s\n%d 次回答，%d 人，其中 %d 人还没有告知", escape(o.Title), lapses[o.Why], escape(joinSome(o.Articles, 8)), o.Answers, o.Askers, o.Untold)
		if o.Successor != "" {
			s += fmt.Sprintf("\n现行的是《%s》", escape(o.Successor))
		}
	}
	return s + "\n\n告知只说条文有变化，不含任何人的提问。"
}

// noticeHTML tells a person that what he was answered from holds no longer.
func noticeHTML(o knowledge.Outdated) string {
	s := fmt.Sprintf("您最近 90 天内的提问，回答曾引用《%s》%s。这些条文%s，请不要再作为依据。", escape(o.Title), escape(joinSome(o.Articles, 8)), lapses[o.Why])
	if o.Why != knowledge.LapseChanged && o.Successor != "" {
		s += fmt.Sprintf("现行的是《%s》。", escape(o.Successor))
	}
	return s + "需要时请重新提问。"
}

func joinSome(list []string, n int) string {
	if len(list) > n {
		return strings.Join(list[:n], "、") + fmt.Sprintf("等 %d 条", len(list))
	}
	return strings.Join(list, "、")
}

func statsHTML(total knowledge.DayCount, days int, topics []string) string {
	if total.Asked() == 0 {
		return fmt.Sprintf("最近 %d 天没有提问。", days)
	}
	missed := total.Answers[knowledge.NotFound] + total.Answers[knowledge.Partial]
	failed := total.Answers[knowledge.Technical] + total.Answers[knowledge.Timeout]
	s := fmt.Sprintf("<b>最近 %d 天</b>：提问 %d 次\n已回答 %d，没有找到 %d，不在范围 %d，不予办理 %d", days, total.Asked(),
		total.Answers[knowledge.Answered], missed, total.Answers[knowledge.OutOfScope], total.Answers[knowledge.Refused])
	if failed > 0 {
		s += fmt.Sprintf("，出错 %d", failed)
	}
	s += fmt.Sprintf("\n👍 %d　👎 %d", total.Good, total.Bad)
	if len(topics) > 0 {
		s += "\n\n<b>引用最多</b>"
		for _, t := range topics {
			s += "\n· " + escape(t) + " 次"
		}
	}
	bars := ""
	if days > mostBars {
		bars = "，一柱是一周"
	}
	return s + "\n\n图中：蓝色已回答，橙色没有找到，灰色其他" + bars + "。"
}

var statusNames = map[knowledge.Status]string{
	knowledge.Answered: "已回答", knowledge.Partial: "部分回答", knowledge.NotFound: "没有找到", knowledge.OutOfScope: "不在范围",
	knowledge.Refused: "不予办理", knowledge.Technical: "出错", knowledge.Timeout: "超时",
}

var routeNames = map[knowledge.Route]string{
	knowledge.RouteSearch: "查条文", knowledge.RouteSecret: "涉密", knowledge.RouteIdentity: "个人号码", knowledge.RouteInjection: "改变助手",
	knowledge.RouteForge: "伪造材料", knowledge.RouteFile: "想填报", knowledge.RouteAct: "代办", knowledge.RoutePersonal: "具体人和案件",
	knowledge.RouteOdds: "预测结果", knowledge.RouteElsewhere: "外地规定", knowledge.RouteChat: "闲谈", knowledge.RouteThanks: "道谢", knowledge.RouteShort: "没有问题", knowledge.RouteScope: "不在范围", knowledge.RouteField: "别的法律领域",
}

var stageNames = map[string]string{"guard": "入口检查", "search": "检索", "evidence": "判断依据是否够", "parts": "整理", "model": "模型", "verify": "核对"}

// explainedHTML explains an answer: how it went, how long it took, and what was
// found with which scores.
func explainedHTML(base *knowledge.Base, e explained) string {
	s := fmt.Sprintf("<b>为什么这样答</b>\n%s\n\n去向：%s → %s\n%s", escape(e.Question),
		cmp.Or(routeNames[e.Route], string(e.Route)), statusNames[e.Status], searchedBy(e))
	s += "\n用时：" + timings(e.MS)
	if len(e.Hits) > 0 {
		s += "\n\n<b>查到的条文</b>" + scoresIn(e) + "\n" + quote(hitLines(base, e))
	}
	s += cutIn(e)
	if len(e.Notices) > 0 {
		s += "\n" + escape(strings.Join(e.Notices, "\n"))
	}
	return s
}

// scoresIn says what the figures of hitLines are.
func scoresIn(e explained) string {
	if e.Meaning == "" {
		return "（得分；● 写进回答）"
	}
	return "（总分｜词｜语义；● 写进回答）"
}

func searchedBy(e explained) string {
	how := "只按词检索"
	if e.Meaning != "" {
		how = "按词和语义检索（" + escape(e.Meaning) + "）"
	}
	switch {
	case e.Composed && e.Model != "":
		return how + "，文字由语言模型（" + escape(e.Model) + "）整理并逐句核对"
	case e.Composed:
		return how + "，文字由语言模型整理并逐句核对"
	case e.Model != "":
		return how + "，语言模型（" + escape(e.Model) + "）的文字没有采用，文字摘自条文"
	}
	return how + "，文字摘自条文"
}

// cutIn shows the sentences of a model that did not hold.
func cutIn(e explained) string {
	if len(e.Cut) == 0 {
		return ""
	}
	return "\n\n<b>核对不通过、没有给提问人看的句子</b>\n" + quote(strings.Join(e.Cut, "\n"))
}

// timings are the stages in the order of an answer.
func timings(ms map[string]float64) string {
	order := []string{"guard", "search", "evidence", "parts", "model", "verify"}
	stages := slices.SortedFunc(maps.Keys(ms), func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a), slices.Index(order, b)), cmp.Compare(a, b))
	})
	var out []string
	for _, stage := range stages {
		out = append(out, fmt.Sprintf("%s %.1f 毫秒", cmp.Or(stageNames[stage], stage), ms[stage]))
	}
	return strings.Join(out, "，")
}

// shownGuess is from where on hitLines says what unconfirmed questions gave:
// less does not move an article.
const shownGuess = .5

// hitLines lists what was found, with the scores by words and by meaning and
// what lifted it.
func hitLines(base *knowledge.Base, e explained) string {
	var lines []string
	for i, h := range e.Hits {
		mark := "○"
		if slices.Contains(e.Cited, h.Ref) {
			mark = "●"
		}
		line := fmt.Sprintf("%d %s %s %.2f", i+1, mark, namesIn(base, []knowledge.Ref{h.Ref})[0], h.Score)
		if e.Meaning != "" {
			line += fmt.Sprintf("｜%.2f｜%.2f", h.Words, h.Meaning)
		}
		switch {
		case h.Named:
			line += "，问题里点名"
		case h.Lifted.Doc != "":
			line += "，由" + namesIn(base, []knowledge.Ref{h.Lifted})[0] + "带出"
		}
		if h.Guessed >= shownGuess {
			line += fmt.Sprintf("，其中未确认的问法 %.2f", h.Guessed)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func triedHTML(base *knowledge.Base, head string, e explained) string {
	s := bold(head) + "：" + statusNames[e.Status]
	if len(e.Hits) == 0 {
		return s + "，没有查到条文。"
	}
	return s + scoresIn(e) + "\n" + quote(hitLines(base, e))
}
