package bot

const (
	textManyDrafts  = "您已有 %d 份草稿，请先办完或者取消一份。"
	textDraftAbout  = "好的，就这个情况准备风险备案：\n%s\n填写时请用概括的说法，写您确认过的内容。"
	textUnnamed     = "（还没有写事项名称）"
	textSubmitted   = "已存档，<b>%s</b>\n申请号：<code>%s</code>\n办理进展会通知您和相关人员。备案不等于免责。"
	textFaster      = "这件事刚刚有人办理过，请打开看最新情况再办。"
	textNoFiling    = "没有找到这件备案，或者不在您的办理范围内。"
	textNoHead      = "本单位还没有登记主要负责人，暂时不能确认提交。请联系系统负责人登记后，再发 /file 交负责人确认；草稿已保存。"
	textToConfirm   = "%s 请您确认一份风险备案：<b>%s</b>。请逐项核对，确认后才会提交。"
	textHandTo      = "交给哪位同事继续填写？"
	textNoColleague = "本单位还没有登记其他同事。"
	textHandedTo    = "%s 把一份风险备案草稿交给您继续办理：<b>%s</b>"
	textHanded      = "已转交，对方可以接着办理。"
	textAskLater    = "这个问题暂时答不了，请稍后单独提问。"
	textDraftFile   = "草稿，不是正式文件。"
	textFormFile    = "申请表，以盖章纸质件为准。"
	textReceiptFile = "备案回执。"
	textLacking     = "PDF 里有 %s 等字缺少字形，请以 DOCX 为准。"
	textPhotoName   = "照片.jpg"

	textSecretTyped = "内容带有密级标志，不能在这里处理，也没有保存。请通过机要渠道与党风政风监督室联系。"
	textNumberTyped = "检测到疑似身份证号或者银行卡号，没有保存，请改用概括的说法再发一次。"
	textMobileTyped = "请不要写个人手机号，没有保存。需要联系方式的，请写办公室座机。"

	headDrafts      = "您的草稿"
	buttonGoOn      = "继续"
	buttonHandOver  = "转给同事"
	buttonNewDraft  = "另起一份"
	buttonOpen      = "打开"
	buttonLookDraft = "查看并确认"
)
