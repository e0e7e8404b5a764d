package main

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/caarlos0/env/v11"

	"rongcuo/bot/delivery"
	"rongcuo/conversations"
	"rongcuo/knowledge"
	"rongcuo/prompts"
)

// settings come from the environment. KEY may also be given as KEY_FILE, the
// path of a file that holds it. No value of a secret is ever printed.
type settings struct {
	Office         string `env:"OFFICE"`
	WordsFile      string `env:"WORDS_FILE"`
	SafeguardsFile string `env:"SAFEGUARDS_FILE"`
	PromptsDir     string `env:"PROMPTS_DIR"`
	ProceduresDir  string `env:"PROCEDURES_DIR"`

	Token       string  `env:"TELEGRAM_TOKEN"`
	TokenFile   string  `env:"TELEGRAM_TOKEN_FILE"`
	TelegramURL string  `env:"TELEGRAM_API_URL" envDefault:"https://api.telegram.org"`
	BotName     string  `env:"BOT_USERNAME"`
	OwnerIDs    []int64 `env:"OWNER_IDS"`
	Closed      bool    `env:"CLOSED_MODE"`
	TwoKeepers  bool    `env:"TWO_KEEPERS"`

	DatabaseURL     string `env:"DATABASE_URL"`
	DatabaseURLFile string `env:"DATABASE_URL_FILE"`
	RedisURL        string `env:"REDIS_URL"`
	RedisURLFile    string `env:"REDIS_URL_FILE"`
	FilesKey        string `env:"FILES_KEY"`
	FilesKeyFile    string `env:"FILES_KEY_FILE"`

	Observe   observeSettings
	LogFormat string `env:"LOG_FORMAT" envDefault:"text"`

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
	IndexQuestions bool   `env:"INDEX_QUESTIONS"`

	words      string
	safeguards []byte
	filesKeys  [][]byte // the first seals attachments; none: they are not encrypted
	prompts    *prompts.Set
	procedures *conversations.Library
	log        *slog.Logger
}

// readSettings reads and checks all settings; it touches no network. An error
// names the setting and says how to mend it, and never shows its value.
func readSettings() (settings, error) {
	s := settings{log: slog.Default()}
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
		{"REDIS_URL_FILE", s.RedisURLFile, func(b []byte) { s.RedisURL = strings.TrimSpace(string(b)) }},
		{"FILES_KEY_FILE", s.FilesKeyFile, func(b []byte) { s.FilesKey = string(b) }},
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
	if err := s.checkStores(); err != nil {
		return s, err
	}
	if err := s.checkWebhook(); err != nil {
		return s, err
	}
	var err error
	if s.prompts, err = prompts.Load(s.PromptsDir); err != nil {
		return s, failure("设置 PROMPTS_DIR 里的模板有误：%v", err)
	}
	if s.procedures, err = loadProcedures(s.ProceduresDir); err != nil {
		return s, err
	}
	if s.LogFormat != logText && s.LogFormat != logJSON {
		return s, failure("设置 LOG_FORMAT 只能是 %s 或者 %s。", logText, logJSON)
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
	"Dimensions":     {"OPENAI_EMBEDDING_DIMENSIONS", "一个整数"},
	"PersonTokens":   {"TOKENS_PER_PERSON_DAY", "一个整数"},
	"AllTokens":      {"TOKENS_PER_DAY", "一个整数"},
	"OwnerIDs":       {"OWNER_IDS", "用逗号隔开的数字"},
	"Closed":         {"CLOSED_MODE", " true 或者 false"},
	"TwoKeepers":     {"TWO_KEEPERS", " true 或者 false"},
	"IndexQuestions": {"INDEX_QUESTIONS", " true 或者 false"},
}

// checkStores sees that the addresses of the stores can be read, and the key of
// the attachments. No address is shown: it holds a password.
func (s *settings) checkStores() error {
	if u, err := url.Parse(s.DatabaseURL); s.DatabaseURL != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return failure("设置 DATABASE_URL 应当以 postgres:// 开头；不设置就把数据存在数据文件夹里。")
	}
	if s.RedisURL != "" {
		if _, err := delivery.ParseRedisURL(s.RedisURL); err != nil {
			return failure("设置 REDIS_URL 有误：%v。不设置就把消息存在数据文件夹里。", err)
		}
	}
	for _, line := range strings.Fields(s.FilesKey) {
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(key) != filesKeyBytes {
			return failure("设置 FILES_KEY 的每一行应当是 %d 个字节的 base64，可以用 openssl rand -base64 %d 生成。", filesKeyBytes, filesKeyBytes)
		}
		s.filesKeys = append(s.filesKeys, key)
	}
	return nil
}

// filesKeyBytes is what records.OpenFiles takes: a key of AES-256.
const filesKeyBytes = 32

// loadProcedures reads the forms in the binary and those of a folder, which may
// be "".
func loadProcedures(dir string) (*conversations.Library, error) {
	if dir == "" {
		return conversations.NewLibrary()
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, failure("设置 PROCEDURES_DIR 指向的文件夹打不开，请检查路径和权限。")
	}
	library, err := conversations.NewLibrary(os.DirFS(dir))
	if err != nil {
		return nil, failure("设置 PROCEDURES_DIR 里的表单有误：%v", err)
	}
	return library, nil
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
	if err != nil || u.Host == "" || u.User != nil || knowledge.BarredHost(u.Hostname()) {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// alone are the settings of a demo: it keeps everything in its own folder.
func (s settings) alone() settings {
	s.DatabaseURL, s.RedisURL, s.WebhookURL = "", "", ""
	return s
}
