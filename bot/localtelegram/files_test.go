package localtelegram

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestTheStoreForgetsTheOldestFiles(t *testing.T) {
	store, err := newFileStore()
	if err != nil {
		t.Fatal(err)
	}
	store.most = 250
	var kept []*storedFile
	for range 3 {
		f, err := store.put(strings.NewReader(strings.Repeat("x", 100)), "a.txt", "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, f)
	}
	if store.find(kept[0].id, "") != nil || store.find(kept[1].id, "") == nil || store.find("", kept[2].path) == nil {
		t.Error("the oldest alone should be gone")
	}
	if _, err := store.put(strings.NewReader("12345"), "b.txt", "", 4); !errors.Is(err, errTooLarge) {
		t.Errorf("too large: %v", err)
	}
	entries, err := os.ReadDir(store.dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
	if err := store.close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(store.dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}
