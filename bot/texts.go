package bot

import "fmt"

// Every sentence that people see, but for the answers' own.
const (
	textStart = `<b>容错助手</b>
我可以查容错纠错、风险备案、澄清正名等方面的规定：引用现行条文，说明条件和例外。是否认定由有权机关决定。

<b>请不要发送</b>：国家秘密、工作秘密、身份证号、举报人信息、正在办理的案件。
提问最多保存 24 小时，没有答好的隐去号码后保存一年；草稿保存到办完或者久不动时。详见 /privacy。

直接写下您遇到的情况，或者点一个例子：`
	textHelp = `直接用平常的话提问，例如“试点没达到预期，要追责吗？”。
· 点条文按钮看全文，点案例按钮看案例
· 接着问就行；换话题先发 /new
· 也可以写“办法第十八条”直接查条文
· 没有找到的，我会如实说，并告诉您向谁咨询`
	textPrivacy = `为了接着上一个问题回答，最近几轮提问保存 30 分钟；为了回答下面的按钮还能用，提问和按钮保存不超过 24 小时。发 /new 立即清除。
回答引用了哪些条文保存 90 天，以便条文废止时告知您；没有答好的问题（和它所接着问的那一两句）隐去号码后保存一年，用于改进；按天的次数不含任何人。发 /delete_me 一并删除。
备案草稿每答一题就保存，长期不动的提醒后删除；提交后的备案是正式记录，依规保存，/delete_me 不会删除。
带密级标志的内容、身份证号、电话、银行卡号不会保存，也不会发给任何模型。`
	textNew            = "好的，前面的问题已经忘掉，前面回答的按钮也不再有效。请问新的问题。"
	textDeleted        = "已删除与您有关的对话、待发消息和您自己的草稿。已提交的备案和审计记录属于单位，依规保存。"
	textDeleteSure     = "要删除与您有关的内容吗？删除后不能恢复。\n<b>会删除</b>：提问和对话、等待发给您的消息、回答和评价中您的记录、只属于您的备案草稿（%d 份）。\n<b>会保留</b>：已提交的备案、与同事共用的草稿、审计记录，它们属于单位。"
	textDeleteAlone    = "请在与我的私聊里发 /delete_me。"
	textAskHow         = "请写下您的问题，例如：集体决策时我反对过，还要追究吗？"
	textOnlyWords      = "目前只能看文字，请把问题写出来。"
	textUnknownCommand = "没有这个命令。直接写下问题就可以，或者发 /help 看说明。"
	textExpired        = "这个按钮已过期，没有改动。请重新提问，或者发 /help 看说明。"
	textExpiredForm    = "这个按钮已过期，没有改动。现在填到这里："
	textAskersOwn      = "这个按钮只能由提问的人使用，或者已经过期。您可以自己问一次；条文和案例的按钮人人都能看。"
	textWhichButton    = "有几项符合，请写完整一些："
	textNothingOpen    = "现在没有可以“%s”的内容。直接写下问题就可以，发 /start 看可以做什么。"
	textWriteYourself  = "链接不能直接办这件事。确实要办，请自己发送 /%s"
	textTooMany        = "您问得有点快，请过 %d 秒再问，这之前的问题到时请重发。"
	textSameCommand    = "这个命令刚刚已经回复过，请看上面的消息；%d 秒后可以再发。"
	textOneAtATime     = "上一个问题还在回答，请稍等片刻再问。"
	textMoreArticles   = "\n还有 %d 条"
	textHowToArticle   = "要看其中一条，直接写“第几条”和文件名，例如：实施办法第十二条。"
	textThanks         = "谢谢，已记下。"
	textWhatWrong      = "谢谢。哪里不对？"
	textDraftLater     = "风险备案的填报正在准备中。目前请按《风险备案工作规程》准备材料，或者先向承办部门咨询。"
	textComposed       = "以上说明由人工智能整理，请以条文原文为准。"
	textCompare        = "请对照事实、程序和后果是否一样。"
	textGrowing        = "正在整理……"

	headRedline = "请先注意"
	headBasis   = "依据"
	headLimits  = "条件和不予容错的情形"
	headCases   = "类似案例（仅供参考）"
	headNearest = "最接近的条文"
	headAsk     = "请补充"
	headNext    = "下一步"

	buttonDraft    = "用这个情况起草备案"
	buttonOld      = "看旧版"
	buttonCurrent  = "只看现行"
	buttonBefore   = "上一条"
	buttonAfter    = "下一条"
	buttonDocument = "所在文件"
	buttonHuman    = "转人工"
	buttonErase    = "确认删除"
	buttonGood     = "👍 有用"
	buttonBad      = "👎 不对"
)

var exampleQuestions = []string{
	"集体开会我投了反对票，后来决策错了，还要追究我吗？",
	"试点没有先例，效果不好，算不算失误？",
	"风险备案要准备哪些材料？",
}

// wordsOfButtons are never a question, even where no button bears them.
var wordsOfButtons = []string{"取消", "返回", "发布", "停用", "恢复", "停止施行", "恢复施行", "改信息", "撤销", "上一条", "下一条", "上一页", "下一页",
	"看旧版", "只看现行", "所在文件", "用这个情况起草备案", "打开", "查看并确认", "同意发布", "不同意", "提交复核", "确认删除", "👍", "👎", "有用", "不对"}

var wrongReasons = []string{"条文不对", "没答到点上", "看不明白"}

func humanText(office string) string {
	if office == "" {
		office = "县纪委监委案件审理室"
	}
	return fmt.Sprintf("可以向%s当面或者电话咨询。请不要在这里发送案件材料。", office)
}
