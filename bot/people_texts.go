package bot

import (
	"time"

	"rongcuo/conversations/records"
)

const (
	textClosed         = "您好，这里只对已登记的工作人员开放。请向本单位负责人或者系统负责人要一条邀请链接。"
	textPrivately      = "请在与我的单独对话中办理。"
	textBadInvitation  = "这条邀请不能使用：可能已被使用、已收回或者超过期限。请向邀请您的人再要一条。"
	textWelcomePost    = "您已登记为：<b>%s</b>。发 /help 看可以做什么；直接写下问题也可以。"
	textMorePeople     = "其余的请分次收回。"
	textWhichRole      = "邀请谁？请选一个岗位。"
	textWhichPlace     = "请写出“%s”所在单位或者机关的全称，例如：示例县住房保障中心。"
	textPlaceForm      = "请写单位或者机关的全称，2 到 50 个字，不要换行。"
	textNotYours       = "您的岗位不能做这件事，请联系系统负责人。"
	textInvitation     = "<b>%s</b>的邀请已生成，%d 小时内有效，只能用一次。\n请把下面的链接转给本人：\n%s\n打不开链接的，请本人向我发送：<code>/start %s</code>"
	textOrPick         = "可以点一个，也可以写新的。"
	textRecalled       = "这条邀请已收回，请联系邀请您的人。"
	textRecalledNow    = "已收回“%s”的邀请，原来的链接不能再用。"
	textNoInvitation   = "这条邀请已经使用、收回或者过期。发 /people 看现在的名单。"
	textOpenInvitation = "%s，%s 发出，%s 到期"
	textNobody         = "没有岗位的人员（编号 %d）"
	textNumber         = "编号 %d 的人员"
	textStep           = "办理备案 %s：%s"
	textStepGone       = "办理备案，这一步的记录读不出来"
	textRefusedFind    = "试了 %d 个不存在的申请号"
	textRefusedFiling  = "试图查看无权查看的备案，没有成功"
	textRefusedCommand = "试图使用 %s，没有权限"
	textRefusedElse    = "试图做没有权限的事，没有成功"
	textNoPost         = "这个岗位已经不在了。发 /people 看现在的名单。"
	textLastOwner      = "这是最后一位系统负责人，请先邀请另一位。"
	textRevokeSure     = "要收回“%s”（%s）吗？收回后立即生效。"
	textFromSettings   = "由设置指定"
	textRevoked        = "已收回：%s（%s）。立即生效。"
	textNoEntries      = "没有更早的记录。"
	textProgram        = "系统"
	textAuditFile      = "全部审计记录，共 %d 条。每条都有校验值，可以用 rongcuo audit -check 独立核验。"
	textAuditPart      = "审计记录较多，这里是最近的 %d 条，共 %d 条。全部记录请运维人员用 rongcuo audit 导出。"
	textChainHolds     = "记录完整：共 %d 条，末条校验值 %s。请把末条校验值另行抄存，便于日后核对。"
	textChainWrong     = "⚠️ 第 %d 条记录有问题：%s请立即停止使用并联系系统维护人员。"

	headPeople      = "在岗人员"
	headInvitations = "还没有使用的邀请"
	headAudit       = "审计记录"

	buttonInvite = "邀请"
	buttonRevoke = "收回"
	buttonRecall = "收回邀请 %d. %s"
	buttonOlder  = "更早的"
	buttonExport = "导出全部"
)

// entryKinds say what was done, in a sentence that begins with who did it.
var entryKinds = map[string]string{
	records.KindGranted:  "授予%s“%s”岗位",
	records.KindRevoked:  "收回%s的“%s”岗位",
	records.KindInvited:  "发出“%s”岗位的邀请",
	records.KindRecalled: "收回“%s”岗位的邀请",
	kindPublished:        "发布",
	kindProposed:         "提请复核",
	kindWithdrawn:        "停用",
	kindReturned:         "恢复",
	kindRolledBack:       "恢复上一版知识库",
	kindRevived:          "让搁置的消息重新排队",
	"restored":           "恢复备份", // these two are written by the command line
	"migrated":           "迁移数据",
}

// refusedKinds are tries that are no commands.
var refusedKinds = map[string]string{
	"invitation": "使用了一条不能用的邀请，没有成功",
	"upload":     "试图上传文件，没有权限",
	"revoke":     "试图收回岗位，没有权限",
	"recall":     "试图收回邀请，没有权限",
	"button":     "按了没有权限的按钮，没有执行",
}

// china is the time that people see; the county has no other.
var china = time.FixedZone("CST", 8*60*60)

func day(t time.Time) string { return t.In(china).Format("2006年1月2日") }

// moment is a day with the time of day.
func moment(t time.Time) string { return t.In(china).Format("2006年1月2日 15:04") }
