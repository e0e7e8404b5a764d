package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"rongcuo/bot"
	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/embedding"
)

// checkTime bounds one attempt to reach something.
const checkTime = 15 * time.Second

// runCheck tries everything that is configured and says what to mend. It goes
// on after a failure, so that one run shows all of them.
func runCheck(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("check", errOut)
	data := flags.String("data", "", "同时检查这个文件夹里的知识库")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	c := &checker{out: out}
	s, err := readSettings()
	c.report("设置", "读取正常", err)
	if err == nil {
		c.telegram(ctx, s)
		c.stores(ctx, s)
		c.models(ctx, s)
		c.sample(ctx, s)
		if *data != "" {
			c.stored(ctx, s, *data)
		}
	}
	if c.failed > 0 {
		return failure("有 %d 项需要处理。", c.failed)
	}
	fmt.Fprintln(out, "全部正常。")
	return nil
}

type checker struct {
	out    io.Writer
	failed int
}

func (c *checker) report(what, good string, err error) {
	if err != nil {
		c.failed++
		fmt.Fprintf(c.out, "✗ %s：%v\n", what, err)
		return
	}
	fmt.Fprintf(c.out, "✓ %s：%s\n", what, good)
}

// note says what an operator should know and need not mend.
func (c *checker) note(what, text string) { fmt.Fprintf(c.out, "! %s：%s\n", what, text) }

// telegram asks who the bot is.
func (c *checker) telegram(ctx context.Context, s settings) {
	if s.Token == "" {
		c.note("Telegram", "还没有设置 TELEGRAM_TOKEN，不能运行 rongcuo serve")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	client, err := bot.Dial(s.TelegramURL, s.Token)
	if err != nil {
		c.report("Telegram", "", failure("设置 TELEGRAM_TOKEN 的写法不对，请重新复制"))
		return
	}
	me, err := client.GetMe(ctx)
	switch {
	case err != nil && (strings.HasPrefix(err.Error(), "unauthorized") || strings.HasPrefix(err.Error(), "not found")):
		err = failure("令牌无效，请检查设置 TELEGRAM_TOKEN，或者向 BotFather 重新申请")
	case err != nil: // its text may hold the token
		err = failure("连不上，请检查网络和设置 TELEGRAM_API_URL")
	case s.BotName != "" && s.BotName != me.Username:
		err = failure("这个令牌属于 @%s，请改正设置 BOT_USERNAME", me.Username)
	}
	name := ""
	if err == nil {
		name = me.Username
	}
	c.report("Telegram", "机器人 @"+name, err)
}

// stores tries the servers that keep records and messages, and the key of the
// backups.
func (c *checker) stores(ctx context.Context, s settings) {
	if s.DatabaseURL != "" {
		db, err := openPostgres(ctx, s.DatabaseURL)
		if err == nil {
			db.Close()
		}
		c.report("PostgreSQL", "连接正常，版本和编码合适", err)
	}
	if s.RedisURL != "" {
		store, findings, err := s.openRedis(ctx)
		if err == nil {
			store.Close()
		}
		c.report("Redis", "连接正常，不会丢失已确认的数据", err)
		for _, f := range findings {
			c.note("Redis", f.Text)
		}
	}
	key, err := readBackupKey()
	if err == nil && key == nil {
		c.note("备份", "没有设置 BACKUP_KEY_FILE，备份不加密")
	} else {
		c.report("备份", "密钥可用", err)
	}
	c.report("表单", fmt.Sprintf("%d 种", len(s.procedures.IDs())), nil)
}

// models asks the configured server for one vector and one short text.
func (c *checker) models(ctx context.Context, s settings) {
	switch s.Embedding {
	case embeddingOff:
		c.report("语义检索", "未启用，只按字词查找", nil)
	case embeddingBuiltin:
		c.builtin(ctx)
	}
	if s.ChatModel == "" {
		c.report("智能撰写", "未启用，直接摘录条文", nil)
	}
	models, err := s.models()
	if err != nil || models == nil {
		return
	}
	defer models.Close()
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	if s.Embedding == embeddingOpenAI {
		start := time.Now()
		_, err := models.Embed(ctx, []string{"风险备案"})
		c.report("语义检索", fmt.Sprintf("模型 %s，用时 %d 毫秒", models.Name(), time.Since(start).Milliseconds()), mend(err, "OPENAI_EMBEDDING_MODEL、OPENAI_EMBEDDING_DIMENSIONS"))
	}
	if s.ChatModel != "" {
		start := time.Now()
		_, err := models.Complete(ctx, "只回答两个字。", "请说：正常", nil)
		c.report("智能撰写", fmt.Sprintf("模型 %s，用时 %d 毫秒", s.ChatModel, time.Since(start).Milliseconds()), mend(err, "OPENAI_CHAT_MODEL"))
	}
}

// builtin makes one vector with the model in the binary.
func (c *checker) builtin(ctx context.Context) {
	start := time.Now()
	model := embedding.Open()
	_, err := model.Embed(ctx, []string{"风险备案"})
	if err != nil {
		err = failure("内置语义模型打不开，目前只按字词查找，请重新安装程序（%v）", err)
	}
	c.report("语义检索", fmt.Sprintf("内置模型 %s，用时 %d 毫秒", model.Name(), time.Since(start).Milliseconds()), err)
}

func mend(err error, names string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w。请检查 OPENAI_BASE_URL、OPENAI_API_KEY 和 %s", err, names)
}

// sample answers a question from the built-in sample by words.
func (c *checker) sample(ctx context.Context, s settings) {
	s.Embedding, s.ChatModel = embeddingOff, ""
	start := time.Now()
	base, err := newBase(ctx, s, nil)
	if err == nil {
		_, err = base.Load(ctx, documents.WalkFS(ctx, knowledge.Sample()), nil)
	}
	var a knowledge.Answer
	if err == nil {
		a, err = base.Ask(ctx, knowledge.Question{Text: "哪些情形不予容错？"}, nil)
	}
	if err == nil && a.Status != knowledge.Answered {
		err = fmt.Errorf("没有答出示例问题（%s）", a.Status)
	}
	docs, passages := 0, 0
	if base != nil {
		docs, passages = base.Size()
	}
	c.report("内置示例", fmt.Sprintf("%d 份文件、%d 条，答出示例问题用时 %d 毫秒", docs, passages, time.Since(start).Milliseconds()), err)
}

func (c *checker) stored(ctx context.Context, s settings, dir string) {
	s.ChatModel = ""
	base, closeBase, err := openStored(ctx, s, dir)
	if err != nil {
		c.report("知识库", "", err)
		return
	}
	defer closeBase()
	docs, passages := base.Size()
	if base.Empty() {
		err = failure("还是空的，请先运行 rongcuo reindex -docs 文件夹 -data %s", dir)
	}
	c.report("知识库", fmt.Sprintf("%d 份文件、%d 条", docs, passages), err)
	if n := base.Unembedded(); n > 0 {
		c.note("知识库", fmt.Sprintf("%d 条还没有语义向量，目前只按字词查找；rongcuo serve 会自己补齐，也可以运行 rongcuo reindex", n))
	}
}
