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
	textBuilding      = "正在更新索引……"
	textBuildRuns     = "%s在 %s 要求的更新还没有完成：%s"
	textYou           = "您"
	textSomebody      = "另一位管理员"
	textStopping      = "正在停止，原来的索引仍在使用。"
	textNothingToStop = "没有正在进行的更新。"
	buttonStop        = "停止"
	textNotBuilt      = "索引没有更新，原来的仍在使用。请稍后发 /reindex 再试，或者联系系统维护人员。"
	textNoPrevious    = "没有可以恢复的上一版。"
	textRolledBack    = "已恢复上一版索引：%d 份文件、%d 条。再发一次 /rollback 可以换回来。"

	textNothingToWithdraw = "没有找到这份文件。请写成 /withdraw 加标题，发 /docs 可以看全部标题。"
	textWithdrawMany      = "有 %d 份文件符合，请把标题写得更完整。"
	textWithdraw          = "要停用《%s》吗？它的 %d 条将不再用于回答，以后可以在 /docs 里恢复。"
	textStays             = "好的，没有改动。"

	textDocsHow        = "把文件发到这里就可以预览和发布；点一份文件可以停用、修改信息或者登记停止施行。"
	textNotInLibrary   = "这份文件不在资料文件夹里，要改信息请重新上传。"
	textGone           = "已停用的文件："
	textNoneGone       = "没有停用的文件。"
	textRepealWhen     = "《%s》从哪天起停止施行？例如：%s。"
	textBadDate        = "没有看懂日期，请写成 2026年1月31日。"
	textNewValue       = "请写新的%s；要清空就写“无”。"
	textNone           = "无"
	textTooLong        = "太长了，请写 80 个字以内。"
	textProposed       = "%s 请您复核一份文件，同意后才会发布："
	textNobodyToAgree  = "设置要求两位管理员确认，目前没有另一位。请先发 /invite 邀请。"
	textWaitsForSecond = "已请另外 %d 位管理员复核，其中一位同意后发布。"
	textAgreed         = "%s 已同意发布 %s。"
	textRefused        = "%s 没有同意发布 %s，请当面了解原因。"

	headInfo = "文件信息"

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
	var parts []string
	for _, list := range []struct {
		what     string
		articles []string
	}{{"新增", r.Added}, {"修改", r.Changed}, {"删去", r.Gone}} {
		switch n := len(list.articles); {
		case n > shownChanges:
			parts = append(parts, fmt.Sprintf("%s %d 条（%s等）", list.what, n, strings.Join(list.articles[:shownChanges], "、")))
		case n > 0:
			parts = append(parts, list.what+strings.Join(list.articles, "、"))
		}
	}
	if parts == nil {
		parts = []string{"条文没有变化"}
	}
	return "与现行的《" + r.Replaces.Title + "》相比：" + strings.Join(parts, "；") + "。"
}

const shownChanges = 5 // articles named of each kind

const barLength = 10

func progressText(p knowledge.Progress) string {
	switch p.Stage {
	case knowledge.StageRead:
		return fmt.Sprintf("正在读取第 %d 份文件……", p.Done)
	case knowledge.StageSuggest:
		return fmt.Sprintf("模型正在拟问法 %d/%d", p.Done, p.Total)
	case knowledge.StageEmbed:
		full := barLength * p.Done / max(p.Total, 1)
		return fmt.Sprintf("正在计算语义向量 %s%s %d/%d", strings.Repeat("■", full), strings.Repeat("□", barLength-full), p.Done, p.Total)
	}
	return "正在建立索引……"
}

func reportHTML(r knowledge.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>索引已更新</b>\n%d 份文件、%d 条，用时 %.1f 秒。\n", r.Documents, r.Passages, r.MS/1000)
	for _, f := range r.Files {
		switch {
		case f.Refused != "":
			fmt.Fprintf(&b, "✗ %s：%s\n", escape(f.Name), escape(f.Refused))
		case !f.Reused:
			fmt.Fprintf(&b, "✓ %s：%d 条\n", escape(f.Name), f.Passages)
		}
	}
	if r.Suggested > 0 {
		fmt.Fprintf(&b, "模型给 %d 条拟了问法，发 /docs 点文件可以采用或者删除。\n", r.Suggested)
	}
	if r.Unsuggested > 0 {
		fmt.Fprintf(&b, "模型没有给出可用的答复，%d 条没有拟问法，下次再拟。\n", r.Unsuggested)
	}
	b.WriteString("发 /rollback 可以恢复上一版。")
	return b.String()
}
