package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// TestSecretsOfARunningBotAreFoundNowhere runs the whole program with a secret in
// every setting that holds one, against a model server that tells the key back in
// its errors, and has people type what must not be kept. Neither the ones nor the
// others are in the log, the metrics, what was sent to the model, Redis, the
// data folder or a backup (R38, T9, T11, T12).
func TestSecretsOfARunningBotAreFoundNowhere(t *testing.T) {
	var mu sync.Mutex
	var sent bytes.Buffer
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		_, _ = io.Copy(&sent, r.Body)
		mu.Unlock()
		http.Error(w, `{"error":{"message":"no such key: `+r.Header.Get("Authorization")+`"}}`, http.StatusUnauthorized)
	}))
	defer model.Close()
	address, folder, dir := freeAddress(t), t.TempDir(), filepath.Join(t.TempDir(), "data")
	startRedisAt(t, address, folder, "--requirepass", "canary-redis-7f", "--rdbcompression", "no")
	filesKey := base64.StdEncoding.EncodeToString([]byte("canary-files-key-of-32-bytes-abc"))
	passphrase := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(passphrase, []byte("canary passphrase of a backup\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	observed := freeAddress(t)
	for name, value := range map[string]string{
		"EMBEDDING": "off", "OPENAI_BASE_URL": model.URL + "/v1", "OPENAI_API_KEY": "sk-canary-model-7f", "OPENAI_CHAT_MODEL": "m", "LOG_FORMAT": "json",
		"REDIS_URL": "redis://:canary-redis-7f@" + address + "/0", "FILES_KEY": filesKey, "OBSERVE_ADDR": observed, "BACKUP_KEY_FILE": passphrase,
		"WEBHOOK_SECRET": "canary-webhook-secret-7f",
	} {
		t.Setenv(name, value)
	}
	if status, out, errOut := invoke(t, "reindex", "-docs", "../../knowledge/sample", "-data", dir); status != exitOK {
		t.Fatal(out, errOut)
	}
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	stop := serving(t, telegram, dir)
	official := telegram.As("普通干部")
	for _, typed := range []struct{ say, want string }{
		{"集体开会我投了反对票，后来决策错了，还要追究我吗？", "依据截至"}, // reaches the model, which fails
		{"我的身份证号是11010519491231002X，这样算失误吗", "请不要发送"},
		{"机密★5年 金丝雀计划代号七号", "密级标志"},
		{"集体决策我反对过还追究吗，电话13912345678", "请不要发送"},
		{"/start i-canary-invitation-11010519491231002X", "邀请"},
		{"/help", "直接用平常的话提问"},
	} {
		official.Say(typed.say)
		official.AwaitText(typed.want)
	}
	_, metrics := fetch(t, "http://"+observed+"/metrics")
	held := dumped(t, address)
	status, said := stop()
	if status != exitOK {
		t.Fatal(said)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	kept, out, errOut := invoke(t, "backup", "-data", dir, backup)
	if kept != exitOK {
		t.Fatal(out, errOut)
	}
	_, checked, checkedErr := invoke(t, "check")
	mu.Lock()
	defer mu.Unlock()
	if sent.Len() == 0 || len(held) == 0 {
		t.Fatalf("%d bytes were sent to the model, %d are in Redis: nothing was tried", sent.Len(), len(held))
	}
	secrets := []string{telegram.Token(), "canary-redis-7f", "sk-canary-model-7f", filesKey, "canary-files-key", "canary-webhook-secret", "canary passphrase"}
	people := []string{"11010519491231002X", "13912345678", "金丝雀计划代号七号"}
	places := map[string]string{"the log": said, "the metrics": metrics, "the model's requests": sent.String(), "Redis": held, "backup's words": out + errOut, "check's words": checked + checkedErr}
	for _, root := range []string{dir, filepath.Dir(backup)} {
		for name, content := range contentsOf(t, root) {
			places[name] = name + content
		}
	}
	for place, content := range places {
		for _, c := range append(secrets, people...) {
			if strings.Contains(content, c) {
				t.Errorf("%s: %s", place, c)
			}
		}
	}
}

// dumped is everything that a Redis holds now, keys and values.
func dumped(t *testing.T, address string) string {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: address, Password: "canary-redis-7f"})
	defer client.Close()
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, key := range keys {
		value, err := client.Dump(t.Context(), key).Result()
		if err != nil && err != redis.Nil { // it has just ended
			t.Fatal(err)
		}
		all.WriteString(key + value + "\n")
	}
	return all.String()
}

// contentsOf gives the files below a folder by name.
func contentsOf(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
