package bot

import (
	"fmt"
	"strings"
	"time"

	"rongcuo/knowledge"
)

const barLength = 10

// Parts of the bar that a stage takes, in their order, so that it only ever
// grows.
var stageSpans = map[string]struct {
	from, to int
	words    string
}{
	"":                     {1, 1, "读取文件"},
	knowledge.StageRead:    {1, 3, "读取文件"},
	knowledge.StageSuggest: {3, 5, "模型拟问法"},
	knowledge.StageEmbed:   {6, 10, "计算语义向量"},
	knowledge.StageIndex:   {6, 6, "建立索引"},
}

// progressText is a step of a build as a bar with words.
func progressText(p knowledge.Progress) string {
	s, ok := stageSpans[p.Stage]
	if !ok { // of a newer stage nothing is known but that it goes on
		s.words = p.Stage
	}
	full := s.from
	words := s.words
	if p.Total > 0 {
		full += (s.to - s.from) * min(p.Done, p.Total) / p.Total
		words += fmt.Sprintf(" %d/%d", p.Done, p.Total)
	}
	if p.Left >= time.Second {
		words += "，还要约 " + leftText(p.Left)
	}
	return fmt.Sprintf("正在更新索引 %s%s %s", strings.Repeat("■", full), strings.Repeat("□", barLength-full), words)
}

// leftText is how long something will still take, roughly.
func leftText(left time.Duration) string {
	if left < 90*time.Second {
		return fmt.Sprintf("%d 秒", int(left.Round(time.Second).Seconds()))
	}
	return fmt.Sprintf("%d 分钟", int(left.Round(time.Minute).Minutes()))
}

// reportHTML says in numbers what a build changed, and names the documents.
func reportHTML(about string, r knowledge.Report) string {
	d := r.Difference
	lines := []string{}
	if about != "" {
		lines = append(lines, escape(about))
	}
	if d.Empty() {
		lines = append(lines, fmt.Sprintf("<b>索引没有变化</b>，用时 %.1f 秒", r.MS/1000), fmt.Sprintf("%d 份文件、%d 条都与原来相同。", d.Same, d.After))
	} else {
		lines = append(lines, fmt.Sprintf("<b>索引已更新</b>，用时 %.1f 秒", r.MS/1000),
			fmt.Sprintf("文件：新增 %d，修改 %d，移出 %d，未变 %d", len(d.Added), len(d.Changed), len(d.Removed), d.Same),
			fmt.Sprintf("条文：%d 条 → %d 条", d.Before, d.After))
	}
	if r.Unembedded > 0 {
		lines = append(lines, fmt.Sprintf("有 %d 条暂时没有语义向量，先按字词查找，稍后自动补上。", r.Unembedded))
	}
	if r.Embedded > 0 {
		lines = append(lines, fmt.Sprintf("新计算语义向量 %d 条", r.Embedded))
	}
	if n := len(d.Added) + len(d.Changed) + len(d.Removed); n > 1 || n == 1 && about == "" { // else it is named already
		lines = append(lines, "", differenceHTML(d, "新增", "修改", "移出"))
	}
	for _, f := range r.Files {
		if f.Refused != "" {
			lines = append(lines, fmt.Sprintf("✗ 没有收录 %s：%s", escape(f.Name), escape(f.Refused)))
		}
	}
	if r.Suggested > 0 {
		lines = append(lines, fmt.Sprintf("模型给 %d 条拟了问法，发 /docs 点文件可以采用或者删除。", r.Suggested))
	}
	if r.Unsuggested > 0 {
		lines = append(lines, fmt.Sprintf("模型没有给出可用的答复，%d 条没有拟问法，下次再拟。", r.Unsuggested))
	}
	if !d.Empty() {
		lines = append(lines, "发 /rollback 可以恢复上一版。")
	}
	return strings.Join(lines, "\n")
}
