package bot

import (
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"
)

// clientTime bounds a call to Telegram; questions for updates have their own
// client.
const clientTime = time.Minute

// Dial gives the client of a Bot API server. It makes no call yet; an error
// holds no token.
func Dial(server, token string) (*tg.Bot, error) {
	return tg.New(token, tg.WithSkipGetMe(), tg.WithServerURL(server), tg.WithHTTPClient(clientTime, &http.Client{Timeout: clientTime}))
}
