package bot

import (
	"context"
	"fmt"
	"slices"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/conversations/records"
)

// command is an entry of the table that both the parser (parse.go) and Telegram's
// menu are fed from.
type command struct {
	names  []string // the first is shown in the menu; the others are words for it
	about  string
	access access
	run    func(b *Bot, ctx context.Context, c *chat, rest string) error
}

var commands []command

func init() { // the table names methods that look into it
	commands = []command{
		{[]string{"start"}, "从头开始", everyone, (*Bot).start},
		{[]string{"ask", "问"}, "提问，也可以直接写问题", everyone, (*Bot).askCommand},
		{[]string{"new", "新对话"}, "开始新话题，忘掉前面的问题", everyone, (*Bot).forget},
		{[]string{"help", "帮助"}, "怎样使用", everyone, (*Bot).help},
		{[]string{"human", "转人工"}, "转人工咨询", everyone, (*Bot).human},
		{[]string{"privacy", "隐私"}, "保存什么、保存多久", everyone, (*Bot).privacy},
		{[]string{"delete_me", "删除我"}, "删除与我有关的内容", everyone, (*Bot).deleteMe},
		{[]string{"docs", "知识库", "kb"}, "查看和管理知识库", keepers, (*Bot).docs},
		{[]string{"reindex", "更新索引"}, "重新建立索引", keepers, (*Bot).rebuild},
		{[]string{"withdraw", "停用"}, "停用一份文件", keepers, (*Bot).withdraw},
		{[]string{"rollback", "回滚"}, "恢复上一版索引", keepers, (*Bot).rollback},
		{[]string{"people", "人员"}, "在岗人员和邀请", staffers, (*Bot).people},
		{[]string{"invite", "邀请"}, "邀请工作人员", staffers, (*Bot).invite},
		{[]string{"audit", "审计"}, "查看审计记录", auditors, (*Bot).audit},
		{[]string{"verify", "核验"}, "核验记录是否完整", auditors, (*Bot).verify},
	}
}

// Announce gives Telegram the menus: one for everybody, and a longer one for
// the chat of each person who holds a post.
func (b *Bot) Announce(ctx context.Context) error {
	if err := b.setMenu(ctx, nil, nil); err != nil {
		return err
	}
	posts, err := b.book.AllPosts(ctx)
	if err != nil {
		return err
	}
	held := map[int64][]records.Post{}
	for _, p := range posts {
		held[p.Person] = append(held[p.Person], p)
	}
	for person, posts := range held {
		if err := b.setMenu(ctx, &models.BotCommandScopeChat{ChatID: person}, posts); err != nil {
			return err
		}
	}
	return nil
}

// setMenu sets what is offered to a holder of these posts, for everybody when
// scope is nil.
func (b *Bot) setMenu(ctx context.Context, scope models.BotCommandScope, posts []records.Post) error {
	c := chat{posts: posts}
	var menu []models.BotCommand
	for _, command := range commands {
		if c.may(command.access) {
			menu = append(menu, models.BotCommand{Command: command.names[0], Description: command.about})
		}
	}
	_, err := b.client.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: menu, Scope: scope})
	return err
}

func (b *Bot) start(ctx context.Context, c *chat, rest string) error {
	if isInvitation(rest) {
		return b.accept(ctx, c, rest)
	}
	if name, words := deepLink(rest); name != "" {
		return b.follow(ctx, c, name, words)
	}
	c.state = state{Answers: c.state.Answers}
	var examples [][]button
	for i, e := range exampleQuestions {
		examples = append(examples, []button{{e, "ex:" + string(rune('0'+i))}})
	}
	return c.say(textStart, keyboard(append(examples, b.menu(c)...)))
}

// atOnce are commands that change something without asking first. A link of
// somebody else's making must not do that.
var atOnce = []string{"reindex", "rollback"}

// follow does what a link asks for, as if the person had written it.
func (b *Bot) follow(ctx context.Context, c *chat, name, words string) error {
	if slices.Contains(atOnce, name) && c.may(named(name).access) {
		return c.say(fmt.Sprintf(textWriteYourself, name), nil)
	}
	return b.command(ctx, c, name, words)
}

// startMenu are the commands that the first screen offers as buttons.
var startMenu = []string{"file", "todo", "my", "register", "docs", "people"}

// menu gives a button for each command of the first screen that the person has.
func (b *Bot) menu(c *chat) (rows [][]button) {
	for _, name := range startMenu {
		for _, command := range commands {
			if command.names[0] != name || !c.may(command.access) || c.group {
				continue
			}
			if n := len(rows); n > 0 && len(rows[n-1]) < 2 {
				rows[n-1] = append(rows[n-1], button{command.names[1], "menu:" + name})
			} else {
				rows = append(rows, []button{{command.names[1], "menu:" + name}})
			}
		}
	}
	return rows
}

func (b *Bot) pressMenu(ctx context.Context, c *chat, name string) error {
	if !slices.Contains(startMenu, name) {
		return b.expired(ctx, c)
	}
	return b.command(ctx, c, name, "")
}

func (b *Bot) help(ctx context.Context, c *chat, _ string) error {
	text := textHelp
	for _, command := range commands {
		if !command.access.everyone && c.may(command.access) {
			text += "\n/" + command.names[0] + " " + command.about
		}
	}
	return c.say(text, nil)
}

func (b *Bot) privacy(ctx context.Context, c *chat, _ string) error {
	return c.say(textPrivacy, nil)
}

func (b *Bot) human(ctx context.Context, c *chat, _ string) error {
	return c.say(humanText(b.config.Office), nil)
}

func (b *Bot) forget(ctx context.Context, c *chat, _ string) error {
	if err := c.unsay(ctx); err != nil {
		return err
	}
	return c.say(textNew, nil)
}

func (b *Bot) askCommand(ctx context.Context, c *chat, rest string) error {
	if rest == "" {
		return c.say(textAskHow, nil)
	}
	return b.ask(ctx, c, rest)
}
