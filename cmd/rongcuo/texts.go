package main

const (
	textHelpHead = `rongcuo 容错助手：回答容错纠错规定方面的问题，管理知识库。

用法：`
	textHelpTail = `
每个命令加 -h 可以看到它的选项。`
	textUnknownCommand = "没有“%s”这个命令。请运行 rongcuo help 查看全部命令。"
	textWrongFlag      = "请运行 rongcuo help 查看用法。"
	textCancelled      = "已取消，没有改动任何内容。"

	textSomeVectors = "有 %d 条还没有语义向量，本次给字词最接近的 %d 条做了语义比对。"
	textRunReindex  = "运行 rongcuo reindex 补齐以后，会比对全部条文。"
	textKeepVectors = "先运行 rongcuo reindex 保存，再用 -data 提问，会比对全部条文。"
	textNoVectors   = "语义模型没有给出向量，本次只按字词查找。请运行 rongcuo check 查看原因。"

	evalUsage    = "用法：rongcuo eval -docs 文件夹或文件.jsonl -questions 问题.jsonl [-json]"
	askUsage     = `用法：rongcuo ask [-docs 文件夹] [-data 文件夹] [-at 日期] [-json] "问题"`
	reindexUsage = "用法：rongcuo reindex -docs 文件夹 [-data 文件夹] [-json]"
)

// textSettings is the help of serve.
const textSettings = `
设置（环境变量；密钥也可以写在文件里，用“名称_FILE”指出文件的路径）：
  TELEGRAM_TOKEN            机器人的令牌，必填
  TELEGRAM_API_URL          自建的 Bot API 服务
  BOT_USERNAME              机器人的名字，群里使用
  OWNER_IDS                 第一批负责人的 Telegram 编号，用逗号隔开
  CLOSED_MODE               true：只回答在岗人员
  TWO_KEEPERS               true：发布文件须经第二名管理员同意
  OFFICE                    条文没有写明时，请大家问谁
  DATABASE_URL              PostgreSQL；不填则存在数据文件夹
  REDIS_URL                 Redis；不填则存在数据文件夹
  WEBHOOK_URL               接收消息的 https 地址；不填则轮询
  WEBHOOK_SECRET            webhook 的密文，16 到 256 个字符
  LISTEN_ADDR               webhook 在本机的地址，默认 127.0.0.1:8081
  OBSERVE_ADDR              健康检查和指标的地址，例如 127.0.0.1:9090
  LOG_FORMAT                text 或者 json
  FILES_KEY                 附件的密钥，32 个字节的 base64；可以有几行，第一行加密新的
  BACKUP_KEY_FILE           备份的密钥文件
  EMBEDDING                 builtin、openai 或者 off
  OPENAI_BASE_URL           模型服务的地址
  OPENAI_API_KEY            模型服务的密钥
  OPENAI_CHAT_MODEL         智能撰写的模型；不填则直接摘录条文
  INDEX_QUESTIONS           true：建索引时由模型给每条拟几个问法，供管理员采用
  OPENAI_EMBEDDING_MODEL    语义检索的模型
  OPENAI_EMBEDDING_DIMENSIONS  它的维数
  TOKENS_PER_PERSON_DAY     每人每天的模型用量上限
  TOKENS_PER_DAY            全部人每天的模型用量上限
  PROCEDURES_DIR            本单位的表单
  WORDS_FILE                补充词表
  SAFEGUARDS_FILE           替换内置的守则
  PROMPTS_DIR               替换内置的模板

rongcuo check 逐项检查，说明怎样改正。`
