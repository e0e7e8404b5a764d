package typed

// The sentences that tell a person what to type instead.
const (
	sayNumber        = "请只填数字，例如 86 或者“八十六”。"
	sayVagueNumber   = "请填一个确定的数，例如 86。拿不准可以填估计数。"
	sayNegative      = "请填 0 或者更大的数。"
	sayWhole         = "请填整数，不要小数。"
	sayDecimals      = "小数最多保留 %d 位，请重新填写。"
	sayTooLarge      = "这个数太大了，请核对后重新填写。"
	sayParts         = "请依次填 %d 个数：%s，用“/”隔开。"
	sayMoney         = "没有看懂金额。请这样写：30万、1200元、壹佰万元；没有填 0。"
	sayVagueMoney    = "请填一个确定的金额，例如 30万。拿不准可以填估计数。"
	sayNegativeMoney = "金额不能是负数，没有请填 0。"
	sayFen           = "金额最多写到分，请重新填写。"
	sayTooMuch       = "这个金额太大了，请核对单位后重新填写，例如 30万。"
	sayPhone         = "请填办公室座机，例如 0000-1234567。"
	sayAreaCode      = "请加上区号，例如 0000-1234567。"
	sayMobile        = "这里只收办公室座机，不收手机号。请改填座机，例如 0000-1234567。"
	sayChoice        = "请从这些选项里选一个，发序号或者文字：%s。"
	sayChoiceRange   = "请发 1 到 %d 之间的序号。"
	sayAmbiguous     = "有几个选项都对得上，请发全称：%s。"
	sayChoices       = "请发选项的序号，多个用顿号隔开，例如 1、3。"
	sayYesNo         = "请回答“是”或者“否”。"
	sayDate          = "没有看懂日期。请这样写：2027年1月10日、2027-01-10 或者“明天”。"
	sayNoSuchDay     = "%d年%d月没有%d日，请核对后重新填写。"
	sayNoSuchMonth   = "没有%d月，请核对后重新填写。"
	sayYearRange     = "年份请写在 1949 到 2100 之间，例如 2027年1月10日。"
	sayWholeDate     = "请写到日，例如 2027年1月10日。"
	sayClock         = "请写上时间，例如：昨天下午3点，或者 2027年1月10日 15:30。"
	sayNoSuchTime    = "没有这个时间，请这样写：15:30 或者“下午3点半”。"
	saySpan          = "请写开始和结束两个日期，例如：2027年1月10日至2027年6月30日。"
	saySpanOrder     = "结束日期早于开始日期，请重新填写，例如：2027年1月10日至2027年6月30日。"
)

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}
