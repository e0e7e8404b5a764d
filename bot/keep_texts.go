package bot

import (
	"fmt"
	"strings"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

const (
	textNoUpload      = "只有知识库管理员可以上传文件。您可以直接把问题写出来。"
	textFileTooLarge  = "文件超过 %d MB，请拆分或压缩图片后重新上传。"
	textNoDownload    = "文件没有下载成功，请重新发送。"
	textDropped       = "已取消，文件没有收录。"
	textBuilding      = "正在更新索引。"
	textFileGone      = "这个按钮已过期，文件不再保留，请重新发送文件。"
	textPublished     = "已发布%s"
	textWithdrawn     = "已停用%s"
	textReturned      = "已恢复%s"
	textWasDropped    = "《%s》已取消，没有收录。要收录请重新发送文件"
	textWasProposed   = "《%s》已提交复核，等另一位管理员同意"
	textSuperseded    = "这份预览已被后来发送的《%s》取代，请用后一份的按钮"
	textAgreedAlready = "这份文件已经处理过了。发 /docs 可以看知识库现在有哪些文件。"
	textDateForm      = "请写成 2026年1月31日。"
	textBuildRuns     = "%s在 %s 要求的更新还没有完成：%s"
	textYou           = "您"
	textSomebody      = "另一位管理员"
	textStopped       = "更新已停止，原来的索引仍在使用。"
	textBrokenOff     = "更新暂时中断，系统恢复后会接着做。"
	textStopping      = "正在停止，原来的索引仍在使用。"
	textNothingToStop = "没有正在进行的更新。"
	buttonStop        = "停止"
	textNotBuilt      = "索引没有更新，原来的仍在使用。请稍后发 /reindex 再试，或者联系系统维护人员。"
	textNoPrevious    = "没有可以恢复的上一版。"
	textRolledBack    = "已恢复上一版：%d 份文件、%d 条，资料文件夹已一并换回。再发一次 /rollback 可以换回来。"
	textRollbackSure  = "要恢复上一版（%s 建立，%d 份文件、%d 条）吗？资料文件夹会一并换回："
	textRollbackSame  = "上一版的文件与现在相同，恢复后只有确认过的问法可能不同。要恢复吗？"
	textRollbackPast  = "这一步已经办过，或者此后又有新的发布，没有再改动。要看现在能恢复什么，请发 /rollback。"
	textRollbackBusy  = "正在更新索引，请等它完成后再发 /rollback。"

	textNothingToWithdraw = "没有找到这份文件。请写成 /withdraw 加标题，发 /docs 可以看全部标题。"
	textWithdrawMany      = "有 %d 份文件符合，要停用哪一份？"
	textWithdrawMore      = "还有更多，请把标题写得更完整。"
	textWithdraw          = "要停用%s吗？它的 %d 条将不再用于回答，以后可以在 /docs 里恢复。"
	textStays             = "好的，没有改动。"

	textDocsHow          = "把文件发到这里就可以预览和发布；点一份文件可以停用、修改信息或者登记停止施行。"
	textNotInLibrary     = "这份文件不在资料文件夹里，要改信息请重新上传。"
	textDocGone          = "这份文件已经不在知识库里。发 /docs 可以看现在有哪些文件。"
	textNotGone          = "这份文件已经恢复，或者不再保留。发 /docs 可以看现在有哪些文件。"
	textContents         = "共 %d 条，点条号看全文："
	textFromTo           = "从 %s\n到 %s"
	textMoreChanges      = "还有 %d 条不同，请点“条文”逐条看。"
	textNoOriginal       = "原文件没有留存。"
	textOriginalTooLarge = "原文件太大，不能在这里发送，请向系统维护人员索取。"
	textGone             = "已停用的文件："
	textNoneGone         = "没有停用的文件。"
	textRepealWhen       = "《%s》从哪天起停止施行？例如：%s。"
	textBadDate          = "没有看懂日期，请写成 2026年1月31日。"
	textNewValue         = "请写新的%s（现在是：%s）；要清空就写“无”。"
	textNone             = "无"
	textTooLong          = "太长了，请写 80 个字以内。"
	textProposed         = "%s 请您复核一份文件，同意后才会发布："
	textNobodyToAgree    = "设置要求两位管理员确认，目前没有另一位。请先发 /invite 邀请。"
	textWaitsForSecond   = "已请另外 %d 位管理员复核，其中一位同意后发布。"
	textAgreed           = "%s 已同意发布 %s。"
	textRefused          = "%s 没有同意发布 %s，请当面了解原因。"

	headInfo     = "文件信息"
	headVersions = "各版本"

	buttonContents    = "条文"
	buttonList        = "目录"
	buttonVersions    = "各版本（%d）"
	buttonOriginal    = "下载原文"
	buttonBackDoc     = "返回文件"
	buttonOpenVersion = "打开 %d"
	buttonDifference  = "%d 与现行相比"
	buttonEarlier     = "上一页"
	buttonLater       = "下一页"

	buttonWithdraw = "停用"
	buttonReturn   = "恢复"
	buttonRepeal   = "停止施行"
	buttonUnrepeal = "恢复施行"
	buttonInfo     = "改信息"
	buttonBack     = "返回预览"
	buttonPropose  = "提交复核"
	buttonAgree    = "同意发布"
	buttonRefuse   = "不同意"
	buttonPublish  = "发布"
	buttonDrop     = "取消"
	buttonYes      = "确认"
)

// previewHTML is what an administrator sees before publishing.
func previewHTML(d documents.Document, r knowledge.Review) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>《%s》</b>\n", escape(d.Title))
	line := []string{}
	for _, part := range []string{d.DocNo, d.Issuer, r.Status, dated(d.Effective, "起施行"), dated(d.Repealed, "起停止施行")} {
		if part != "" {
			line = append(line, part)
		}
	}
	if len(line) > 0 {
		b.WriteString(escape(strings.Join(line, " · ")) + "\n")
	}
	kind := map[documents.Kind]string{documents.Rule: "条", documents.QA: "个问答", documents.Case: "个案例"}[d.Kind]
	fmt.Fprintf(&b, "共 %d %s\n", len(d.Passages), kind)
	if d.Supersedes != "" {
		fmt.Fprintf(&b, "将替代：%s\n", escape(d.Supersedes))
	}
	if r.Replaces != nil {
		b.WriteString(escape(changes(r)) + "\n")
	}
	warnings := append(append([]string(nil), r.Warnings...), d.Warnings...)
	for i, w := range warnings {
		if i == shownWarnings {
			fmt.Fprintf(&b, "还有 %d 处需要留意\n", len(warnings)-i)
			break
		}
		fmt.Fprintf(&b, "⚠️ %s\n", escape(w))
	}
	for _, n := range r.Notes {
		b.WriteString(escape(n) + "\n")
	}
	if n := len(d.Passages); n > 0 {
		b.WriteString("\n" + quote(clip(d.Passages[0].Text, 200)))
		if n > 1 {
			b.WriteString("\n" + quote(clip(d.Passages[n-1].Text, 200)))
		}
	}
	return b.String()
}

func dated(d documents.Date, what string) string {
	if d == "" {
		return ""
	}
	return knowledge.FormatDate(d) + what
}

// changes says what differs from the version in force.
func changes(r knowledge.Review) string {
	return "与现行的《" + r.Replaces.Title + "》相比：" + changeWords(r.Added, r.Changed, r.Gone) + "。"
}

// changeWords names the articles of which a version differs from another.
func changeWords(added, changed, gone []string) string {
	var parts []string
	for _, list := range []struct {
		what     string
		articles []string
	}{{"新增", added}, {"修改", changed}, {"删去", gone}} {
		switch n := len(list.articles); {
		case n > shownChanges:
			parts = append(parts, fmt.Sprintf("%s %d 条（%s等）", list.what, n, strings.Join(list.articles[:shownChanges], "、")))
		case n > 0:
			parts = append(parts, list.what+strings.Join(list.articles, "、"))
		}
	}
	if parts == nil {
		return "条文没有变化"
	}
	return strings.Join(parts, "；")
}

const shownChanges = 5 // articles named of each kind
