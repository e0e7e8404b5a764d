package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestNoSecretOfTheSettingsIsLogged(t *testing.T) {
	s := settings{Token: "123:canary-token", WebhookSecret: "canary-hook", ModelKey: "canary-key", FilesKey: "canary-files\ncanary-files-before",
		DatabaseURL: "postgres://u:canary-db@h/d", RedisURL: "redis://canary-redis@h/0", LogFormat: logJSON}
	var out strings.Builder
	log := newLog(s, &out).With("url", "https://h/bot"+s.Token+"/getMe")
	log.Error("failed: "+s.Token, "error", errors.New("dial "+s.DatabaseURL), "password", "canary-redis", "auth", "canary-db",
		"key", s.ModelKey, "hook", s.WebhookSecret, "files", strings.Fields(s.FilesKey)[0], "before", strings.Fields(s.FilesKey)[1], "count", 7)
	if strings.Contains(out.String(), "canary") {
		t.Error(out.String())
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil || line["count"] != 7.0 {
		t.Errorf("%v %s", err, out.String())
	}
}
