package main

import (
	"strings"
	"testing"
)

// Threat T8: addresses come from the settings alone, and a setting that leads to
// a machine's own services, to a file or past what is checked is refused, by its
// name and without its value.
func TestOddAddressesAreRefused(t *testing.T) {
	odd := map[string][]string{
		"OPENAI_BASE_URL": {
			"file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "ftp://models.example/v1", "unix:///var/run/docker.sock", "data:text/plain,a",
			"javascript:alert(1)", "//models.example/v1", "models.example/v1", "http://", "https://:443/v1", "http://user:canary@models.example/v1",
			"http://127.0.0.1@169.254.169.254/", "http://169.254.169.254/latest/meta-data", "https://169.254.170.2/v2/credentials", "http://[fe80::1]/v1",
			"http://[fe80::1%25eth0]/v1", "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/", "http://[fd00:ec2::254]/latest",
			"http://100.100.100.200/latest/meta-data", "http://168.63.129.16/machine", "http://192.0.0.192/opc/v2", "http://metadata.google.internal/v1",
			"http://METADATA.google.internal./v1", "http://metadata/v1", "http://instance-data/latest", "http://2852039166/", "http://0xa9fea9fe/",
			"http://0xa9.0xfe.0xa9.0xfe/", "http://0251.0376.0251.0376/", "http://0.0.0.0:8000/v1", "http://[::]:8000/v1", "http://224.0.0.1/v1",
			"http://models.example:port/v1", "http://models.example/%zz", "ht\ttp://models.example",
		},
		"TELEGRAM_API_URL": {
			"http://api.telegram.example", "http://10.0.0.5:8081", "file:///etc/passwd", "https://169.254.169.254", "https://metadata.google.internal",
			"https://user:canary@api.telegram.example", "http://127.0.0.1@evil.example", "https://", "http://localhost.evil.example",
		},
		"WEBHOOK_URL":  {"http://bot.example/t", "https://169.254.169.254/t", "ftp://bot.example/t", "bot.test/telegram"},
		"DATABASE_URL": {"file:///etc/passwd", "http://db.example/d", "mysql://u:canary@h/d"},
		"REDIS_URL":    {"http://127.0.0.1:6379", "file:///tmp/redis", "gopher://127.0.0.1:6379/_"},
	}
	n := 0
	for name, addresses := range odd {
		for _, address := range addresses {
			n++
			t.Run(name+" "+address, func(t *testing.T) {
				t.Setenv("WEBHOOK_SECRET", "0123456789abcdef")
				t.Setenv(name, address)
				_, err := readSettings()
				if err == nil || !strings.Contains(err.Error(), name) {
					t.Fatalf("%v", err)
				}
				if len(address) > len("https://bot.") && strings.Contains(err.Error(), address) || strings.Contains(err.Error(), "canary") {
					t.Errorf("the value is shown: %v", err)
				}
			})
		}
	}
	if n < 40 {
		t.Errorf("%d addresses", n)
	}
	for _, fine := range []string{"http://127.0.0.1:8000/v1", "http://10.1.2.3:8000/v1", "https://models.example.gov.cn/v1", "http://[::1]:8000/v1", "http://ollama:11434/v1"} {
		t.Run("taken "+fine, func(t *testing.T) {
			t.Setenv("OPENAI_BASE_URL", fine)
			if _, err := readSettings(); err != nil {
				t.Error(err)
			}
		})
	}
}
