package bot

import (
	"time"

	"rongcuo/conversations/records"
)

const (
	textClosed        = "您好，这里只对已登记的工作人员开放。请向本单位负责人或者系统负责人要一条邀请链接。"
	textPrivately     = "请在与我的单独对话中办理。"
	textBadInvitation = "这条邀请不能使用：可能已被使用、已收回或者超过期限。请向邀请您的人再要一条。"
	textWelcomePost   = "您已登记为：<b>%s</b>。发 /help 看可以做什么；直接写下问题也可以。"
	textMorePeople    = "其余的请分次收回。"
	textWhichRole     = "邀请谁？请选一个岗位。"
	textWhichPlace    = "请写出“%s”所在单位或者机关的全称，例如：示例县住房保障中心。"
	textPlaceForm     = "请写单位或者机关的全称，2 到 50 个字，不要换行。"
	textNotYours      = "您的岗位不能做这件事，请联系系统负责人。"
	textInvitation    = "<b>%s</b>的邀请已生成，%d 小时内有效，只能用一次。\n请把下面的链接转给本人：\n%s\n打不开链接的，请本人向我发送：<code>/start %s</code>"
	textNoPost        = "这个岗位已经不在了。发 /people 看现在的名单。"
	textLastOwner     = "这是最后一位系统负责人，请先邀请另一位。"
	textRevokeSure    = "要收回“%s”（%s）吗？收回后立即生效。"
	textFromSettings  = "由设置指定"
	textRevoked       = "已收回：%s（%s）。立即生效。"
	textNoEntries     = "没有更早的记录。"
	textProgram       = "系统"
	textAuditFile     = "全部审计记录"
	textChainHolds    = "记录完整：共 %d 条，末条校验值 %s。请把末条校验值另行抄存，便于日后核对。"
	textChainWrong    = "⚠️ 第 %d 条记录有问题：%s请立即停止使用并联系系统维护人员。"

	headPeople = "在岗人员"
	headAudit  = "审计记录"

	buttonInvite = "邀请"
	buttonRevoke = "收回"
	buttonOlder  = "更早的"
	buttonExport = "导出全部"
)

var auditColumns = []string{"序号", "时间", "人员编号", "事项", "对象", "内容"}

// entryWords are the kinds of entries in Chinese.
var entryWords = map[string]string{
	records.KindGranted: "授予岗位",
	records.KindRevoked: "收回岗位",
	records.KindInvited: "发出邀请",
	records.KindRefused: "越权尝试被拒",
	kindPublished:       "发布文件",
	kindProposed:        "提请复核文件",
	kindWithdrawn:       "停用文件",
	kindReturned:        "恢复文件",
	kindRolledBack:      "恢复上一版索引",
}

// china is the time that people see; the county has no other.
var china = time.FixedZone("CST", 8*60*60)

func day(t time.Time) string { return t.In(china).Format("2006年1月2日") }

// moment is a day with the time of day.
func moment(t time.Time) string { return t.In(china).Format("2006年1月2日 15:04") }
