package conversations

import "strings"

// What the engine itself says. Everything about a certain procedure stands in
// its YAML file.

// Buttons.
const (
	labelBack       = "上一步"
	labelSkip       = "跳过"
	labelView       = "查看已填"
	labelSave       = "保存退出"
	labelCancel     = "取消"
	labelResume     = "继续填写"
	labelGoOn       = "继续"
	labelKeep       = "不改，继续"
	labelEdit       = "修改"
	labelUndo       = "撤销这次修改"
	labelUnsure     = "不确定"
	labelAdvised    = "已经咨询，填写意见"
	labelGate       = "改自查第%d项"
	labelGates      = "修改自查"
	labelFine       = "没有问题，不改"
	labelAddItem    = "＋ 增加一条"
	labelChangeItem = "改第 %d 条"
	labelDropItem   = "删第 %d 条"
	labelUpItem     = "第 %d 条上移"
	labelItemsDone  = "都填好了"
	labelFilesDone  = "附件传完了"
	labelDropFile   = "删 "
	labelNoPaper    = "不用这个文件"
	labelTicked     = "选好了（%d 项）"
	labelTake       = "采用 %d"
	labelLeave      = "不用 %d"
	labelTakeAll    = "全部采用"
	labelLeaveAll   = "都不用"
	labelSend       = "送交"
	labelRecall     = "收回修改"
	labelDraft      = "存草稿"
	labelExport     = "导出草稿"
	labelCancelYes  = "确定取消"
	labelCancelNo   = "不取消，继续"
	labelNewVersion = "换用新版"
	labelOldVersion = "仍用旧版"

	pledgeWord = "我承诺"
)

// Questions and what surrounds them.
const (
	sayProgress    = "第%d步/共%d步 · %d/%d　%s"
	sayGateHead    = "自查 %d/%d"
	sayItemHead    = "%s第 %d 条 · %d/%d"
	sayOptional    = "（选填）"
	sayExample     = "例如："
	saySize        = "（%d～%d字）"
	saySizeUpTo    = "（最多%d字）"
	sayPresent     = "现在填的是："
	sayRemark      = "退回意见："
	saySuggested   = "供参考，由您选择："
	saySuggestion  = "%s（%s，您写到“%s”）"
	sayFirstItem   = "直接输入第一条%s即可。"
	sayWhichPaper  = "“%s”是哪一项材料？"
	sayIfThere     = "（有则上传）"
	sayFileLimits  = "可以发送 %s 文件，单个不超过 %d MB。"
	sayConsult     = "这一项您选了“不确定”。请先向主管部门或者县司法局咨询，得到答复后再继续；填写的内容已经保存。"
	sayAdviceTaken = "咨询意见已记下，请据此回答。"
	sayDrafted     = "（机器人整理，请核对）"
)

// Answers to answers.
const (
	sayUnderstood   = "已记下　"
	sayNoted        = "已记下　%s，共 %d 字。"
	sayFine         = "好的，%s保持不变。"
	sayReopened     = "这样一改，下面几项要重新填写："
	sayCorrected    = "%s已改："
	sayUndone       = "已撤销，%s恢复原样。"
	sayProposed     = "从您发来的内容里整理出 %d 项，请逐项核对，确认后才会填入："
	sayProposedHow  = "请选择采用或者不用。"
	sayTaken        = "已填入 %d 项，可以随时“查看已填”核对。"
	sayRecheck      = "请再想一想：%s您答的是："
	sayNoneTaken    = "好的，都没有填入。"
	sayItemKept     = "已记下，共 %d 条。"
	sayDropped      = "第 %d 条已删除。"
	sayFileKept     = "已收到“%s”，作为 %s %s。"
	sayFileLeft     = "“%s”没有收入附件。"
	sayPictureNote  = "图片无法自动检查，请自行核对是否含有不宜上传的内容。"
	sayStillMissing = "还缺："
	sayNameless     = "未命名文件"
)

// Refusals; each says what to do instead.
const (
	sayNothing       = "没有收到文字，请重新输入。"
	sayEmpty         = "这一项没有内容，请用文字回答。"
	sayTooShort      = "现在是 %d，至少要 %d %s，请再补充一些。"
	sayTooLong       = "现在是 %d，最多 %d %s，请精简一些。"
	sayTooSmall      = "您填的是 %d，这里不能小于 %d%s，请重新填写。"
	sayTooBig        = "您填的是 %d，这里不能大于 %d%s，请核对后重新填写。"
	sayAmountBounds  = "金额应当在 %s 到 %s 之间，请重新填写。"
	sayYearAhead     = "年份不能晚于今年，请重新填写。"
	sayNoDoubt       = "这里请回答“是”或者“否”。"
	sayGateWords     = "请回答“%s”或者“%s”，拿不准可以选“不确定”。"
	sayGateCertain   = "请回答“%s”或者“%s”。"
	sayNoUnit        = "请写单位的全称，例如“%s”。"
	sayTooManyDays   = "这段时间有 %d 天，最长 %d 天，请改短一些。"
	sayPledge        = "请点“我承诺”，或者输入“我承诺”。不能承诺的，请先保存退出。"
	sayUseButtons    = "这里请点下面的按钮。"
	sayTickFirst     = "请先选至少一项，再点“选好了”。"
	sayMustAnswer    = "这一项必须填写，不能跳过。暂时填不了的，可以“保存退出”。"
	sayItemsFull     = "最多 %d 条，请先删除或者合并。"
	sayNotNow        = "现在不能这样做。"
	sayStale         = "这个按钮已经过时，请看下面的问题。"
	sayOnlyRemarks   = "补正时只改被退回的内容，这一项不用改。"
	sayProposedFirst = "请先处理整理出来的这几项。"
	saySendFiles     = "这里请直接发送文件；都发完了，点“附件传完了”。"
	sayNoFileNow     = "现在不收附件。到“附件”一步再发送；请先回答下面的问题。"
	saySecretFile    = "文件名带有涉密字样，不能在这里上传，也没有保存。请通过机要渠道报送。"
	sayEmptyFile     = "“%s”是空文件，请重新发送。"
	sayBigFile       = "“%s”超过 %d MB，请压缩或者拆分后再发。"
	sayWrongType     = "“%s”的格式不能收，请换成 %s 再发。"
	sayFileTwice     = "“%s”已经收到过，不用重复发送。"
	saySortFirst     = "请先说明前面几个文件各是什么材料，再发新的。"
	sayPaperFull     = "“%s”最多 %d 个文件，请先删除再发。"
)

// Stops and the review.
const (
	sayStoppedWays  = "这不代表事情不能办，您可以："
	sayReviewHead   = "请核对全部内容"
	sayNothingFound = "✅ 没有发现缺项。"
	sayPaperMissing = "缺 %s %s"
	sayStepHead     = "第%d步 %s"
	sayLeftOut      = "（未填）"
	sayBody         = "受理机关："
	sayExpected     = "提交后一般 %d 个工作日内。"
	sayExpectedOn   = "今天提交的，预计%s前完成。"
	sayPapers       = "附件清单"
	sayPaperGap     = "（还缺）"
	sayPaperCount   = "（%d 个文件）"
	sayPapersBelow  = "见附件清单"
	sayNotYet       = "还有标 🔴 的问题没有解决，暂时不能提交。"
	sayHowToSubmit  = "核对无误后，点下面的按钮或者输入“%s”。"
	sayHowToSend    = "核对无误后，送交%s确认提交。"
	sayWithHead     = "已经送交%s，等待确认。需要修改的，可以收回。"
	saySent         = "已送交%s。确认之前什么都没有发出。"
	sayRecalled     = "已收回，可以继续修改。"
	sayOnlyHead     = "提交要由%s确认。请先送交。"
	sayReviewFirst  = "请先填完并看过确认页，再提交。"
	saySubmitted    = "已确认提交，正在登记。申请号随后告知。"
	sayExport       = "这是草稿，不是正式文件。"
)

// Coming and going.
const (
	sayWelcomeBack      = "欢迎回来，接着上次的地方。"
	saySaved            = "已保存。随时可以回来继续，换一台设备也可以。"
	sayCancelSure       = "确定取消吗？已填的内容会全部删除，不能恢复。"
	sayCancelled        = "已取消，填写的内容不再保留。"
	sayNothingYet       = "还没有填写内容。"
	sayGoOn             = "看完了就接着填。"
	sayHelp             = "一次回答一个问题。可以说：上一步、跳过、查看已填、保存退出、取消；要改前面的内容，可以说“资金改成30万”；有政策问题，直接问。"
	sayAlreadySubmitted = "这份申请已经提交，不用再次提交。"
	sayAlreadyCancelled = "这份申请已经取消，可以重新开始。"
	sayAlreadyExpired   = "这份草稿已经过期删除，可以重新开始。"
	sayReminder         = "您的%s申请还没有填完，已经 %d 天没有动过。内容都在，随时可以继续。"
	sayWarning          = "您的%s草稿很久没有动过，再过 %d 天将自动删除。需要保留的，请点“继续填写”。"
	sayGone             = "草稿长时间没有动过，已按规定删除。需要时可以重新开始。"
	sayNewVersion       = "这份表格有了新版。换用新版，没有变化的内容会保留，变化的要重新填写。"
	sayVersionLost      = "这份草稿所用的旧表格已经停用，已转到新版，内容请重新核对填写。"
	sayMovedClean       = "已换用新版，填过的内容都保留了。"
	sayMovedFresh       = "已换用新版。下面几项有变化，请重新填写："
	sayNoAsker          = "这个问题现在答不了，请咨询党风政风监督室。"
	sayAbout            = "约"
)

// maxText bounds every typed answer, in characters: more than any field of the
// sample takes, little enough for one message of any messenger.
const maxText = 4000

func sayMoved(fresh []string) string {
	if len(fresh) == 0 {
		return sayMovedClean
	}
	return sayMovedFresh + join(fresh)
}

// join lists words the Chinese way.
func join(words []string) string { return strings.Join(words, "、") + "。" }

// Of papers and short forms.
const (
	sayRedactedCopy = "（脱敏副本）"
	sayOfEach       = "（应有 %d 份，已有 %d 份）"
	sayNearBody     = "“%s”没有登记，您是不是要选：%s？"
	sayUnknownBody  = "受理机关“%s”没有登记账号，对方收不到通知，决定要由承办人录入、单位负责人核对；请核对全称。"
	labelInstead    = "改为 "
	saySerial       = "请写序号，例如“12”，或者写全：%s。"
	saySerialYear   = "年份是 %s，回执号的年份应当是今年，例如：%s。"
)
