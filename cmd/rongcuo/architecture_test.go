package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the plan of the house: which rooms a room may know. Imports go
// one way, and knowledge and conversations never see each other.
var mayImport = map[string][]string{
	"prompts":                             {},
	"knowledge/documents":                 {},
	"knowledge/embedding":                 {"knowledge/embedding/weights"},
	"knowledge/embedding/weights":         {},
	"knowledge/ship":                      {"knowledge", "knowledge/embedding"},
	"knowledge/bench":                     {"knowledge", "knowledge/documents"},
	"knowledge/embedding/make":            {"knowledge/embedding/weights"},
	"knowledge/fakemodel":                 {},
	"knowledge":                           {"knowledge/documents", "knowledge/fakemodel", "knowledge/postgrestest", "prompts"},
	"knowledge/associate":                 {"knowledge"},
	"conversations/typed":                 {},
	"conversations":                       {"conversations/paper", "conversations/typed", "prompts"},
	"conversations/records":               {"conversations", "conversations/typed", "knowledge/postgrestest"},
	"conversations/paper":                 {},
	"knowledge/postgrestest":              {},
	"bot/delivery":                        {"bot/delivery/redistest"},
	"bot/delivery/redistest":              {},
	"bot/localtelegram":                   {},
	"bot/localtelegram/localtelegramtest": {"bot/localtelegram"},
	"bot":                                 {"bot/delivery", "bot/delivery/redistest", "knowledge/postgrestest", "bot/localtelegram", "bot/localtelegram/localtelegramtest", "knowledge", "knowledge/documents", "knowledge/fakemodel", "conversations", "conversations/paper", "conversations/records", "prompts"},
}

// edges says which room alone may import a library that talks to the world.
var edges = map[string][]string{
	"github.com/sashabaranov/go-openai":  {"knowledge"},
	"github.com/philippgille/chromem-go": {"knowledge"},
	"github.com/go-telegram/bot":         {"bot", "bot/delivery", "bot/localtelegram", "bot/localtelegram/localtelegramtest"},
	"github.com/redis/go-redis/v9":       {"bot/delivery", "bot/delivery/redistest", "conversations", "cmd/rongcuo"},
	"github.com/jackc/pgx/v5":            {"cmd/rongcuo", "knowledge", "knowledge/postgrestest", "conversations/records"},
	"github.com/expr-lang/expr":          {"conversations"},
	"github.com/klippa-app/go-pdfium":    {"knowledge/documents", "conversations/paper"},
	"github.com/xuri/excelize/v2":        {"knowledge/documents", "conversations/paper"},
}

func TestImportsGoOneWay(t *testing.T) {
	root := os.DirFS("../..")
	seen := 0
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (strings.HasPrefix(e.Name(), ".") && name != "." || e.Name() == "testdata") {
			return fs.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		seen++
		checkImports(t, name, file.Imports)
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("read %d files: %v", seen, err)
	}
}

func checkImports(t *testing.T, name string, imports []*ast.ImportSpec) {
	t.Helper()
	room := path.Dir(name)
	for _, spec := range imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		for library, rooms := range edges {
			if (imported == library || strings.HasPrefix(imported, library+"/")) && !slices.Contains(rooms, room) && !strings.HasPrefix(room, "knowledge/bench") {
				t.Errorf("%s imports %s, which only %v may", name, imported, rooms)
			}
		}
		other, ours := strings.CutPrefix(imported, "rongcuo/")
		if !ours || room == "cmd/rongcuo" || other == room {
			continue
		}
		if strings.HasSuffix(name, "_test.go") && strings.HasPrefix(room, "bot") && strings.HasPrefix(other, "bot/localtelegram") {
			continue // tests of the bot's rooms run on the local Telegram
		}
		allowed, known := mayImport[room]
		if !known {
			t.Errorf("%s: the room %s is not in the plan", name, room)
		} else if !slices.Contains(allowed, other) {
			t.Errorf("%s imports %s against the plan", name, other)
		}
	}
}

func TestEveryRoomIsInThePlan(t *testing.T) {
	for room := range mayImport {
		for _, other := range mayImport[room] {
			if _, ok := mayImport[other]; !ok {
				t.Errorf("%s may import %s, which is not in the plan", room, other)
			}
		}
	}
}
