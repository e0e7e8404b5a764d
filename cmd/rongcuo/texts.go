package main

const (
	textHelpHead = `rongcuo 容错助手：回答容错纠错规定方面的问题，管理知识库。

用法：`
	textHelpTail = `
每个命令加 -h 可以看到它的选项。`
	textUnknownCommand = "没有“%s”这个命令。请运行 rongcuo help 查看全部命令。"
	textWrongFlag      = "请运行 rongcuo help 查看用法。"
	textCancelled      = "已取消，没有改动任何内容。"

	textManyPassages = "这个文件夹有 %d 条，本次只按字词查找。先运行 rongcuo reindex 保存，再用 -data 提问，可以同时按意思查找。"

	evalUsage    = "用法：rongcuo eval -docs 文件夹或文件.jsonl -questions 问题.jsonl [-json]"
	askUsage     = `用法：rongcuo ask [-docs 文件夹] [-data 文件夹] [-at 日期] [-json] "问题"`
	reindexUsage = "用法：rongcuo reindex -docs 文件夹 [-data 文件夹] [-json]"
)
