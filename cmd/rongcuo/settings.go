package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"

	"github.com/caarlos0/env/v11"

	"rongcuo/knowledge"
)

// settings come from the environment. No value of a secret is ever printed.
type settings struct {
	Office         string `env:"OFFICE"`
	WordsFile      string `env:"WORDS_FILE"`
	SafeguardsFile string `env:"SAFEGUARDS_FILE"`
	PromptsDir     string `env:"PROMPTS_DIR"`

	words      string
	safeguards []byte
}

// readSettings reads and checks all settings. An error names the setting and
// says how to mend it.
func readSettings() (settings, error) {
	var s settings
	if err := env.Parse(&s); err != nil {
		return s, failure("设置有误：%v", err)
	}
	for _, f := range []struct {
		name, path string
		take       func([]byte)
	}{
		{"WORDS_FILE", s.WordsFile, func(b []byte) { s.words = string(b) }},
		{"SAFEGUARDS_FILE", s.SafeguardsFile, func(b []byte) { s.safeguards = b }},
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
	return s, nil
}

// newBase wires a knowledge base as the settings say. db may be nil.
func newBase(ctx context.Context, s settings, db *sql.DB) (*knowledge.Base, error) {
	base, err := knowledge.New(ctx, knowledge.Options{
		DB: db, Words: s.words, Safeguards: s.safeguards, Office: s.Office, Log: slog.Default(),
	})
	if err != nil {
		return nil, fmt.Errorf("知识库打不开：%w", err)
	}
	return base, nil
}
