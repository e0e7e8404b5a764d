package delivery

import (
	"fmt"
	"time"
)

// Every sentence a person may read from this package.

const textParked = "抱歉，您刚才的消息没有处理成功，已告知管理员。请稍后再试，或换一种说法。"

func textParkedAdmin(update string, received time.Time) string {
	return fmt.Sprintf("【运行提醒】%s收到的第 %s 号更新连续 %d 次处理失败，已搁置，不影响后续消息。详情请看运行日志。",
		chineseTime(received), update, MaxTries)
}

func textRefusedAdmin(key string, reason refusal) string {
	return fmt.Sprintf("【运行提醒】一条待发消息（编号 %s）未能送达，已搁置。原因：%s。详情请看运行日志。", key, textRefusal[reason])
}

var textRefusal = map[refusal]string{
	refusalOther:    "Telegram 不接受这条消息",
	refusalNoChat:   "找不到对方的会话，对方可能还没有打开过机器人",
	refusalEntities: "消息格式有误，已改为纯文本发送但仍未成功",
	refusalTooLong:  "消息太长",
	refusalTooLarge: "文件太大",
	refusalFile:     "待发的文件读不到",
	refusalUnread:   "存储的内容无法读取",
}

// zone is that of China, which has one.
var zone = time.FixedZone("CST", 8*60*60)

func chineseTime(t time.Time) string { return t.In(zone).Format("2006年1月2日15:04") }
