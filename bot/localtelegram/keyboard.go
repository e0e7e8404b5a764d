package localtelegram

import (
	"encoding/json"
	"slices"
	"strings"
)

// maxCallbackData is the length of callback_data in bytes (core.telegram.org/bots/api#inlinekeyboardbutton).
const maxCallbackData = 64

// maxButtons is the size of one inline keyboard that Telegram's servers take.
const maxButtons = 100

type inlineMarkup struct {
	Rows [][]button `json:"inline_keyboard"`
}

// button is an inline button; exactly one of the fields after Text is set.
type button struct {
	Text string    `json:"text"`
	Data string    `json:"callback_data,omitempty"`
	URL  string    `json:"url,omitempty"`
	Copy *copyText `json:"copy_text,omitempty"`
}

type copyText struct {
	Text string `json:"text"`
}

// replyKeyboard takes the place of the ordinary keyboard in a chat; its buttons are sent as text.
type replyKeyboard struct {
	Rows        [][]string `json:"rows"`
	Placeholder string     `json:"placeholder,omitempty"`
	OneTime     bool       `json:"oneTime,omitempty"`
}

// replyMarkup is the reply_markup of one call: at most one of its parts.
type replyMarkup struct {
	inline   [][]button
	keyboard *replyKeyboard
	remove   bool
	force    bool
}

// parseReplyMarkup reads and checks the JSON of a reply_markup field; "" is no markup.
func parseReplyMarkup(raw string) (replyMarkup, error) {
	var out replyMarkup
	if raw == "" {
		return out, nil
	}
	var in struct {
		Inline   [][]button          `json:"inline_keyboard"`
		Keyboard [][]json.RawMessage `json:"keyboard"`
		Holder   string              `json:"input_field_placeholder"`
		OneTime  bool                `json:"one_time_keyboard"`
		Remove   bool                `json:"remove_keyboard"`
		Force    bool                `json:"force_reply"`
	}
	if err := json.Unmarshal([]byte(raw), &in); err != nil {
		return out, badRequest("can't parse reply keyboard markup JSON object")
	}
	out.remove, out.force = in.Remove, in.Force
	if in.Keyboard != nil {
		out.keyboard = &replyKeyboard{Placeholder: in.Holder, OneTime: in.OneTime}
		for _, row := range in.Keyboard {
			words, err := parseKeyRow(row)
			if err != nil {
				return out, err
			}
			out.keyboard.Rows = append(out.keyboard.Rows, words)
		}
	}
	var err error
	out.inline, err = checkInline(in.Inline)
	return out, err
}

// parseKeyRow reads the buttons of one row of a reply keyboard: objects with a text, or plain strings.
func parseKeyRow(row []json.RawMessage) ([]string, error) {
	words := make([]string, 0, len(row))
	for _, raw := range row {
		var b struct {
			Text string `json:"text"`
		}
		if json.Unmarshal(raw, &b.Text) != nil && json.Unmarshal(raw, &b) != nil || b.Text == "" {
			return nil, badRequest("can't parse keyboard button: Field \"text\" must be of type String")
		}
		words = append(words, b.Text)
	}
	return words, nil
}

func checkInline(rows [][]button) ([][]button, error) {
	count := 0
	kept := rows[:0]
	for _, row := range rows {
		for i := range row {
			if row[i].Copy != nil && row[i].Copy.Text == "" {
				row[i].Copy = nil // the go-telegram client sends an empty one with every button
			}
			if err := row[i].check(); err != nil {
				return nil, err
			}
		}
		if count += len(row); len(row) > 0 {
			kept = append(kept, row)
		}
	}
	if count > maxButtons {
		return nil, badRequest("REPLY_MARKUP_TOO_LONG")
	}
	return kept, nil
}

func (b button) check() error {
	switch {
	case strings.TrimSpace(b.Text) == "":
		return badRequest("can't parse inline keyboard button: Field \"text\" must be non-empty")
	case len(b.Data) > maxCallbackData:
		return badRequest("BUTTON_DATA_INVALID")
	case b.Data != "":
		return nil
	case b.URL != "":
		if cleanURL(b.URL) == "" {
			return badRequest("inline keyboard button URL '" + b.URL + "' is invalid: Wrong HTTP URL")
		}
		return nil
	case b.Copy != nil && utf16Len(b.Copy.Text) <= 256:
		return nil
	case b.Copy != nil:
		return badRequest("BUTTON_COPY_TEXT_INVALID")
	}
	return badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
}

// sameButtons reports whether two inline keyboards are alike, for "message is not modified".
func sameButtons(a, b [][]button) bool {
	return slices.EqualFunc(a, b, func(x, y []button) bool {
		return slices.EqualFunc(x, y, func(p, q button) bool {
			return p.Text == q.Text && p.Data == q.Data && p.URL == q.URL &&
				(p.Copy == nil) == (q.Copy == nil) && (p.Copy == nil || *p.Copy == *q.Copy)
		})
	})
}
