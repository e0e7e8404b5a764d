package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// What a webhook's connection may take. Telegram sends small requests at once.
const (
	webhookHeaderTime = 5 * time.Second
	webhookReadTime   = 15 * time.Second
	webhookIdleTime   = 2 * time.Minute
	webhookDrain      = 5 * time.Second
)

// receive takes updates at the webhook's address until ctx ends. TLS ends at
// the proxy before it (see deploy).
func (w *works) receive(ctx context.Context, s settings) error {
	handler, err := w.office.Webhook(s.WebhookSecret)
	if err != nil {
		return err
	}
	at, err := url.Parse(s.WebhookURL)
	if err != nil {
		return failure("设置 WEBHOOK_URL 的写法不对，应当像 https://bot.example.gov.cn/telegram。")
	}
	mux := http.NewServeMux()
	mux.Handle(webhookPath(at), handler)
	listener, err := net.Listen("tcp", s.ListenAddr)
	if err != nil {
		return failure("设置 LISTEN_ADDR 的地址不能使用，请换一个没有被占用的地址，例如 127.0.0.1:8081。")
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: webhookHeaderTime, ReadTimeout: webhookReadTime, IdleTimeout: webhookIdleTime, MaxHeaderBytes: 16 << 10}
	if err := w.bot.SetWebhook(ctx, s.WebhookURL, s.WebhookSecret); err != nil {
		listener.Close()
		return failure("Telegram 没有接受设置 WEBHOOK_URL，请检查地址能否从外网访问、证书是否有效。")
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), webhookDrain)
	defer cancel()
	if err := server.Shutdown(drain); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func webhookPath(at *url.URL) string {
	if at.Path == "" {
		return "/"
	}
	return at.Path
}

// poll asks Telegram for updates until ctx ends; a webhook that is set would
// forbid that.
func (w *works) poll(ctx context.Context) error {
	if err := w.bot.DeleteWebhook(ctx); err != nil {
		w.log.Warn("a webhook may still be set", "error", redact(err, w.token))
	}
	return w.office.Poll(ctx, w.server, w.token)
}
