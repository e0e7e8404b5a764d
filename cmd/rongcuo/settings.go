package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/caarlos0/env/v11"

	"rongcuo/conversations"
	"rongcuo/knowledge"
	"rongcuo/knowledge/embedding"
	"rongcuo/prompts"
)

// settings come from the environment. KEY may also be given as KEY_FILE, the
// path of a file that holds it. No value of a secret is ever printed.
type settings struct {
	Office         string `env:"OFFICE"`
	WordsFile      string `env:"WORDS_FILE"`
	SafeguardsFile string `env:"SAFEGUARDS_FILE"`
	PromptsDir     string `env:"PROMPTS_DIR"`

	Token       string  `env:"TELEGRAM_TOKEN"`
	TokenFile   string  `env:"TELEGRAM_TOKEN_FILE"`
	TelegramURL string  `env:"TELEGRAM_API_URL" envDefault:"https://api.telegram.org"`
	BotName     string  `env:"BOT_USERNAME"`
	OwnerIDs    []int64 `env:"OWNER_IDS"`
	Closed      bool    `env:"CLOSED_MODE"`

	DatabaseURL     string `env:"DATABASE_URL"`
	DatabaseURLFile string `env:"DATABASE_URL_FILE"`

	WebhookURL        string `env:"WEBHOOK_URL"`
	WebhookSecret     string `env:"WEBHOOK_SECRET"`
	WebhookSecretFile string `env:"WEBHOOK_SECRET_FILE"`
	ListenAddr        string `env:"LISTEN_ADDR" envDefault:"127.0.0.1:8081"`

	PersonTokens int64 `env:"TOKENS_PER_PERSON_DAY" envDefault:"200000"`
	AllTokens    int64 `env:"TOKENS_PER_DAY" envDefault:"5000000"`

	ModelURL       string `env:"OPENAI_BASE_URL"`
	ModelKey       string `env:"OPENAI_API_KEY"`
	ModelKeyFile   string `env:"OPENAI_API_KEY_FILE"`
	ChatModel      string `env:"OPENAI_CHAT_MODEL"`
	EmbeddingModel string `env:"OPENAI_EMBEDDING_MODEL"`
	Dimensions     int    `env:"OPENAI_EMBEDDING_DIMENSIONS"`
	Embedding      string `env:"EMBEDDING"`

	words      string
	safeguards []byte
	prompts    *prompts.Set
}

// Values of EMBEDDING.
const (
	embeddingBuiltin = "builtin" // the model in the binary
	embeddingOpenAI  = "openai"
	embeddingOff     = "off"
)

// readSettings reads and checks all settings; it touches no network. An error
// names the setting and says how to mend it, and never shows its value.
func readSettings() (settings, error) {
	var s settings
	if err := env.Parse(&s); err != nil {
		return s, settingError(err)
	}
	for _, f := range []struct {
		name, path string
		take       func([]byte)
	}{
		{"WORDS_FILE", s.WordsFile, func(b []byte) { s.words = string(b) }},
		{"SAFEGUARDS_FILE", s.SafeguardsFile, func(b []byte) { s.safeguards = b }},
		{"TELEGRAM_TOKEN_FILE", s.TokenFile, func(b []byte) { s.Token = string(b) }},
		{"DATABASE_URL_FILE", s.DatabaseURLFile, func(b []byte) { s.DatabaseURL = strings.TrimSpace(string(b)) }},
		{"WEBHOOK_SECRET_FILE", s.WebhookSecretFile, func(b []byte) { s.WebhookSecret = strings.TrimSpace(string(b)) }},
		{"OPENAI_API_KEY_FILE", s.ModelKeyFile, func(b []byte) { s.ModelKey = strings.TrimSpace(string(b)) }},
	} {
		if f.path == "" {
			continue
		}
		data, err := os.ReadFile(f.path)
		if err != nil {
			return s, failure("设置 %s 指向的文件打不开，请检查路径和权限。", f.name)
		}
		f.take(data)
	}
	s.Token = strings.TrimSpace(s.Token)
	if s.Token != "" && !tokenForm.MatchString(s.Token) {
		return s, failure("设置 TELEGRAM_TOKEN 的写法不对，应当像 123456:字母和数字，请重新复制。")
	}
	if !safeServer(s.TelegramURL) {
		return s, failure("设置 TELEGRAM_API_URL 应当以 https:// 开头；http:// 只能用于本机地址，否则令牌会在网络上明文传送。")
	}
	if u, err := url.Parse(s.DatabaseURL); s.DatabaseURL != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return s, failure("设置 DATABASE_URL 应当以 postgres:// 开头；不设置就把数据存在数据文件夹里。")
	}
	if err := s.checkWebhook(); err != nil {
		return s, err
	}
	var err error
	if s.prompts, err = prompts.Load(s.PromptsDir); err != nil {
		return s, failure("设置 PROMPTS_DIR 里的模板有误：%v", err)
	}
	if s.Embedding == "" {
		s.Embedding = embeddingBuiltin
		if s.EmbeddingModel != "" {
			s.Embedding = embeddingOpenAI
		}
	}
	return s, s.checkModels()
}

// settingError says which setting can't be read, without its value.
func settingError(err error) error {
	var parse env.ParseError
	if errors.As(err, &parse) {
		return failure("设置 %s 的写法不对，应当是%s。", settingOf[parse.Name].name, settingOf[parse.Name].form)
	}
	return failure("设置有误，请对照 rongcuo help 检查。")
}

var settingOf = map[string]struct{ name, form string }{
	"Dimensions":   {"OPENAI_EMBEDDING_DIMENSIONS", "一个整数"},
	"PersonTokens": {"TOKENS_PER_PERSON_DAY", "一个整数"},
	"AllTokens":    {"TOKENS_PER_DAY", "一个整数"},
	"OwnerIDs":     {"OWNER_IDS", "用逗号隔开的数字"},
	"Closed":       {"CLOSED_MODE", " true 或 false"},
}

// secretForm is what Telegram takes as a webhook's secret; ours is not short.
var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)

func (s settings) checkWebhook() error {
	if s.WebhookURL == "" {
		return nil
	}
	if u, err := url.Parse(s.WebhookURL); err != nil || u.Host == "" || !safeServer(s.WebhookURL) {
		return failure("设置 WEBHOOK_URL 应当以 https:// 开头，像 https://bot.example.gov.cn/telegram。")
	}
	if !secretForm.MatchString(s.WebhookSecret) {
		return failure("设置 WEBHOOK_URL 时还要设置 WEBHOOK_SECRET（或者 WEBHOOK_SECRET_FILE）：16 到 256 个字母、数字、下划线或者短横。")
	}
	return nil
}

var tokenForm = regexp.MustCompile(`^[0-9]{3,20}:[A-Za-z0-9_-]{10,100}$`)

// safeServer says whether the token may be sent to a Bot API server: encrypted,
// or without leaving this machine.
func safeServer(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// checkModels finds what contradicts itself.
func (s settings) checkModels() error {
	switch {
	case s.Embedding != embeddingBuiltin && s.Embedding != embeddingOpenAI && s.Embedding != embeddingOff:
		return failure("设置 EMBEDDING 只能是 %s、%s 或 %s。", embeddingBuiltin, embeddingOpenAI, embeddingOff)
	case s.Embedding == embeddingOpenAI && s.EmbeddingModel == "":
		return failure("设置 EMBEDDING=openai 时还要设置 OPENAI_EMBEDDING_MODEL。")
	case s.Embedding == embeddingOpenAI && s.Dimensions <= 0:
		return failure("设置 OPENAI_EMBEDDING_MODEL 时还要设置 OPENAI_EMBEDDING_DIMENSIONS（向量的维数）。")
	case (s.Embedding == embeddingOpenAI || s.ChatModel != "") && s.ModelURL == "":
		return failure("使用模型时还要设置 OPENAI_BASE_URL（服务地址，以 http:// 或 https:// 开头）。")
	}
	if s.ModelURL != "" {
		if _, err := knowledge.NewModels(knowledge.ModelConfig{BaseURL: s.ModelURL}); err != nil {
			return failure("设置 OPENAI_BASE_URL 应当以 http:// 或 https:// 开头，不含密码，也不能是本地链路地址。")
		}
	}
	return nil
}

// models gives the client of the configured server, nil when there is none.
func (s settings) models() (*knowledge.Models, error) {
	if s.ModelURL == "" {
		return nil, nil
	}
	return knowledge.NewModels(knowledge.ModelConfig{
		BaseURL: s.ModelURL, Key: s.ModelKey, ChatModel: s.ChatModel, EmbeddingModel: s.EmbeddingModel, Dimensions: s.Dimensions,
	})
}

// proposer reads plans that people paste into a form; nil without a chat model.
func (s settings) proposer() (conversations.Proposer, error) {
	if s.ChatModel == "" {
		return nil, nil
	}
	models, err := s.models()
	if err != nil {
		return nil, err
	}
	return conversations.ModelProposer{Prompts: s.prompts, Model: models}, nil
}

// newBase wires a knowledge base as the settings say. db may be nil.
func newBase(ctx context.Context, s settings, db *database) (*knowledge.Base, error) {
	options := knowledge.Options{Words: s.words, Safeguards: s.safeguards, Office: s.Office, Log: slog.Default()}
	if db != nil {
		options.DB, options.Dialect = db.DB, db.knowledge()
	}
	models, err := s.models()
	if err != nil {
		return nil, err
	}
	switch s.Embedding {
	case embeddingBuiltin:
		if options.Embedder, err = embedding.Open(); err != nil {
			return nil, fmt.Errorf("内置语义模型打不开，请重新安装程序：%w", err)
		}
	case embeddingOpenAI:
		options.Embedder = models
	}
	if models != nil && s.ChatModel != "" {
		options.Composer = knowledge.PromptComposer{Prompts: s.prompts, Model: models}
	}
	base, err := knowledge.New(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("知识库打不开：%w", err)
	}
	return base, nil
}
