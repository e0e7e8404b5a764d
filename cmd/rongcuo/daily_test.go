package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"rongcuo/bot/delivery"
)

func TestRegularWorkIsDoneByOneAndGoesOnAfterAFailure(t *testing.T) {
	db, err := openFile(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store, err := delivery.OpenSQLite(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	var done []string
	chores := []chore{
		{"fails", func(context.Context) error { return errors.New("disk full") }},
		{"again", func(ctx context.Context) error {
			done = append(done, "again")
			if len(done) == 1 { // another process comes while this one is at it
				round(ctx, store, "other", log, []chore{{"beside", func(context.Context) error { done = append(done, "beside"); return nil }}})
			}
			return nil
		}},
	}
	round(t.Context(), store, "one", log, chores)
	if len(done) != 1 || !strings.Contains(said.String(), "disk full") {
		t.Errorf("%v %s", done, said.String())
	}
	round(t.Context(), store, "other", log, chores)
	if len(done) != 2 {
		t.Errorf("the next round was not free: %v", done)
	}
}
