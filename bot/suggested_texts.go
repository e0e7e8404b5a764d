package bot

import (
	"fmt"

	"rongcuo/knowledge"
)

const (
	textNoSuggestions = "这份文件没有待确认的问法了。"

	buttonSuggested = "待确认的问法（%d 个）"
	buttonTakeUp    = "采用 %d"
	buttonDelete    = "删除 %d"
)

// suggestedWords are the kinds of audit entries in Chinese.
var suggestedWords = map[string]string{kindAdopted: "采用模型给%s拟的问法", kindDismissed: "删除模型给%s拟的问法"}

func suggestionsHTML(title string, list []knowledge.Suggestion) string {
	s := "<b>待确认的问法</b>：" + escape("《"+title+"》") + "\n由语言模型拟写，没有人核对过，只用来帮助检索，不会显示给提问的人。"
	for i, q := range list[:min(len(list), listedSuggestions)] {
		s += fmt.Sprintf("\n%d. %s：%s", i+1, escape(q.Article), escape(q.Question))
	}
	if n := len(list) - listedSuggestions; n > 0 {
		s += fmt.Sprintf("\n还有 %d 个，处理完前面的就会看到。", n)
	}
	return s + "\n\n问的正是这一条，就点“采用”；不是，就点“删除”。"
}
