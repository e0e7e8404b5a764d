package bot

import "rongcuo/conversations/records"

const (
	headWaiting  = "待您办理"
	headFilings  = "本单位的备案"
	headRegister = "备案台账（%d 件）"
	headTimeline = "办理过程"
	headChanges  = "与上一次提交相比"
	headReturned = "%s意见"

	textNothingWaits      = "目前没有待您办理的事项。"
	textNoFilings         = "还没有备案。发 /file 可以起草。"
	textWhichNumber       = "请写申请号，例如：/find FS-2026-7K3MA-9QWX4"
	textGuessed           = "用户 %d 一小时内 %d 次查询了不存在或者不在其办理范围内的申请号，已暂停其按号查询一小时。请了解情况，必要时收回岗位。"
	textBody              = "受理机关："
	textStanding          = "现在：%s，自%s起"
	textStandingWith      = "，由%s办理"
	textStandingDue       = "，%s前"
	textNext              = "接下来可能：%s"
	textReceipt           = "回执号："
	textRefile            = "变化部分要重新申请备案：另行起草，在“前次申请号”填 %s。新的备案登记后，这一件自动办结。"
	textUntil             = "，有效期至%s"
	textAhead             = "紧急先行：%s，请在 %s前补报"
	textByHandler         = "（由承办人录入、负责人核对）"
	textToSign            = "，已通知单位负责人核对，核对后生效"
	textUnsigned          = "纸质决定“%s”待单位负责人核对，核对后生效"
	textDeserted          = "等待指定代行人：经办人已回避"
	textSubstitute        = "（因他人回避，由其代行）"
	textAsked             = "%s：等待决定机关研究"
	textOverdue           = "⚠ 逾期："
	textOnPaper           = "录入纸质决定："
	textBefore            = "原："
	textAfter             = "现："
	textNothingRegistered = "台账里还没有备案。"
	textMoreRegistered    = "只列出最新 %d 件，其余请筛选或者导出。"
	textChoose            = "请选择："
	textRegisterFile      = "备案台账，共 %d 件。"
	textChartHead         = "备案按状态统计，共 %d 件。"
	textChartTitle        = "备案按状态统计（%d 件，截至%s）"
	textChartFile         = "备案统计.png"
	textWhichPaper        = "要哪一份？每份都有 DOCX 和 PDF。"
	textRedactedFile      = "脱敏副本：姓名和电话已遮盖，可以用于交流。机器遮盖难免遗漏，发出前请再看一遍正文和附件目录。"
	textEntered           = "由承办人依据纸质决定录入、单位负责人核对"
	textDecisionFile      = "研究决定告知书，以盖章纸质件为准。"
	textRegisterTitle     = "风险备案台账"

	textEarlierUnknown = "没有找到这个前次申请号，请核对；没有报过的，请点“跳过”。"
	textSameOpen       = "提醒：本单位同一事项的申请 %s 正在办理（%s），请不要重复申请。"
	buttonChanged      = "情况有变化，改自查"

	textNoProgress      = "目前没有正在实施、可以报送进展的备案。发 /my 看本单位的备案。"
	textWhichProgress   = "要报送哪一件的进展？"
	textCalendar        = "办理期限按工作日计算。已有放假安排的年份：%s。\n要增加一年，请把国务院办公厅当年放假通知的正文粘贴到这里。没有安排的年份按周一到周五计算，日期前加“约”。"
	textNoNotice        = "没有读出放假安排。请粘贴通知正文，要有年份，例如：2027年……国庆节：10月1日至7日放假调休。9月26日上班。"
	textHolidays        = "<b>%d年的放假安排</b>，请与通知核对："
	textDayOff          = "放假："
	textDayOn           = "上班："
	textHolidaysAdopted = "已采用 %d 年的放假安排，此后起算的期限按它计算，已经起算的不变。"

	textMoved       = "这件备案现在是“%s”，刚才的按钮已经不能用了。"
	textPickReasons = "请选理由，可以选多项："
	textPickRemarks = "请点出要改的栏目并写明意见（已写 %d 处）；没有的直接点“完成”。"
	textRemarkOn    = "“%s”要怎样改？请写出来。现在写的是："
	textNoReason    = "请至少选一项理由。"
	textExample     = "例如："
	textConfirmAct  = "请核对，确认后立即生效并留存记录："
	textFilesSoFar  = "已收到 %d 个文件，可以继续发送。"
	textFileDamaged = "“%s”读不出来或者已经损坏，没有发送。系统负责人会看到提示，请联系他从备份恢复。"
	textSendFile    = "请发送文件；没有的可以取消后再办。"
	textNoFileNow   = "现在不需要文件。"
	textDone        = "已办理：%s\n<b>%s</b>\n现在的状态：%s"

	buttonAdopt    = "采用"
	buttonText     = "全文"
	buttonTimeline = "办理过程"
	buttonPapers   = "申请表和回执"
	buttonForm     = "申请表"
	buttonRedacted = "脱敏副本"
	buttonDecision = "决定告知书"
	buttonReceipt  = "备案回执"
	buttonByYear   = "按年份"
	buttonByState  = "按状态"
	buttonByBody   = "按受理机关"
	buttonAll      = "全部"
	buttonChart    = "统计图"
	buttonChanges  = "变化 %d 处"
	buttonFiles    = "附件 %d 个"
	buttonBackCard = "返回"
	buttonRegister = "导出台账"
	buttonPicked   = "选好了"
	buttonMarked   = "完成"
	buttonSkip     = "跳过"
	buttonActBack  = "重填“%s”"
	buttonConfirm  = "确认"
)

// applicants are who have filings of their own unit; actors who may act on one;
// readers who may read one; lookers who have a register.
var (
	applicants = only(records.Handler, records.UnitHead)
	lookers    = only(records.Decider, records.Registrar, records.Trial, records.Auditor)
	actors     = only(records.Handler, records.UnitHead, records.Decider, records.Registrar, records.Trial)
	readers    = only(records.Handler, records.UnitHead, records.Decider, records.Registrar, records.Trial, records.Auditor)
)

func init() { // methods that look into the tables
	commands = append(commands,
		command{[]string{"file", "起草备案", "风险备案"}, "起草或者继续填写风险备案", everyone, (*Bot).file},
		command{[]string{"my", "我的备案"}, "本单位的备案", applicants, (*Bot).filings},
		command{[]string{"progress", "报进展"}, "报送进展", applicants, (*Bot).progress},
		command{[]string{"todo", "待办"}, "待您办理的备案", actors, (*Bot).waiting},
		command{[]string{"register", "台账"}, "备案台账", lookers, (*Bot).register},
		command{[]string{"calendar", "放假安排"}, "放假和调休安排", keepers, (*Bot).calendar},
		command{[]string{"find", "查备案"}, "按申请号查备案", readers, (*Bot).find},
	)
	actions = append(actions,
		action{"f", everyone, (*Bot).pressFiling}, // whose draft it is, is proved there
		action{stepAction, everyone, (*Bot).pressStep},
		action{"newdraft", everyone, (*Bot).pressNewDraft},
		action{"hand", applicants, (*Bot).pressHandOver},
		action{"handto", applicants, (*Bot).pressHandTo},
		action{"begin", only(records.UnitHead), (*Bot).pressBegin},
		action{"askbegin", everyone, (*Bot).pressAskToBegin},
		action{"see", readers, (*Bot).pressSee},
		action{"text", readers, (*Bot).pressText},
		action{"line", readers, (*Bot).pressTimeline},
		action{"diff", readers, (*Bot).pressDiff},
		action{"files", readers, (*Bot).pressFiles},
		action{"papers", readers, (*Bot).pressPapers},
		action{"paper", readers, (*Bot).pressPaper},
		action{"reg", lookers, (*Bot).pressRegister},
		action{"regby", lookers, (*Bot).pressRegisterBy},
		action{"regfile", lookers, (*Bot).pressRegisterFile},
		action{"regchart", lookers, (*Bot).pressRegisterChart},
		action{"act", actors, (*Bot).pressAct},
		action{"reason", actors, (*Bot).pressReason},
		action{"picked", actors, (*Bot).pressPicked},
		action{"marked", actors, (*Bot).pressMarked},
		action{"remarks", actors, (*Bot).pressRemarks},
		action{"remark", actors, (*Bot).pressRemark},
		action{"say", actors, (*Bot).pressSay},
		action{"actskip", actors, (*Bot).pressActSkip},
		action{"actdrop", actors, (*Bot).pressActDrop},
		action{"actback", actors, (*Bot).pressActBack},
		action{"do", actors, (*Bot).pressDo},
	)
	actions = append(actions,
		action{"holidays", keepers, (*Bot).pressHolidays},
		action{"noholidays", keepers, (*Bot).pressNoHolidays},
	)
	awaits = append(awaits, await{awaitAct, actors, (*Bot).awaitedAct}, await{awaitCalendar, keepers, (*Bot).awaitedCalendar})
}

const (
	awaitAct      = "act"
	awaitCalendar = "calendar"
)

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}
