package bot

import (
	"context"
	"strings"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// command is an entry of the table that both the parser and Telegram's menu
// are fed from.
type command struct {
	names []string // the first is shown in the menu; the others are words for it
	about string
	admin bool
	run   func(b *Bot, ctx context.Context, c *chat, rest string) error
}

var commands []command

func init() { // the table names methods that look into it
	commands = []command{
		{[]string{"start"}, "从头开始", false, (*Bot).start},
		{[]string{"ask", "问"}, "提问，也可以直接写问题", false, (*Bot).askCommand},
		{[]string{"new", "新对话"}, "开始新话题，忘掉前面的问题", false, (*Bot).forget},
		{[]string{"help", "帮助"}, "怎样使用", false, (*Bot).help},
		{[]string{"human", "转人工"}, "转人工咨询", false, (*Bot).human},
		{[]string{"privacy", "隐私"}, "保存什么、保存多久", false, (*Bot).privacy},
		{[]string{"delete_me", "删除我"}, "删除与我有关的内容", false, (*Bot).deleteMe},
		{[]string{"kb", "知识库"}, "查看知识库", true, (*Bot).showLibrary},
		{[]string{"reindex", "更新索引"}, "重新建立索引", true, (*Bot).rebuild},
		{[]string{"withdraw", "停用"}, "停用一份文件", true, (*Bot).withdraw},
		{[]string{"rollback", "回滚"}, "恢复上一版索引", true, (*Bot).rollback},
	}
}

func (c command) is(name string) bool {
	for _, n := range c.names {
		if n == name {
			return true
		}
	}
	return false
}

func (c command) allowed(b *Bot, ch *chat) bool {
	return !c.admin || b.keeper != nil && !ch.group && b.config.Admin(ch.user)
}

// parseCommand reads "/ask@name rest", with a full-width slash or in capitals
// too. Words of the table count without a slash when they stand alone. A
// command for another bot is none.
func parseCommand(text, username string) (name, rest string, ok bool) {
	text = strings.TrimSpace(text)
	body, slash := strings.CutPrefix(strings.Replace(text, "／", "/", 1), "/")
	if !slash {
		for _, c := range commands {
			for _, word := range c.names[1:] {
				if text == word {
					return c.names[0], "", true
				}
			}
		}
		return "", "", false
	}
	name, rest, _ = strings.Cut(strings.ReplaceAll(body, "\n", " "), " ")
	name, to, addressed := strings.Cut(name, "@")
	if addressed && !strings.EqualFold(to, username) {
		return "", "", false
	}
	return strings.ToLower(name), strings.TrimSpace(rest), name != ""
}

// Announce gives Telegram the menus: one for everybody, a longer one for each
// administrator's chat.
func (b *Bot) Announce(ctx context.Context, admins []int64) error {
	menu := func(admin bool) []models.BotCommand {
		var out []models.BotCommand
		for _, c := range commands {
			if !c.admin || admin {
				out = append(out, models.BotCommand{Command: c.names[0], Description: c.about})
			}
		}
		return out
	}
	if _, err := b.client.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: menu(false)}); err != nil {
		return err
	}
	for _, id := range admins {
		if _, err := b.client.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: menu(true), Scope: &models.BotCommandScopeChat{ChatID: id}}); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) start(ctx context.Context, c *chat, _ string) error {
	c.state = state{Answers: c.state.Answers, Next: c.state.Next}
	var examples [][]button
	for i, e := range exampleQuestions {
		examples = append(examples, []button{{e, "ex:" + string(rune('0'+i))}})
	}
	return c.say(textStart, keyboard(examples))
}

func (b *Bot) help(ctx context.Context, c *chat, _ string) error {
	return c.say(textHelp, nil)
}

func (b *Bot) privacy(ctx context.Context, c *chat, _ string) error {
	return c.say(textPrivacy, nil)
}

func (b *Bot) human(ctx context.Context, c *chat, _ string) error {
	return c.say(humanText(b.config.Office), nil)
}

func (b *Bot) forget(ctx context.Context, c *chat, _ string) error {
	c.state.History = nil
	return c.say(textNew, nil)
}

func (b *Bot) deleteMe(ctx context.Context, c *chat, _ string) error {
	c.state = state{}
	return c.say(textDeleted, nil)
}

func (b *Bot) askCommand(ctx context.Context, c *chat, rest string) error {
	if rest == "" {
		return c.say(textAskHow, nil)
	}
	return b.ask(ctx, c, rest)
}
