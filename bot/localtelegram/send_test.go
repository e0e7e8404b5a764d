package localtelegram_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot/localtelegram"
)

const oneButton = `{"inline_keyboard":[[{"text":"好","callback_data":"ok"}]]}`

func TestTheBotMayNotWriteFirst(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		id := person("official").UserID
		r.refused("Forbidden: bot can't initiate conversation with a user", "sendMessage", map[string]any{"chat_id": id, "text": "您好"})
		r.refused("chat not found", "sendMessage", map[string]any{"chat_id": 1, "text": "您好"})
		r.refused("chat_id is empty", "sendMessage", map[string]any{"text": "您好"})
		r.say("official", "/start")
		r.send(id, "您好")
		if status, _ := r.local("/local/block", map[string]any{"as": "official", "blocked": true}); status != http.StatusOK {
			t.Fatal(status)
		}
		r.refused("Forbidden: bot was blocked by the user", "sendMessage", map[string]any{"chat_id": id, "text": "在吗"})
		u := r.updates(nil)
		if m := u[len(u)-1].MyChatMember; m == nil || m.NewChatMember.Type != models.ChatMemberTypeBanned {
			t.Errorf("the bot must hear of it: %+v", u[len(u)-1])
		}
	})
}

func TestTextHasItsLimits(t *testing.T) {
	inTime(t, localtelegram.Options{NoLimits: true}, func(t *testing.T, r *rig) {
		id := r.chatID("official")
		send := func(text, mode string) map[string]any {
			return map[string]any{"chat_id": id, "text": text, "parse_mode": mode}
		}
		for _, text := range []string{strings.Repeat("字", 4096), strings.Repeat("𬭎", 2048), " 两头空白 "} {
			if m := must[models.Message](r, "sendMessage", send(text, "")); m.Text != strings.TrimSpace(text) {
				t.Errorf("kept %q", m.Text)
			}
		}
		must[models.Message](r, "sendMessage", send("<b>"+strings.Repeat("字", 4096)+"</b>", "HTML")) // tags do not count
		r.refused("message is too long", "sendMessage", send(strings.Repeat("字", 4097), ""))
		r.refused("message is too long", "sendMessage", send(strings.Repeat("𬭎", 2049), ""))
		r.refused("message text is empty", "sendMessage", send(" \n ", ""))
		r.refused("message text is empty", "sendMessage", send("<b> </b>", "HTML"))
		r.refused(`can't parse entities: Unsupported start tag "p" at byte offset 0`, "sendMessage", send("<p>", "HTML"))
		r.refused("unsupported parse_mode", "sendMessage", send("x", "BBCode"))
		r.refused("ends after the end of the text", "sendMessage", map[string]any{"chat_id": id, "text": "短", "entities": `[{"type":"bold","offset":0,"length":9}]`})
	})
}

func TestTelegramFindsCommandsLinksAndMentions(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		r.say("official", "请用 /ask@rongcuo_bot 问，或看 https://example.org/a 和 @rongcuo_bot，不是1/2")
		var got []string
		for _, e := range r.updates(nil)[0].Message.Entities {
			got = append(got, fmt.Sprintf("%s %d+%d", e.Type, e.Offset, e.Length))
		}
		if want := "bot_command 3+16; url 25+21; mention 49+12"; strings.Join(got, "; ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

func TestButtonsHaveTheirLimits(t *testing.T) {
	inTime(t, localtelegram.Options{NoLimits: true}, func(t *testing.T, r *rig) {
		id := r.chatID("official")
		keyboard := func(button string) map[string]any {
			return map[string]any{"chat_id": id, "text": "选", "reply_markup": `{"inline_keyboard":[[` + button + `]]}`}
		}
		must[models.Message](r, "sendMessage", keyboard(`{"text":"好","callback_data":"`+strings.Repeat("a", 64)+`"}`))
		r.refused("BUTTON_DATA_INVALID", "sendMessage", keyboard(`{"text":"好","callback_data":"`+strings.Repeat("字", 22)+`"}`))
		r.refused("Text buttons are unallowed", "sendMessage", keyboard(`{"text":"好"}`))
		r.refused("must be non-empty", "sendMessage", keyboard(`{"text":" ","callback_data":"a"}`))
		r.refused("Wrong HTTP URL", "sendMessage", keyboard(`{"text":"好","url":"javascript:alert(1)"}`))
		r.refused("can't parse reply keyboard markup", "sendMessage", map[string]any{"chat_id": id, "text": "选", "reply_markup": "[]"})
		many := strings.TrimSuffix(strings.Repeat(`{"text":"好","callback_data":"a"},`, 101), ",")
		r.refused("REPLY_MARKUP_TOO_LONG", "sendMessage", keyboard(many))
	})
}

func TestEditsAreStrict(t *testing.T) {
	inTime(t, localtelegram.Options{NoLimits: true}, func(t *testing.T, r *rig) {
		b, id := r.client(), r.chatID("official")
		ctx := t.Context()
		m, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: id, Text: "<b>一</b>", ParseMode: models.ParseModeHTML, ReplyMarkup: keys([]string{"好"})})
		if err != nil {
			t.Fatal(err)
		}
		same := &bot.EditMessageTextParams{ChatID: id, MessageID: m.ID, Text: "<strong>一</strong>", ParseMode: models.ParseModeHTML, ReplyMarkup: keys([]string{"好"})}
		if _, err := b.EditMessageText(ctx, same); !errors.Is(err, bot.ErrorBadRequest) || !strings.Contains(err.Error(), "message is not modified") {
			t.Errorf("the same text and keyboard: %v", err)
		}
		same.ReplyMarkup = nil
		edited, err := b.EditMessageText(ctx, same)
		if err != nil || edited.EditDate == 0 || edited.ReplyMarkup != nil {
			t.Errorf("an edit without a keyboard removes it: %+v, %v", edited, err)
		}
		if seen := r.chat("as=official"); seen[len(seen)-1]["edited"] != true {
			t.Error("people do not see the edit")
		}
		r.say("official", "我的话")
		mine := r.updates(nil)[0].Message
		r.refused("message can't be edited", "editMessageText", map[string]any{"chat_id": id, "message_id": mine.ID, "text": "改"})
		r.refused("message to edit not found", "editMessageText", map[string]any{"chat_id": id, "message_id": 1, "text": "改"})
		r.refused("there is no caption", "editMessageCaption", map[string]any{"chat_id": id, "message_id": m.ID, "caption": "改"})
		keyboard := must[models.Message](r, "sendMessage", map[string]any{"chat_id": id, "text": "选", "reply_markup": `{"keyboard":[["甲"]]}`})
		r.refused("message can't be edited", "editMessageText", map[string]any{"chat_id": id, "message_id": keyboard.ID, "text": "改"})
		if _, err := b.EditMessageReplyMarkup(ctx, &bot.EditMessageReplyMarkupParams{ChatID: id, MessageID: m.ID, ReplyMarkup: keys([]string{"再"})}); err != nil {
			t.Error(err)
		}
	})
}

func TestDeletingHasItsLimits(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		id := r.chatID("official")
		m, old := r.send(id, "一"), r.send(id, "二")
		must[bool](r, "deleteMessage", map[string]any{"chat_id": id, "message_id": m.ID})
		r.refused("message to delete not found", "deleteMessage", map[string]any{"chat_id": id, "message_id": m.ID})
		time.Sleep(49 * time.Hour)
		r.refused("message can't be deleted for everyone", "deleteMessage", map[string]any{"chat_id": id, "message_id": old.ID})
	})
}

func TestRepliesCopiesAndForwards(t *testing.T) {
	inTime(t, localtelegram.Options{NoLimits: true}, func(t *testing.T, r *rig) {
		from, to := r.chatID("official"), r.chatID("admin")
		m := r.send(from, "原话")
		reply := must[models.Message](r, "sendMessage", map[string]any{"chat_id": from, "text": "答", "reply_parameters": map[string]any{"message_id": m.ID}})
		if reply.ReplyToMessage == nil || reply.ReplyToMessage.Text != "原话" {
			t.Errorf("reply: %+v", reply)
		}
		missing := map[string]any{"message_id": 7}
		r.refused("message to be replied not found", "sendMessage", map[string]any{"chat_id": from, "text": "答", "reply_parameters": missing})
		missing["allow_sending_without_reply"] = true
		must[models.Message](r, "sendMessage", map[string]any{"chat_id": from, "text": "答", "reply_parameters": missing})
		both := map[string]any{"chat_id": to, "from_chat_id": from, "message_id": m.ID}
		must[models.MessageID](r, "copyMessage", both)
		if f := must[models.Message](r, "forwardMessage", both); f.Text != "原话" || f.ForwardOrigin == nil {
			t.Errorf("forward: %+v", f)
		}
		r.refused("message to copy not found", "copyMessage", map[string]any{"chat_id": to, "from_chat_id": from, "message_id": 1})
		must[bool](r, "setMessageReaction", map[string]any{"chat_id": from, "message_id": m.ID, "reaction": `[{"type":"emoji","emoji":"👍"}]`})
	})
}

func TestDraftsActionsAndKeyboards(t *testing.T) {
	inTime(t, localtelegram.Options{NoLimits: true}, func(t *testing.T, r *rig) {
		b, id := r.client(), r.chatID("official")
		events := r.events(t)
		if _, err := b.SendMessageDraft(t.Context(), &bot.SendMessageDraftParams{ChatID: id, DraftID: "5", Text: "先行<b>先试</b>", ParseMode: models.ParseModeHTML}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.SendChatAction(t.Context(), &bot.SendChatActionParams{ChatID: id, Action: models.ChatActionTyping}); err != nil {
			t.Fatal(err)
		}
		r.refused("draft_id must be non-zero", "sendMessageDraft", map[string]any{"chat_id": id, "text": "x"})
		r.refused("wrong parameter action", "sendChatAction", map[string]any{"chat_id": id, "action": "dancing"})
		must[models.Message](r, "sendMessage", map[string]any{"chat_id": id, "text": "选", "reply_markup": `{"keyboard":[[{"text":"甲"},{"text":"乙"}]],"one_time_keyboard":true}`})
		if status, reply := r.local("/local/press", map[string]any{"as": "official", "text": "乙"}); status != http.StatusOK || reply["text"] != "乙" {
			t.Errorf("a key of the reply keyboard is sent as text: %d %v", status, reply)
		}
		synctest.Wait()
		for _, want := range []string{`"kind":"state"`, `"html":"先行\u003cb\u003e先试`, `"action":"typing"`, `"rows":[["甲","乙"]]`, `{"body":{"keyboard":null}`} {
			if !strings.Contains(events(), want) {
				t.Errorf("the page did not hear %s in\n%s", want, events())
			}
		}
	})
}

func TestTooMuchTrafficEarns429(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		b, id := r.client(), r.chatID("official")
		for i := range 3 {
			r.send(id, fmt.Sprint("第", i))
		}
		_, err := b.SendMessage(t.Context(), &bot.SendMessageParams{ChatID: id, Text: "第四"})
		limited, ok := errors.AsType[*bot.TooManyRequestsError](err)
		if !ok || limited.RetryAfter != 3 {
			t.Fatalf("the fourth within a second: %v", err)
		}
		time.Sleep(time.Duration(limited.RetryAfter) * time.Second)
		r.send(id, "等够了")
	})
}

func TestThirtyASecondInAll(t *testing.T) {
	people := make([]localtelegram.Person, 40)
	for i := range people {
		people[i] = localtelegram.Person{Key: fmt.Sprint("p", i), Name: fmt.Sprint("人", i), UserID: int64(100 + i)}
	}
	inTime(t, localtelegram.Options{People: people}, func(t *testing.T, r *rig) {
		sent := 0
		for _, p := range people {
			r.say(p.Key, "/start")
		}
		for _, p := range people {
			if status, _ := r.api("sendMessage", map[string]any{"chat_id": p.UserID, "text": "通知"}); status == http.StatusOK {
				sent++
			}
		}
		if sent != 30 {
			t.Errorf("sent %d at once, want 30", sent)
		}
	})
}

func TestTwentyAMinuteInAGroup(t *testing.T) {
	group := localtelegram.Group{Key: "office", Title: "办公室", ChatID: -100500, Members: []string{"official", "head"}}
	inTime(t, localtelegram.Options{Groups: []localtelegram.Group{group}}, func(t *testing.T, r *rig) {
		for i := range 20 {
			r.send(group.ChatID, fmt.Sprint(i))
			time.Sleep(time.Second)
		}
		status, reply := r.api("sendMessage", map[string]any{"chat_id": group.ChatID, "text": "多了"})
		if status != http.StatusTooManyRequests || reply.Parameters.RetryAfter != 40 {
			t.Errorf("the 21st within a minute: %d %+v", status, reply)
		}
	})
}

func TestInAGroupTheBotHearsOnlyWhatIsMeantForIt(t *testing.T) {
	group := localtelegram.Group{Key: "office", Title: "办公室", ChatID: -100500, Members: []string{"official"}}
	inTime(t, localtelegram.Options{Groups: []localtelegram.Group{group}}, func(t *testing.T, r *rig) {
		say := func(text string, reply int) int {
			status, _ := r.local("/local/say", map[string]any{"as": "official", "in": "office", "text": text, "reply_to": reply})
			return status
		}
		m := r.send(group.ChatID, "大家好")
		for _, text := range []string{"闲话", "/ask 问题", "/ask@other_bot 别人的", "@rongcuo_bot 请问"} {
			say(text, 0)
		}
		say("接着问", m.ID)
		var heard []string
		for _, u := range r.updates(nil) {
			heard = append(heard, u.Message.Text)
		}
		if got := strings.Join(heard, "|"); got != "/ask 问题|@rongcuo_bot 请问|接着问" {
			t.Errorf("heard %s", got)
		}
		if status, _ := r.local("/local/say", map[string]any{"as": "outsider", "in": "office", "text": "我也说"}); status != http.StatusNotFound {
			t.Errorf("an outsider spoke in the group: %d", status)
		}
		must[bool](r, "leaveChat", map[string]any{"chat_id": group.ChatID})
		r.refused("bot is not a member", "sendMessage", map[string]any{"chat_id": group.ChatID, "text": "再见"})
	})
}

func TestCommandsFollowTheirScope(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		b, ctx := r.client(), t.Context()
		set := func(scope models.BotCommandScope, names ...string) error {
			var list []models.BotCommand
			for _, n := range names {
				list = append(list, models.BotCommand{Command: n, Description: "说明"})
			}
			_, err := b.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: list, Scope: scope})
			return err
		}
		admin := &models.BotCommandScopeChat{ChatID: person("admin").UserID}
		if err := errors.Join(set(nil, "ask", "help"), set(admin, "docs")); err != nil {
			t.Fatal(err)
		}
		menu := func(as string) string {
			var names []string
			for _, c := range r.state(t, as).Commands {
				names = append(names, c.Command)
			}
			return strings.Join(names, " ")
		}
		if menu("official") != "ask help" || menu("admin") != "docs" {
			t.Errorf("menus: %q, %q", menu("official"), menu("admin"))
		}
		if got, err := b.GetMyCommands(ctx, &bot.GetMyCommandsParams{Scope: admin}); err != nil || len(got) != 1 {
			t.Errorf("read back: %v, %v", got, err)
		}
		if _, err := b.DeleteMyCommands(ctx, &bot.DeleteMyCommandsParams{Scope: admin}); err != nil || menu("admin") != "ask help" {
			t.Errorf("after deleting the narrow scope: %q, %v", menu("admin"), err)
		}
		for _, bad := range []string{"Ask", "问", "", strings.Repeat("a", 33)} {
			if err := set(nil, bad); !errors.Is(err, bot.ErrorBadRequest) {
				t.Errorf("command %q: %v", bad, err)
			}
		}
		if err := set(&models.BotCommandScopeChat{ChatID: 1}, "x"); !errors.Is(err, bot.ErrorBadRequest) {
			t.Errorf("unknown chat: %v", err)
		}
		if _, err := b.SetMyName(ctx, &bot.SetMyNameParams{Name: "新名字"}); err != nil || r.chatOpened(t) != "新名字" {
			t.Errorf("name: %v, %q", err, r.chatOpened(t))
		}
	})
}

func TestFilesTravelBothWays(t *testing.T) {
	inTime(t, localtelegram.Options{NoLimits: true}, func(t *testing.T, r *rig) {
		b, id, ctx := r.client(), r.chatID("admin"), t.Context()
		if status, reply := r.upload("admin", "../办法.docx", strings.NewReader("正文")); status != http.StatusOK {
			t.Fatal(status, reply)
		}
		got := r.updates(nil)[0].Message.Document
		if got.FileName != "办法.docx" || got.FileSize != 6 {
			t.Errorf("document: %+v", got)
		}
		file, err := b.GetFile(ctx, &bot.GetFileParams{FileID: got.FileID})
		if err != nil {
			t.Fatal(err)
		}
		if content := r.fetch(t, b.FileDownloadLink(file)); content != "正文" {
			t.Errorf("fetched %q", content)
		}
		sent, err := b.SendDocument(ctx, &bot.SendDocumentParams{ChatID: id, Caption: "<i>表</i>", ParseMode: models.ParseModeHTML,
			Document: &models.InputFileUpload{Filename: "表.pdf", Data: bytes.NewReader([]byte("%PDF"))}, ReplyMarkup: keys([]string{"好"})})
		if err != nil || sent.Document.FileName != "表.pdf" || sent.Caption != "表" {
			t.Fatalf("sent: %+v, %v", sent, err)
		}
		if again, err := b.SendDocument(ctx, &bot.SendDocumentParams{ChatID: id, Document: &models.InputFileString{Data: sent.Document.FileID}}); err != nil || again.Document.FileID != sent.Document.FileID {
			t.Errorf("sent again by id: %v", err)
		}
		if edited, err := b.EditMessageCaption(ctx, &bot.EditMessageCaptionParams{ChatID: id, MessageID: sent.ID, Caption: "新"}); err != nil || edited.Caption != "新" {
			t.Errorf("caption: %v", err)
		}
		r.refused("message caption is too long", "editMessageCaption", map[string]any{"chat_id": id, "message_id": sent.ID, "caption": strings.Repeat("字", 1025)})
		r.refused("there is no text in the message to edit", "editMessageText", map[string]any{"chat_id": id, "message_id": sent.ID, "text": "x"})
		r.refused("wrong file identifier", "sendDocument", map[string]any{"chat_id": id, "document": "nothing"})
		r.refused("invalid file_id", "getFile", map[string]any{"file_id": "nothing"})
		_, err = b.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: id, Photo: &models.InputFileUpload{Filename: "a.png", Data: strings.NewReader("no picture")}})
		if err == nil || !strings.Contains(err.Error(), "IMAGE_PROCESS_FAILED") {
			t.Errorf("photo: %v", err)
		}
		photo, err := b.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: id, Photo: &models.InputFileUpload{Filename: "a.png", Data: bytes.NewReader(barChart())}})
		if err != nil || len(photo.Photo) == 0 || photo.Photo[0].Width != 480 {
			t.Errorf("photo: %+v, %v", photo, err)
		}
		r.refused("there is no document in the request", "sendDocument", map[string]any{"chat_id": id})
	})
}

func TestADownloadCanBreakOff(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		b := r.client()
		r.upload("admin", "a.txt", strings.NewReader(strings.Repeat("x", 100_000)))
		file, err := b.GetFile(t.Context(), &bot.GetFileParams{FileID: r.updates(nil)[0].Message.Document.FileID})
		if err != nil {
			t.Fatal(err)
		}
		r.fault("drop", "file", 1, 0)
		resp, err := r.http.Get(b.FileDownloadLink(file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err == nil || len(got) != 50_000 {
			t.Errorf("half of the file, then an error: %d bytes, %v", len(got), err)
		}
		if whole := r.fetch(t, b.FileDownloadLink(file)); len(whole) != 100_000 {
			t.Errorf("afterwards: %d bytes", len(whole))
		}
	})
}

func TestTheBotLooksAround(t *testing.T) {
	group := localtelegram.Group{Key: "office", Title: "办公室", ChatID: -100500, Members: []string{"official"}}
	inTime(t, localtelegram.Options{Groups: []localtelegram.Group{group}}, func(t *testing.T, r *rig) {
		b, ctx := r.client(), t.Context()
		me, err := b.GetMe(ctx)
		if err != nil || !me.IsBot || me.Username != "rongcuo_bot" || me.ID != 42 {
			t.Errorf("me: %+v, %v", me, err)
		}
		if c, err := b.GetChat(ctx, &bot.GetChatParams{ChatID: group.ChatID}); err != nil || c.Title != "办公室" || c.Type != models.ChatTypeSupergroup {
			t.Errorf("chat: %+v, %v", c, err)
		}
		member := func(key string) models.ChatMemberType {
			m, err := b.GetChatMember(ctx, &bot.GetChatMemberParams{ChatID: group.ChatID, UserID: person(key).UserID})
			if err != nil {
				t.Fatal(err)
			}
			return m.Type
		}
		if member("official") != models.ChatMemberTypeMember || member("outsider") != models.ChatMemberTypeLeft {
			t.Errorf("members: %s, %s", member("official"), member("outsider"))
		}
		r.refused("user not found", "getChatMember", map[string]any{"chat_id": group.ChatID, "user_id": 1})
		r.refused("private chats", "leaveChat", map[string]any{"chat_id": person("official").UserID})
	})
}

func TestFileSizesHaveTheirLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 200 MB through an in-memory network")
	}
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		b, id, ctx := r.client(), r.chatID("admin"), t.Context()
		if status, _ := r.upload("admin", "大.bin", zeros(21<<20)); status != http.StatusOK {
			t.Fatal(status)
		}
		_, err := b.GetFile(ctx, &bot.GetFileParams{FileID: r.updates(nil)[0].Message.Document.FileID})
		if err == nil || !strings.Contains(err.Error(), "file is too big") {
			t.Errorf("getFile over 20 MB: %v", err)
		}
		if status, _ := r.upload("admin", "太大.bin", zeros(65<<20)); status != http.StatusRequestEntityTooLarge {
			t.Errorf("upload over the page's limit: %d", status)
		}
		_, err = b.SendDocument(ctx, &bot.SendDocumentParams{ChatID: id, Document: &models.InputFileUpload{Filename: "a.bin", Data: zeros(50<<20 + 1)}})
		if err == nil || !strings.Contains(err.Error(), "413") {
			t.Errorf("sendDocument over 50 MB: %v", err)
		}
	})
}

func TestTroubleOnDemand(t *testing.T) {
	inTime(t, localtelegram.Options{NoLimits: true}, func(t *testing.T, r *rig) {
		b, id, ctx := r.client(), r.chatID("official"), t.Context()
		send := func() error {
			_, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: id, Text: "试"})
			return err
		}
		count := func() int { return len(r.chat("as=official")) }
		before := count()

		r.fault("429", "sendMessage", 1, 35)
		if limited, ok := errors.AsType[*bot.TooManyRequestsError](send()); !ok || limited.RetryAfter != 35 {
			t.Error("no 429 with retry_after 35")
		}
		r.fault("502", "sendMessage", 2, 0)
		for range 2 {
			if err := send(); err == nil || !strings.Contains(err.Error(), "502 Bad Gateway") {
				t.Errorf("502: %v", err)
			}
		}
		r.fault("401", "", 1, 0)
		if err := send(); !errors.Is(err, bot.ErrorUnauthorized) {
			t.Errorf("401: %v", err)
		}
		r.fault("hang", "sendMessage", 1, 20)
		begin := time.Now()
		if err := send(); err == nil || time.Since(begin) != 20*time.Second {
			t.Errorf("hang: %v after %v", err, time.Since(begin))
		}
		if count() != before {
			t.Error("a refused call was executed")
		}
		r.fault("drop", "sendMessage", 1, 0)
		if err := send(); err == nil || count() != before+1 {
			t.Errorf("a dropped reply must be an error although the message was sent: %v, %d", err, count()-before)
		}
		r.fault("429", "", -1, 1)
		r.fault("none", "", 0, 0)
		if err := send(); err != nil {
			t.Errorf("after the trouble: %v", err)
		}
		r.fault("clock", "", 0, 3600)
		if m := r.send(id, "一小时后"); time.Until(time.Unix(int64(m.Date), 0)) < 59*time.Minute {
			t.Errorf("the clock did not move: %d", m.Date)
		}
		if status, _ := r.local("/local/fault", map[string]any{"kind": "earthquake"}); status != http.StatusBadRequest {
			t.Errorf("unknown trouble: %d", status)
		}
	})
}

func TestStrangeCallsAreRefused(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		r.refused("method not found", "sendRocket", nil)
		for path, want := range map[string]int{"/bot1:x/getMe": 401, "/bot/getMe": 401, "/file/bot1:x/a": 401,
			"/file/bot" + r.s.Token() + "/../x": 404, "/file/bot" + r.s.Token() + "/documents/file_9.txt": 404} {
			resp, err := r.http.Get("http://127.0.0.1" + path)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
			}
		}
		for kind, body := range map[string]string{"application/json": "{", "multipart/form-data; boundary=x": "--x\r\nbroken",
			"application/x-www-form-urlencoded": "a=%zz"} {
			resp, err := r.http.Post("http://127.0.0.1/bot"+r.s.Token()+"/sendMessage", kind, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if reply := decodeReply(t, resp); reply.ErrorCode != http.StatusBadRequest {
				t.Errorf("%s: %+v", kind, reply)
			}
		}
		resp, err := r.http.Post("http://127.0.0.1/bot"+r.s.Token()+"/sendMessage", "application/json", zeros(2<<20))
		if err != nil {
			t.Fatal(err)
		}
		if reply := decodeReply(t, resp); reply.ErrorCode != http.StatusRequestEntityTooLarge {
			t.Errorf("monster body: %+v", reply)
		}
	})
}
