package documents

// Sentences for the administrator about a document that was taken.
const (
	warnNoArticles  = "没有找到“第X条”，已按段落收录，引用时只能写“第几段”。"
	warnNoSections  = "案例没有分节标题，已按全文收录。"
	warnFrontMatter = "文件头部的说明信息格式有误，已忽略，请检查后重新上传。"
	warnBadDate     = "文件头部 %s 的日期“%s”不存在，已忽略。"
	warnNoDate      = "没有找到施行日期，暂按一直有效处理，请补充。"
	warnTerm        = "文中写有有效期（“%s”），请核对是否已经到期，并补充失效日期。"
	warnRepeals     = "本文件还写明废止《%s》，请核对知识库里的旧文件。"
	warnEmpty       = "文件里没有可收录的文字。"
	warnMojibake    = "文中有 %d 处乱码，请用原文件重新导出。"
	warnDuplicate   = "%s出现了不止一次，请核对原文。"
	warnGap         = "%s之后直接是%s，中间可能缺条，请核对原文。"
	warnOrder       = "%s排在%s之后，顺序不对，请核对原文。"
	warnMore        = "同类问题还有 %d 处，请通读原文。"
)
