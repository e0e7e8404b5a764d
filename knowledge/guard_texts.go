package knowledge

// What is said to a question that goes no further: what the assistant does not
// do, and what can be done instead.
var routeSentences = map[Route]string{
	RouteSecret:    "内容带有密级标志，不能在这里处理，也没有保存。请按保密规定办理。",
	RouteIdentity:  "请不要发送身份证号、电话、银行卡号等个人信息，本次内容没有保存，建议您删除这条消息。去掉这些号码后可以重新提问。",
	RouteInjection: "这个要求不能照办。我只按现行文件回答容错纠错方面的问题。",
	RouteForge:     "不能帮助编造、补造或者销毁材料。弄虚作假的不予容错；有困难可以如实说明情况，向案件审理室咨询。",
	RouteFile:      "办理风险备案需要由单位逐项填报。可以先问我：哪些事项能备案、要准备什么材料、由谁批准。",
	RouteAct:       "这里只能查规定，不能代替机关作出决定，也不能替人提交、修改或者发送材料。请向有权机关办理。",
	RoutePersonal:  "这里不掌握个人信息和案件进展，也不提供举报人的情况。请按程序向承办部门了解。",
	RouteOdds:      "无法预测结果，是否认定由有权机关决定。可以告诉我具体情况，我帮您找对应的条款。",
	RouteElsewhere: "这里只收录本县使用的文件，其他地方的规定请向当地咨询。",
	RouteChat:      "您好，我可以查容错纠错、风险备案、澄清正名等方面的规定。请直接说说您遇到的情况。",
	RouteThanks:    "不客气。以后遇到拿不准的事，可以随时来问。",
	RouteShort:     "请用一句话写下您的问题，例如“集体决策时我反对过，还要追究吗？”。",
	RouteField:     "这属于其他方面的法律规定，现有文件里没有。请向主管部门或者法律服务机构咨询。",
	RouteScope:     "这个问题不在容错纠错规定的范围内。可以问我：什么情况可以容错、怎样办理风险备案、结论不服怎么办。",
}

// masks stand in place of what Screen finds.
var masks = map[FindingKind]string{
	FoundIdentity: "〔身份证号已隐去〕",
	FoundPhone:    "〔电话已隐去〕",
	FoundMail:     "〔邮箱已隐去〕",
	FoundCard:     "〔卡号已隐去〕",
}

const textSecretQuestion = "〔带密级标志的内容已隐去〕"
