package bot

import (
	"context"
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// clientTime bounds a call to Telegram; questions for updates have their own
// client.
const clientTime = time.Minute

// Dial gives the client of a Bot API server. It makes no call yet; an error
// holds no token. It follows no redirect: the address of a call has the token in
// it, which the next server would be told as the page before.
func Dial(server, token string) (*tg.Bot, error) {
	client := &http.Client{Timeout: clientTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return tg.New(token, tg.WithSkipGetMe(), tg.WithServerURL(server), tg.WithHTTPClient(clientTime, client))
}

// handled are the kinds of updates that the bot does something with.
var handled = []string{models.AllowedUpdateMessage, models.AllowedUpdateCallbackQuery}

// webhookAtOnce is how many connections Telegram may open; its own default.
const webhookAtOnce = 40

// SetWebhook has updates brought to an address, with the secret that
// delivery.Office.Webhook expects.
func (b *Bot) SetWebhook(ctx context.Context, address, secret string) error {
	_, err := b.client.SetWebhook(ctx, &tg.SetWebhookParams{URL: address, SecretToken: secret, AllowedUpdates: handled, MaxConnections: webhookAtOnce})
	return err
}

// DeleteWebhook makes asking for updates possible again; none is lost.
func (b *Bot) DeleteWebhook(ctx context.Context) error {
	_, err := b.client.DeleteWebhook(ctx, &tg.DeleteWebhookParams{})
	return err
}
