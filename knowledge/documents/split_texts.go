package documents

import (
	"fmt"
	"strings"
)

// Sentences for the administrator about a document that was taken.
const (
	warnNoArticles  = "没有找到“第X条”，已按段落收录，引用时只能写“第几段”。"
	warnNoSections  = "案例没有分节标题，已按全文收录。"
	warnFrontMatter = "文件头部的说明信息格式有误，已忽略，请检查后重新上传。"
	warnBadDate     = "文件头部 %s 的日期“%s”不存在，已忽略。"
	warnNoDate      = "没有找到施行日期，暂按一直有效处理，请补充。"
	warnEmpty       = "文件里没有可收录的文字。"
	warnMojibake    = "文中有 %d 处乱码，请用原文件重新导出。"
	warnDuplicate   = "%s出现了不止一次，请核对原文。"
	warnGap         = "%s之后直接是%s，中间可能缺条，请核对原文。"
)

// warn notes what an administrator should look at before publishing.
func (d *Document) warn(text string) {
	if len(d.Passages) == 0 {
		d.Warnings = append(d.Warnings, warnEmpty)
		return
	}
	if n := strings.Count(text, "\uFFFD"); n > 0 {
		d.Warnings = append(d.Warnings, fmt.Sprintf(warnMojibake, n))
	}
	if d.Kind != Rule {
		return
	}
	if d.Effective == "" {
		d.Warnings = append(d.Warnings, warnNoDate)
	}
	seen := map[string]bool{}
	last, lastName := 0, ""
	for _, p := range d.Passages {
		if p.Part > 1 {
			continue
		}
		if seen[p.Article] {
			d.Warnings = append(d.Warnings, fmt.Sprintf(warnDuplicate, p.Article))
		}
		seen[p.Article] = true
		n, ok := articleNumber(p.Article)
		if ok && last > 0 && n > last+1 {
			d.Warnings = append(d.Warnings, fmt.Sprintf(warnGap, lastName, p.Article))
		}
		if ok {
			last, lastName = n, p.Article
		}
	}
}

// articleNumber reads 第十二条 as 12; an article of an appendix has none.
func articleNumber(name string) (int, bool) {
	number, ok := strings.CutPrefix(name, "第")
	if !ok {
		return 0, false
	}
	number, rest, ok := strings.Cut(number, "条")
	if !ok || rest != "" {
		return 0, false
	}
	return ParseNumber(number)
}
