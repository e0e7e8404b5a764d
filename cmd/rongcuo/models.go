package main

import (
	"context"
	"fmt"

	"rongcuo/conversations"
	"rongcuo/knowledge"
	"rongcuo/knowledge/embedding"
)

// Values of EMBEDDING.
const (
	embeddingBuiltin = "builtin" // the model in the binary
	embeddingOpenAI  = "openai"
	embeddingOff     = "off"
)

// checkModels finds what contradicts itself.
func (s settings) checkModels() error {
	switch {
	case s.Embedding != embeddingBuiltin && s.Embedding != embeddingOpenAI && s.Embedding != embeddingOff:
		return failure("设置 EMBEDDING 只能是 %s、%s 或 %s。", embeddingBuiltin, embeddingOpenAI, embeddingOff)
	case s.Embedding == embeddingOpenAI && s.EmbeddingModel == "":
		return failure("设置 EMBEDDING=openai 时还要设置 OPENAI_EMBEDDING_MODEL。")
	case s.Embedding == embeddingOpenAI && s.Dimensions <= 0:
		return failure("设置 OPENAI_EMBEDDING_MODEL 时还要设置 OPENAI_EMBEDDING_DIMENSIONS（向量的维数）。")
	case s.IndexQuestions && s.ChatModel == "":
		return failure("设置 INDEX_QUESTIONS=true 时还要设置 OPENAI_CHAT_MODEL。")
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
	options := knowledge.Options{Words: s.words, Safeguards: s.safeguards, Office: s.Office, Log: s.log}
	if db != nil {
		options.DB, options.Dialect = db.DB, db.knowledge()
	}
	models, err := s.models()
	if err != nil {
		return nil, err
	}
	switch s.Embedding {
	case embeddingBuiltin:
		options.Embedder = embedding.Open()
	case embeddingOpenAI:
		options.Embedder = models
	}
	if models != nil && s.ChatModel != "" {
		options.Composer = knowledge.PromptComposer{Prompts: s.prompts, Model: models}
		if s.IndexQuestions {
			options.Suggester = knowledge.PromptSuggester{Prompts: s.prompts, Model: models}
		}
	}
	base, err := knowledge.New(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("知识库打不开：%w", err)
	}
	return base, nil
}
