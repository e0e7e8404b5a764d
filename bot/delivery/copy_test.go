package delivery

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func TestStoreTakesOverTheSessionsOfAFile(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		from := openSQLite(t, filepath.Join(t.TempDir(), "from.db"))
		for key, value := range map[string]string{"draft:1": "一", "draft:2": "二\x00", "gone": "三"} {
			if _, err := from.Save(t.Context(), Save{Key: key, Value: []byte(value), TTL: time.Hour}); err != nil {
				t.Fatal(err)
			}
		}
		_, revision, err := from.Load(t.Context(), "gone")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := from.Save(t.Context(), Save{Key: "gone", Revision: revision}); err != nil {
			t.Fatal(err)
		}
		if err := from.SetBlocked(t.Context(), 7, true); err != nil {
			t.Fatal(err)
		}
		if n, err := CopySessions(t.Context(), from, h); err != nil || n != 2 {
			t.Fatal(n, err)
		}
		h.reopen()
		for key, want := range map[string]string{"draft:1": "一", "draft:2": "二\x00", "gone": ""} {
			value, revision, err := h.Load(t.Context(), key)
			if err != nil || string(value) != want {
				t.Errorf("%s is %q %v", key, value, err)
			}
			if want == "" {
				continue
			}
			if _, err := h.Save(t.Context(), Save{Key: key, Revision: revision, Value: []byte("更新"), TTL: time.Hour}); err != nil {
				t.Error(err)
			}
		}
		if is, err := h.Blocked(t.Context(), 7); err != nil || !is {
			t.Error(is, err)
		}
		if _, err := CopySessions(t.Context(), from, h); !errors.Is(err, ErrConflict) {
			t.Errorf("a second time: %v", err)
		}
	})
}
