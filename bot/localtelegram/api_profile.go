package localtelegram

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

type botCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// maxCommands is how many commands one scope takes (core.telegram.org/bots/api#setmycommands).
const maxCommands = 100

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// commandScope reads the scope of a call as a key of the commands table: "default/", "chat:5000000006/zh".
func (c *call) commandScope() (string, error) {
	scope := struct {
		Type   string          `json:"type"`
		ChatID json.RawMessage `json:"chat_id"`
		UserID int64           `json:"user_id"`
	}{Type: "default"}
	if err := c.object("scope", &scope); err != nil {
		return "", err
	}
	chatID := strings.Trim(string(scope.ChatID), `"`)
	key := scope.Type
	switch scope.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
	case "chat", "chat_administrators", "chat_member":
		c.params["scope chat"] = chatID
		if _, err := c.chatByID("scope chat", false); err != nil {
			return "", badRequest("chat not found")
		}
		key += ":" + chatID
		if scope.Type == "chat_member" {
			key += fmt.Sprintf(":%d", scope.UserID)
		}
	default:
		return "", badRequest("can't parse BotCommandScope: unsupported type specified")
	}
	return key + "/" + c.params["language_code"], nil
}

func (c *call) setMyCommands() (any, error) {
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	var list []botCommand
	if err := c.object("commands", &list); err != nil {
		return nil, err
	}
	if len(list) > maxCommands {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for i := range list {
		list[i].Command = strings.TrimPrefix(list[i].Command, "/")
		if !commandName.MatchString(list[i].Command) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := utf16Len(list[i].Description); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	c.commands[scope] = list
	c.tellCommands()
	return true, nil
}

func (c *call) getMyCommands() (any, error) {
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	return append([]botCommand{}, c.commands[scope]...), nil
}

func (c *call) deleteMyCommands() (any, error) {
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	delete(c.commands, scope)
	c.tellCommands()
	return true, nil
}

func (w *world) tellCommands() {
	for _, id := range w.chatIDs() {
		in := w.chats[id]
		w.broadcast(in, "commands", map[string]any{"commands": w.commandsIn(in)})
	}
}

// commandsIn is the menu that a client shows in a chat: the narrowest scope that has commands, first in
// the person's language, then without one (core.telegram.org/bots/api#determining-list-of-commands).
// The bot is an ordinary member of its groups, so scopes for administrators never match people. Locked.
func (w *world) commandsIn(in *chat) []botCommand {
	scopes := []string{fmt.Sprintf("chat:%d", in.id), "all_private_chats", "default"}
	if in.isGroup() {
		scopes[1] = "all_group_chats"
	}
	for _, scope := range scopes {
		for _, language := range []string{"zh", ""} {
			if list, ok := w.commands[scope+"/"+language]; ok && len(list) > 0 {
				return list
			}
		}
	}
	return []botCommand{}
}

// setProfile accepts setMyName and its kin; a new name without a language is shown at once.
func (c *call) setProfile() (any, error) {
	limits := map[string]struct {
		param string
		most  int
	}{"setmyname": {"name", 64}, "setmydescription": {"description", 512}, "setmyshortdescription": {"short_description", 120}}
	rule := limits[c.method]
	value := c.params[rule.param]
	if utf16Len(value) > rule.most {
		return nil, badRequest(strings.ToUpper("bot_"+rule.param) + "_TOO_LONG")
	}
	c.profile[rule.param+"/"+c.params["language_code"]] = value
	c.broadcast(nil, "profile", c.profileView())
	return true, nil
}

// profileView is how the bot presents itself to people who read Chinese. Locked.
func (w *world) profileView() map[string]any {
	pick := func(param, otherwise string) string {
		for _, language := range []string{"zh", ""} {
			if v := w.profile[param+"/"+language]; v != "" {
				return v
			}
		}
		return otherwise
	}
	return map[string]any{"name": pick("name", w.opts.BotName), "username": w.opts.BotUsername,
		"description": pick("description", ""), "about": pick("short_description", "")}
}

func (c *call) getChat() (any, error) {
	in, err := c.chatByID("chat_id", false)
	if err != nil {
		return nil, err
	}
	return struct {
		wireChat
		AccentColor  int `json:"accent_color_id"`
		MaxReactions int `json:"max_reaction_count"`
	}{in.wire(), 0, 11}, nil
}

func (c *call) getChatMember() (any, error) {
	in, err := c.chatByID("chat_id", false)
	if err != nil {
		return nil, err
	}
	user := c.integer("user_id")
	if user == botID(c.opts.Token) {
		return wireMember{Status: "member", User: c.wireBot()}, nil
	}
	for _, p := range c.opts.People {
		if p.UserID != user {
			continue
		}
		if slices.Contains(in.members, user) {
			return wireMember{Status: "member", User: p.wire()}, nil
		}
		return wireMember{Status: "left", User: p.wire()}, nil
	}
	return nil, badRequest("user not found")
}

func (c *call) leaveChat() (any, error) {
	in, err := c.chatByID("chat_id", false)
	if err != nil {
		return nil, err
	}
	if !in.isGroup() {
		return nil, badRequest("chat member status can't be changed in private chats")
	}
	in.left = true
	return true, nil
}
