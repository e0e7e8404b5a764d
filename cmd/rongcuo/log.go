package main

import (
	"io"
	"log/slog"
	"strings"
)

// Values of LOG_FORMAT.
const (
	logText = "text" // key=value
	logJSON = "json"
)

// newLog writes the log: events with counts and states, never a person's words.
// As a last guard whatever the settings keep secret is struck out of every value,
// for an error of a library may hold an address with a password.
func newLog(s settings, out io.Writer) *slog.Logger {
	var pairs []string
	secrets := append(strings.Fields(s.FilesKey), s.Token, s.WebhookSecret, s.ModelKey, s.DatabaseURL, s.RedisURL, password(s.DatabaseURL), password(s.RedisURL))
	for _, secret := range secrets {
		if secret = strings.TrimSpace(secret); secret != "" {
			pairs = append(pairs, secret, "…")
		}
	}
	strike := strings.NewReplacer(pairs...)
	options := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch v := a.Value.Any().(type) {
		case string:
			a.Value = slog.StringValue(strike.Replace(v))
		case error:
			a.Value = slog.StringValue(strike.Replace(v.Error()))
		}
		return a
	}}
	if s.LogFormat == logJSON {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// password is what stands between the user and the host of an address, as it is
// written there.
func password(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	end := strings.LastIndexByte(rest, '@')
	if end < 0 {
		return ""
	}
	user, word, two := strings.Cut(rest[:end], ":")
	if !two && strings.HasPrefix(scheme, "redis") { // where a single word is the password
		return user
	}
	return word
}
