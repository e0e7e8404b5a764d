package bot

import (
	"fmt"
	"strings"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

const (
	textNoUpload     = "只有知识库管理员可以上传文件。您可以直接把问题写出来。"
	textFileTooLarge = "文件超过 %d MB，请拆分或压缩图片后重新上传。"
	textNoDownload   = "文件没有下载成功，请重新发送。"
	textDropped      = "已取消，文件没有收录。"
	textBuilding     = "正在更新索引……"
	textNotBuilt     = "索引没有更新，原来的仍在使用。请稍后发 /reindex 再试，或者联系系统维护人员。"
	textNoPrevious   = "没有可以恢复的上一版。"
	textRolledBack   = "已恢复上一版索引：%d 份文件、%d 条。再发一次 /rollback 可以换回来。"

	textNothingToWithdraw = "没有找到这份文件。请写成 /withdraw 加标题，发 /kb 可以看全部标题。"
	textWithdrawMany      = "有 %d 份文件符合，请把标题写得更完整。"
	textWithdraw          = "要停用《%s》吗？它的 %d 条将不再用于回答，可以用 /rollback 恢复。"
	textStays             = "好的，没有改动。"

	buttonWithdraw = "停用"
	buttonPublish  = "发布"
	buttonDrop     = "取消"
)

// documentLine says in one line what a document is and since when.
func documentLine(d documents.Document) string {
	parts := []string{}
	if d.DocNo != "" {
		parts = append(parts, d.DocNo)
	}
	if d.Status != "" {
		parts = append(parts, d.Status)
	}
	if d.Effective != "" {
		parts = append(parts, knowledge.FormatDate(d.Effective)+"起施行")
	}
	return strings.Join(parts, " · ")
}

// previewHTML is what an administrator sees before publishing.
func previewHTML(d documents.Document, replaces bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>《%s》</b>\n", escape(d.Title))
	if line := documentLine(d); line != "" {
		b.WriteString(escape(line) + "\n")
	}
	kind := map[documents.Kind]string{documents.Rule: "条", documents.QA: "个问答", documents.Case: "个案例"}[d.Kind]
	fmt.Fprintf(&b, "共 %d %s\n", len(d.Passages), kind)
	if d.Supersedes != "" {
		fmt.Fprintf(&b, "将替代：%s\n", escape(d.Supersedes))
	}
	if replaces {
		b.WriteString("同名文件已在知识库中，发布后以这一份为准。\n")
	}
	for i, w := range d.Warnings {
		if i == shownWarnings {
			fmt.Fprintf(&b, "还有 %d 处需要留意\n", len(d.Warnings)-i)
			break
		}
		fmt.Fprintf(&b, "⚠️ %s\n", escape(w))
	}
	if len(d.Passages) > 0 {
		b.WriteString("\n" + quote(clip(d.Passages[0].Text, 300)))
	}
	return b.String()
}

const barLength = 10

func progressText(p knowledge.Progress) string {
	switch p.Stage {
	case knowledge.StageRead:
		return fmt.Sprintf("正在读取第 %d 份文件……", p.Done)
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
	b.WriteString("发 /rollback 可以恢复上一版。")
	return b.String()
}

func libraryHTML(base *knowledge.Base) string {
	docs, passages := base.Size()
	var b strings.Builder
	fmt.Fprintf(&b, "<b>知识库</b>：%d 份文件、%d 条\n", docs, passages)
	cases := 0
	for d := range base.Documents() {
		if d.Kind == documents.Case || d.Kind == documents.Corpus {
			cases++
			continue
		}
		fmt.Fprintf(&b, "· 《%s》%s，%d 条\n", escape(d.Title), escape(documentLine(d)), len(d.Passages))
	}
	if cases > 0 {
		fmt.Fprintf(&b, "· 另有案例和单条资料 %d 份\n", cases)
	}
	b.WriteString("\n把文件发到这里就可以预览和发布；发 /withdraw 加标题可以停用。")
	return b.String()
}
