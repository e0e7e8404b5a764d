package records

import "rongcuo/conversations"

// What people read of this package.
const (
	sayUnreadable   = "这一条记录无法读取。"
	sayMissingEntry = "这一条记录缺失或者次序不对。"
	sayChangedEntry = "这一条记录与校验值不符，可能被改动过。"
	sayMissingStep  = "这一步办理记录缺失或者次序不对。"
	sayChangedStep  = "这一步办理记录（含提交内容和附件清单）与校验值不符，可能被改动过。"
	sayStrayContent = "有提交内容或者附件清单不属于任何一步办理记录。"
	sayIndexDiffers = "事项目录与办理记录不一致，可能被改动过。"
	sayTableDamaged = "数据库文件里的记录与索引不一致，文件可能已经损坏。"
	sayHeadDiffers  = "最后的记录与末尾标记不符，可能有记录被删去。"
)

// Filings: what somebody who acts is told.
const (
	sayNotNow         = "这个事项现在的状态不能办理这一步，请刷新后查看。"
	sayNotInThisCase  = "这个事项不符合办理这一步的条件。"
	sayNotYours       = "这一步不由您办理。"
	sayOwnFiling      = "这是您本人或者本单位的事项，按规定应当回避。"
	sayOwnUnit        = "申请单位与决定机关是同一个单位，不能自己决定。"
	sayOneStage       = "您已经在另一个环节办理过这个事项，同一个人不能办理两个环节。"
	sayRecused        = "您已经回避这个事项，由其他经办人办理。"
	sayNotOnPaper     = "这一步不能由承办人代为录入：对方有系统账号，请由对方办理。"
	sayReasonNeeded   = "请至少选择一条理由。"
	sayUnknownReason  = "这条理由不适用于这一步，请从列出的理由中选择。"
	sayNoReasonsHere  = "这一步不需要选择理由。"
	sayNoRemarksHere  = "这一步不能附逐项意见。"
	sayUnknownRemark  = "逐项意见要写明对应的栏目和内容。"
	sayLongRemark     = "每一项意见最多五百字，请精简一些。"
	sayContentNeeded  = "请先填写完整并确认，再提交。"
	sayNoContentHere  = "这一步不能修改已提交的内容。"
	sayOtherProcedure = "提交的内容与这个事项不是同一种申请或者同一个版本。"
	sayWrongRound     = "提交的不是这一次补正的内容，请重新打开后再提交。"
	sayUnknownEarlier = "没有找到这个前次申请号，请核对。"
	sayConsentNeeded  = "请先写明口头同意的时间，且不能晚于现在。"
	sayPaperAhead     = "决定日期不能晚于今天。"
	sayUsedUp         = "“%s”最多 %d 次，已经用完。"
	sayNoEnd          = "这个事项没有结束日期，不能延期。"
	sayExtendYear     = "延期后的日期应当晚于原结束日期，最长一年。"
	sayReceiptTaken   = "这个回执号已经用过，请核对。"
	sayInTime         = "规定期限"
	saySoon           = "「%s」的%s请在 %s 前办理。"
	sayLate           = "「%s」的%s已经超过期限（%s），请尽快办理。"

	sayRemarkNeeded = "请至少点出一处要改的栏目并写明意见，申请单位才知道改哪里。"
	sayPaperWaits   = "已经录入了一份纸质决定，正在等待单位负责人核对。"
	sayStandInOwner = "%s的经办人已经回避一件备案，没有其他人可以办理。请发 /people 邀请一位%s的代行人。"
	sayStandInBody  = "「%s」的经办人已回避，等待系统负责人指定代行人。"
	sayOtherBody    = "受理机关“%s”没有登记，您是不是要选“%s”？请改正受理机关全称后再提交。"
	sayOwnPaper     = "纸质决定要由另一位核对：录入的人不能核对自己录入的内容。"
	sayPaperToSign  = "「%s」承办人录入了纸质决定“%s”，请核对原件后确认，确认后才生效。"

	nameRecuse      = "申请回避"
	nameOnPaper     = "录入纸质决定："
	nameCountersign = "核对纸质决定："
	nameDropPaper   = "撤回录入的纸质决定"
	nameNewEnd      = "延期至"
)

// SayRests tells that a matter was refused a short while ago: number, state,
// the day from which it may be filed again, article.
const SayRests = "同一事项（%s）上次的结果是“%s”，没有实质变化的，%s以后才能再次申请（%s）。情况有实质变化的，请把自查第十二项改为“是”，选“情况有实质变化”，并写明变化。"

// paperFields prove a decision that was made on paper.
var paperFields = []conversations.Field{
	{Key: needDecided, Kind: conversations.Date, Label: "决定日期", Ask: "决定是哪天作出的？", Behind: true},
	{Key: needDocument, Kind: conversations.Text, Label: "文号", Ask: "书面决定的文号？没有文号的写“无文号”。", Min: 2, Max: 60},
	{Key: "reply_file", Kind: conversations.Files, Label: "书面决定", Ask: "请发送书面决定的扫描件。", Accept: []string{"pdf", "docx", "jpg", "png"}, MaxMB: 20},
}

// recusalFields say why somebody steps back.
var recusalFields = []conversations.Field{
	{Key: "recusal", Kind: conversations.Longtext, Label: "回避理由", Ask: "请简单写明回避的理由。", Min: 2, Max: 300},
}
