package localtelegram

// Everything that a person may read, apart from the page's own words in page/.

// BotTitle is the name of the bot in the chat list unless Options say otherwise.
const BotTitle = "容错助手"

// DefaultPeople are the roles of the sample county. Roles, never persons: nobody here has a name.
func DefaultPeople() []Person {
	return []Person{
		{Key: "official", Name: "普通干部", Title: "提问、查条款", UserID: firstUserID + 1},
		{Key: "handler", Name: "承办人", Title: "起草和跟踪备案", UserID: firstUserID + 2},
		{Key: "head", Name: "单位负责人", Title: "审签本单位的备案", UserID: firstUserID + 3},
		{Key: "decider", Name: "决定机关", Title: "研究是否同意备案", UserID: firstUserID + 4},
		{Key: "registrar", Name: "监督室登记员", Title: "接收和登记备案", UserID: firstUserID + 5},
		{Key: "admin", Name: "管理员", Title: "维护知识库和人员", UserID: firstUserID + 6},
		{Key: "outsider", Name: "外人", Title: "没有登记的人", UserID: firstUserID + 7},
	}
}

const (
	sayNoPerson     = "没有这个人物。请用 GET /local/people 查看可用的人物。"
	sayNoChat       = "没有这个群，或者此人不在群里。"
	sayEmptyText    = "消息不能为空。"
	sayTooLong      = "消息太长：一条消息最多 4096 个字符，文件说明最多 1024 个。"
	sayNoMessage    = "没有这条消息。"
	sayNoButton     = "这条消息没有这个按钮。"
	sayBlocked      = "此人已停用机器人，请先恢复。"
	sayBadJSON      = "请求不是有效的 JSON。"
	sayNoFile       = "没有收到文件。"
	sayFileTooLarge = "文件太大：本机演示最多收 64 MB。"
	sayBadFault     = "不认识的故障类型。"
	sayForeign      = "本服务只接受来自本机页面的请求。"
	sayNotFound     = "没有这个地址。"
	sayBusy         = "打开的页面太多，请先关闭几个。"
	sayInternal     = "本机服务出错了，请看终端里的说明。"
)
