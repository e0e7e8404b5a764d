package documents

// Sentences for the person who sent a file: what is wrong, and what to do.
const (
	refuseTooLarge     = "文件超过 %d MB，请拆分或压缩图片后重新上传。"
	refuseEmpty        = "文件是空的，请检查后重新上传。"
	refuseLink         = "这是指向文件夹以外的链接，没有读取，请放入原文件。"
	refuseSpecial      = "这不是普通文件，没有读取。"
	refuseBinary       = "文件不是文字，请另存为 DOCX、PDF 或 TXT 后上传。"
	refuseExtension    = "文件内容与扩展名“%s”不符，请用原来的软件重新保存后上传。"
	refuseLegacy       = "不支持旧版 %s 格式，请另存为 %s 后上传。"
	refusePicture      = "图片里的文字无法读取，请上传可以复制文字的文件。"
	refuseArchive      = "不支持压缩包，请解压后逐个上传。"
	refuseBroken       = "文件已损坏，无法打开，请重新导出后上传。"
	refuseBomb         = "文件展开后过大，可能有问题，没有读取。"
	refuseTooManyParts = "文件内部的部分过多（超过 %d 个），没有读取。"
	refuseTooDeep      = "文件内部嵌套过深，没有读取。"
	refuseEntities     = "文件里有不允许的外部定义，没有读取。"
	refuseEncrypted    = "文件设有密码，请去掉密码后重新上传。"
	refuseScanned      = "这份 PDF 是扫描件，没有可以复制的文字，请上传文字版或先做文字识别。"
	refusePages        = "文件超过 %d 页，请拆分后上传。"
	refuseTooLong      = "文字超过 %d 万字，请拆分后上传。"
	refuseSecret       = "文件带有密级标志，不能进入本系统，请按保密规定处理。"
	refuseTooManyLines = "超过 %d 行，请拆分后再导入。"
	refuseLine         = "第 %d 行没有收录：%s"
	refuseUnreadable   = "没有读到文字，请确认文件可以打开并且能复制文字。"

	reasonNotJSON  = "不是有效的 JSON。"
	reasonNoText   = "缺少 id 或者 text。"
	reasonSameID   = "id 重复。"
	reasonLongLine = "这一行过长。"

	warnHidden      = "文中有 %d 个看不见的字符，已去除。"
	warnHiddenText  = "文件里有隐藏文字，没有收录，请核对。"
	warnHiddenSheet = "工作表“%s”是隐藏的，没有收录。"
	warnSomeScanned = "有 %d 页是扫描图片，没有文字，请补充。"
)
