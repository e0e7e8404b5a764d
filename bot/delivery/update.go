package delivery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-telegram/bot/models"
)

// errNoUpdate: JSON that has no update_id and so can't be an update.
var errNoUpdate = errors.New("delivery: not an update")

// updateItem makes the inbox's item of an update as Telegram sent it. Only its
// number and its chat are read, so that a kind of update that came with a newer
// Bot API passes too.
func updateItem(raw []byte) (Item, error) {
	fields, err := membersOf(raw)
	if err != nil {
		return Item{}, err
	}
	var id int64
	if err := json.Unmarshal(fields["update_id"], &id); err != nil || id < 0 {
		return Item{}, fmt.Errorf("%w: update_id missing", errNoUpdate)
	}
	delete(fields, "update_id")
	it := Item{Key: strconv.FormatInt(id, 10), Order: id, Body: raw}
	for _, content := range fields {
		if chat := chatOf(content); chat != 0 {
			it.Chat = chat
			break
		}
	}
	return it, nil
}

// membersOf reads the members of the one JSON object that raw is. A name that comes
// twice is refused: of two update_ids nobody knows which the sender meant.
func membersOf(raw []byte) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil { // in whole, with nothing behind it
		return nil, fmt.Errorf("%w: %w", errNoUpdate, err)
	}
	names := json.NewDecoder(bytes.NewReader(raw))
	_, err := names.Token()
	for n := 0; err == nil && names.More(); n++ {
		if n == len(fields) {
			return nil, fmt.Errorf("%w: a name twice", errNoUpdate)
		}
		var value json.RawMessage
		if _, err = names.Token(); err == nil {
			err = names.Decode(&value)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoUpdate, err)
	}
	return fields, nil
}

// chatOf finds the chat whose order an update belongs to: its own, that of the
// message a button hangs on, else the person's private chat; 0 when it has none
// (a poll). All that has none shares one lane.
func chatOf(content json.RawMessage) int64 {
	type id struct {
		ID int64 `json:"id"`
	}
	var c struct {
		Chat    id `json:"chat"`
		From    id `json:"from"`
		User    id `json:"user"`
		Message struct {
			Chat id `json:"chat"`
		} `json:"message"`
	}
	// A field of another shape leaves the others filled, which is all we want.
	_ = json.Unmarshal(content, &c)
	for _, n := range []int64{c.Chat.ID, c.Message.Chat.ID, c.From.ID, c.User.ID} {
		if n != 0 {
			return n
		}
	}
	return 0
}

// refused says that this update tells of a private chat that blocked the bot.
func refused(u *models.Update) bool {
	return u.MyChatMember != nil && u.MyChatMember.NewChatMember.Type == models.ChatMemberTypeBanned
}
