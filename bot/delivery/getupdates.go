package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// apiError is a refusal in Telegram's own form.
type apiError struct {
	Code        int
	Description string
	RetryAfter  time.Duration
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Description) }

// ask makes one getUpdates. No error of it holds the token.
func (p *poller) ask(ctx context.Context) ([]json.RawMessage, error) {
	body, err := json.Marshal(map[string]any{"offset": p.offset, "limit": pollBatch,
		"timeout": int(pollWait.Seconds()), "allowed_updates": AllowedUpdates})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the address of the Bot API is not valid")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the address, which holds the token
		}
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		OK          bool              `json:"ok"`
		Result      []json.RawMessage `json:"result"`
		Description string            `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxPollBytes)).Decode(&answer)
	if resp.StatusCode != http.StatusOK || err == nil && !answer.OK {
		return nil, &apiError{resp.StatusCode, answer.Description, time.Duration(answer.Parameters.RetryAfter) * time.Second}
	}
	if err != nil {
		return nil, fmt.Errorf("an answer that can't be read (%d)", resp.StatusCode)
	}
	return answer.Result, nil
}
