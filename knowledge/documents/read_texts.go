package documents

// Sentences for the person who sent a file: what is wrong, and what to do.
const (
	refuseTooLarge     = "文件超过 %d MB，请拆分或压缩图片后重新上传。"
	refuseEmpty        = "文件是空的，请检查后重新上传。"
	refuseLink         = "这是指向别处的链接，没有读取，请放入原文件。"
	refuseSpecial      = "这不是普通文件，没有读取，请放入文档文件。"
	refuseNotReadable  = "文件打不开，请检查文件的权限后重试。"
	refuseBinary       = "读不出文字，请另存为 UTF-8 编码的 TXT，或者 DOCX、PDF 后上传。"
	refuseEncoding     = "文字的编码无法识别，直接收录会成为乱码，请另存为 UTF-8 编码后上传。"
	refuseExtension    = "文件内容与扩展名“%s”不符，请用原来的软件重新保存后上传。"
	refuseUnsupported  = "不支持“%s”文件，请转换为 DOCX、PDF、XLSX、HTML、Markdown 或 TXT 后上传。"
	refuseLegacy       = "不支持%s格式，请另存为 %s 后上传。"
	refusePicture      = "图片里的文字无法读取，请上传可以复制文字的文件。"
	refuseArchive      = "不支持压缩包，请解压后逐个上传。"
	refuseBroken       = "文件已损坏，无法打开，请重新导出后上传。"
	refuseBomb         = "文件展开后过大，没有读取，请用原来的软件重新保存或拆分后上传。"
	refuseTooManyParts = "文件内部的部分超过 %d 个，没有读取，请拆分后上传。"
	refuseTooDeep      = "文件内部嵌套过深，没有读取，请用原来的软件重新保存后上传。"
	refuseTooWide      = "表格超过 %d 列，没有读取，请拆分后上传。"
	refuseEntities     = "文件里有不允许的外部定义，没有读取，请用原来的软件重新保存后上传。"
	refuseEncrypted    = "文件设有密码，请去掉密码后重新上传。"
	refuseScanned      = "这份 PDF 是扫描件，没有可以复制的文字，请上传文字版，或者先做文字识别。"
	refuseGarbledPDF   = "这份 PDF 里的文字复制出来是乱码，请用原文件重新导出后上传。"
	refuseSlow         = "这份 PDF 在 %d 秒内没有读完，请用原文件重新导出后上传。"
	refusePages        = "文件超过 %d 页，请拆分后上传。"
	refuseTooLong      = "文字超过 %d 万字，请拆分后上传。"
	refuseSecret       = "文件带有密级标志，不能进入本系统，请按保密规定处理。"
	refuseUnreadable   = "没有读到文字，请确认文件可以打开并且能复制文字。"

	refuseTooManyLines = "超过 %d 行，后面的没有收录，请拆分后再导入。"
	refuseLine         = "第 %d 行没有收录：%s"
	refuseBrokenAfter  = "文件在第 %d 行之后损坏，后面的没有收录，请重新导出。"
	refuseBombAfter    = "文件在第 %d 行之后展开过大，后面的没有收录，请重新导出。"

	reasonNotJSON  = "不是有效的 JSON。"
	reasonNoText   = "缺少 id 或者 text。"
	reasonSameID   = "id 重复。"
	reasonLongLine = "这一行过长。"

	warnHidden      = "文中有 %d 个看不见的字符，已去除。"
	warnHiddenText  = "文件里有隐藏文字，没有收录，请核对。"
	warnRevisions   = "文件带有修订痕迹，已按接受全部修订收录，请核对。"
	warnHiddenSheet = "工作表“%s”是隐藏的，没有收录。"
	warnHiddenRows  = "工作表“%s”有隐藏的行或列，没有收录。"
	warnSomeScanned = "第 %s 页没有可以复制的文字，可能是扫描图片，请补充。"
)

// Formats that are recognised and not read: what they are called and what to
// save them as.
var legacyFormats = map[string]struct{ name, instead string }{
	".doc":  {"旧版 Word（.doc）", "DOCX"},
	".docm": {"带宏的 Word（.docm）", "DOCX"},
	".dot":  {"旧版 Word 模板", "DOCX"},
	".wps":  {"WPS 文字（.wps）", "DOCX"},
	".rtf":  {" RTF ", "DOCX"},
	".odt":  {" ODT ", "DOCX"},
	".xls":  {"旧版 Excel（.xls）", "XLSX"},
	".xlsm": {"带宏的 Excel（.xlsm）", "XLSX"},
	".et":   {"WPS 表格（.et）", "XLSX"},
	".ods":  {" ODS ", "XLSX"},
	".csv":  {" CSV ", "XLSX"},
	".ppt":  {"演示文稿", " PDF "},
	".pptx": {"演示文稿", " PDF "},
	".dps":  {"演示文稿", " PDF "},
	".ofd":  {" OFD ", " DOCX 或 PDF "},
	".caj":  {" CAJ ", " PDF "},
	".mht":  {"网页归档（.mht）", " HTML 或 PDF "},
}
