package localtelegram_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot/localtelegram"
)

// sampleBot answers enough for the page to show everything that it can show. It is the real client
// with a handler of a few lines; the product's bot is tried in its own package.
func sampleBot(t *testing.T, s *localtelegram.Server) {
	t.Helper()
	b, err := bot.New(s.Token(), bot.WithServerURL(s.URL()), bot.WithDefaultHandler(sampleHandler),
		bot.WithErrorsHandler(func(err error) { t.Log("client:", err) }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.SetMyCommands(t.Context(), &bot.SetMyCommandsParams{Commands: []models.BotCommand{
		{Command: "ask", Description: "提问：查条款、问政策"}, {Command: "file", Description: "起草风险备案"},
		{Command: "mine", Description: "我的备案和进展"}, {Command: "new", Description: "结束这次对话"},
		{Command: "privacy", Description: "什么不能发、保存什么"}, {Command: "help", Description: "怎么用"},
	}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SetMyCommands(t.Context(), &bot.SetMyCommandsParams{
		Commands: []models.BotCommand{{Command: "docs", Description: "知识库文件"}, {Command: "reindex", Description: "重建索引"}},
		Scope:    &models.BotCommandScopeChat{ChatID: person("admin").UserID},
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { b.Start(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
}

func person(key string) localtelegram.Person {
	for _, p := range localtelegram.DefaultPeople() {
		if p.Key == key {
			return p
		}
	}
	return localtelegram.Person{}
}

const sampleArticle = "第十一条　符合下列条件的，可以免除或者减轻责任：（一）出于公心，没有谋取私利；（二）事前经过调查研究和集体讨论；（三）没有违反法律法规的禁止性规定；（四）发现问题后主动纠正、及时挽回损失；（五）没有造成重大损失和恶劣影响。本条所列条件应当同时具备，缺少一项的，按照第十六条从轻或者减轻处理。"

func sampleHandler(ctx context.Context, b *bot.Bot, u *models.Update) {
	if q := u.CallbackQuery; q != nil {
		sampleAnswer(ctx, b, q)
		return
	}
	m := u.Message
	if m == nil {
		return
	}
	send := func(text string, markup models.ReplyMarkup) {
		_, _ = b.SendMessage(ctx, &bot.SendMessageParams{ChatID: m.Chat.ID, Text: text, ParseMode: models.ParseModeHTML, ReplyMarkup: markup})
	}
	switch {
	case m.Document != nil:
		_, _ = b.SendDocument(ctx, &bot.SendDocumentParams{ChatID: m.Chat.ID, Caption: "已读出 <b>23 条</b>，第一条到第二十三条。",
			ParseMode:   models.ParseModeHTML,
			Document:    &models.InputFileUpload{Filename: "预览-" + m.Document.FileName, Data: bytes.NewReader([]byte("预览"))},
			ReplyMarkup: keys([]string{"发布", "改信息", "取消"})})
	case strings.HasPrefix(m.Text, "/start"):
		send("您好，我是<b>容错助手</b>。\n\n您可以直接用平常的话提问，例如“企业落户先行先试出了错，能容错吗？”。\n\n请不要发送：国家秘密、工作秘密、身份证号、举报人信息。\n\n常用命令：/ask /file /help",
			&models.ReplyKeyboardMarkup{ResizeKeyboard: true, Keyboard: [][]models.KeyboardButton{{{Text: "我要提问"}, {Text: "起草备案"}}, {{Text: "我的备案"}}}})
	case strings.HasPrefix(m.Text, "/reindex"):
		sampleProgress(ctx, b, m.Chat.ID)
	case strings.HasPrefix(m.Text, "/stats"):
		_, _ = b.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: m.Chat.ID, Caption: "本月提问 <b>128</b> 次，答出 119 次。", ParseMode: models.ParseModeHTML,
			Photo: &models.InputFileUpload{Filename: "stats.png", Data: bytes.NewReader(barChart())}})
	case strings.HasPrefix(m.Text, "/invite"):
		send("请把链接转给本人：https://t.me/rongcuo_bot?start=inv_7Q2M", nil)
	case strings.HasPrefix(m.Text, "/hold"):
		_, _ = b.SendMessageDraft(ctx, &bot.SendMessageDraftParams{ChatID: m.Chat.ID, DraftID: "7", Text: "先行先试出现失误，能否容错要看四个方面：动机、"})
	default:
		_, _ = b.SendChatAction(ctx, &bot.SendChatActionParams{ChatID: m.Chat.ID, Action: models.ChatActionTyping})
		send("<b>可能对应“先行先试”情形</b>，是否认定由有权机关决定。\n\n<b>依据</b>\n《示例县容错纠错实施办法》第十一条\n<blockquote expandable>"+sampleArticle+"</blockquote>\n<b>下一步</b>\n动手前可以先办<tg-spoiler>风险备案</tg-spoiler>，见 /file 。\n\n<i>依据截至 2026年11月1日；不构成容错认定。</i>",
			keys([]string{"第十一条", "第十六条"}, []string{"相似案例", "用这个情况起草备案"}, []string{"👍", "👎"}))
	}
}

func sampleAnswer(ctx context.Context, b *bot.Bot, q *models.CallbackQuery) {
	_, _ = b.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: q.ID, Text: "收到：" + q.Data, ShowAlert: q.Data == "相似案例"})
	if q.Data == "第十一条" {
		_, _ = b.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: q.Message.Message.Chat.ID, MessageID: q.Message.Message.ID,
			ParseMode: models.ParseModeHTML, Text: "<b>第十一条</b>\n<blockquote>" + sampleArticle + "</blockquote>", ReplyMarkup: keys([]string{"返回"})})
	}
}

func sampleProgress(ctx context.Context, b *bot.Bot, chat int64) {
	m, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: "正在重建索引…", ReplyMarkup: keys([]string{"停止"})})
	if err != nil {
		return
	}
	_, _ = b.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: chat, MessageID: m.ID, ParseMode: models.ParseModeHTML,
		Text: "重建索引 <code>" + strings.Repeat("█", 12) + strings.Repeat("░", 8) + "</code> 60%\n已读 9 份文件，共 15 份。", ReplyMarkup: keys([]string{"停止"})})
}

func keys(rows ...[]string) *models.InlineKeyboardMarkup {
	out := &models.InlineKeyboardMarkup{}
	for _, row := range rows {
		var line []models.InlineKeyboardButton
		for _, text := range row {
			line = append(line, models.InlineKeyboardButton{Text: text, CallbackData: text[:min(len(text), 60)]})
		}
		out.InlineKeyboard = append(out.InlineKeyboard, line)
	}
	return out
}

// barChart is a small picture.
func barChart() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 480, 240))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{246, 249, 247, 255}), image.Point{}, draw.Src)
	for i, height := range []int{60, 110, 90, 150, 130, 190, 170} {
		bar := image.Rect(40+i*60, 215-height, 78+i*60, 215)
		draw.Draw(img, bar, image.NewUniform(color.RGBA{28, 124, 108, 255}), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// startSample starts a local Telegram with the sample bot.
func startSample(t *testing.T, o localtelegram.Options) *localtelegram.Server {
	t.Helper()
	s, err := localtelegram.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	sampleBot(t, s)
	return s
}
