package bot_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// Buttons that are for everyone. What an open one does concerns nobody but the
// person himself; the others prove inside whose thing the button is for.
var (
	openButtons   = []string{"ex", "human", "stay", "newdraft", "erase", "art", "case", "go", "file"} // the last four: texts are for all
	provedButtons = []string{"menu", "old", "now", "draft", "good", "bad", "why", "f", "fstep", "askbegin"}
)

// caller is somebody of a role who tries things.
type caller struct {
	key  string
	id   int64
	role records.Role
}

// tries is what one person tries before another of his role goes on: the audit
// takes twenty refused tries of a person an hour.
const tries = 15

// callers are enough people of each role, and without one, to try every handler.
func callers() (out []caller, people []localtelegram.Person) {
	people = localtelegram.DefaultPeople()
	for _, role := range append([]records.Role{""}, records.Roles...) {
		for i := range len(bot.Handlers())/tries + 1 {
			c := caller{fmt.Sprintf("%s-%d", role, i), 6_000_000_000 + int64(len(out)), role}
			out = append(out, c)
			people = append(people, localtelegram.Person{Key: c.key, Name: c.key, UserID: c.id})
		}
	}
	return out, people
}

// TestEveryHandlerAsEveryRole brings every command and every button of the tables,
// with data of real buttons of others, as every role through the whole bot. Who has
// not the role is told what he would be told of a command or button that does not
// exist, the try is in the audit, and nothing else has changed anywhere.
func TestEveryHandlerAsEveryRole(t *testing.T) {
	t.Parallel()
	who, people := callers()
	k := newClock()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true, People: people})
	tn := foundWith(t, telegram, t.TempDir(), knowledge.Options{}, k.rules)
	staff(t, tn)
	for _, c := range who {
		if c.role == "" {
			continue
		}
		place := ""
		if c.role.Placed() {
			place = "示例县乙中心"
		}
		code, err := tn.book.Invite(t.Context(), idOf("admin"), c.role, place)
		must(t, err)
		_, err = tn.book.Accept(t.Context(), c.id, c.key, code)
		must(t, err)
	}
	data := realButtons(t, tn)
	w := &watch{t: t, tn: tn}
	w.begin()
	for _, allowed := range []bool{false, true} { // what is allowed changes things
		turn := map[records.Role]int{}
		for _, h := range bot.Handlers() {
			if h.Roles != nil && len(h.Roles) == 0 {
				t.Errorf("%s%s is declared for nobody", h.Kind, h.Name)
			}
			if h.Kind == "words" {
				continue
			}
			var trying []caller
			for _, role := range append([]records.Role{""}, records.Roles...) {
				if (h.Roles == nil || slices.Contains(h.Roles, role)) == allowed {
					i := slices.IndexFunc(who, func(c caller) bool { return c.role == role })
					trying = append(trying, who[i+turn[role]/tries])
					turn[role]++
				}
			}
			w.try(h, trying, data[h.Name], allowed)
		}
	}
}

// What is for everyone is known to be so, and what proves inside whose it is does.
func TestButtonsForEveryoneOpenNothingOfOthers(t *testing.T) {
	tn, _ := staffedTown(t)
	data := realButtons(t, tn)
	w := &watch{t: t, tn: tn}
	w.begin()
	outsider := tn.As("外人")
	for _, h := range bot.Handlers() {
		if h.Kind != "button" || h.Roles != nil || slices.Contains(openButtons, h.Name) {
			continue
		}
		if !slices.Contains(provedButtons, h.Name) {
			t.Errorf("the button %s is for everyone, and nobody has said why", h.Name)
			continue
		}
		if data[h.Name] == "" {
			t.Errorf("no button %s of somebody else was found", h.Name)
		}
		_, _, last := shownSince(outsider, 0)
		w.number++
		deliver(t, tn, [][]byte{badInput{As: "outsider", Press: new(data[h.Name])}.update(t, w.number)})
		tn.done(t)
		if text, _, _ := shownSince(outsider, last); !strings.Contains(text, bot.RefusedButton) && !strings.Contains(text, bot.RefusedCommand) {
			t.Errorf("%s shows an outsider\n%s", data[h.Name], text)
		}
		w.same(h.Name)
	}
}

// Words that were asked for of somebody who has lost his post since are a question.
func TestWordsThatWereAskedForNeedThePostToo(t *testing.T) {
	tn, _ := staffedTown(t)
	documents, _ := tn.base.Size()
	posts, err := tn.book.AllPosts(t.Context())
	must(t, err)
	id := idOf("outsider")
	outsider := tn.As("外人")
	for _, h := range bot.Handlers() {
		if h.Kind != "words" {
			continue
		}
		key := fmt.Sprintf("chat:%d:%d", id, id)
		_, revision, err := tn.store.Load(t.Context(), key)
		must(t, err)
		_, err = tn.store.Save(t.Context(), delivery.Save{Key: key, Revision: revision, Value: fmt.Appendf(nil, `{"await":%q}`, h.Name+":owner"), TTL: time.Hour})
		must(t, err)
		if said := lastWords(t, tn, outsider, opposed); !strings.Contains(said, "依据截至") {
			t.Errorf("%s was asked of nobody, and he is told\n%s", h.Name, said)
		}
	}
	now, err := tn.book.AllPosts(t.Context())
	must(t, err)
	if d, _ := tn.base.Size(); d != documents || len(now) != len(posts) {
		t.Errorf("%d documents and %d posts became %d and %d", documents, len(posts), d, len(now))
	}
}

// realButtons does what those in charge do, and gives the data of a button of each
// kind that then stands in their chats; of kinds that do not, a made-up one.
func realButtons(t *testing.T, tn *town) map[string]string {
	t.Helper()
	handedIn(t, tn, filled)
	handler, admin, decider := tn.As("承办人"), tn.As("管理员"), tn.As("决定机关")
	handler.Say("/new")
	handler.AwaitText("已经忘掉")
	handler.Say(opposed)
	handler.AwaitText("依据截至")
	handler.Say("下一条")
	handler.AwaitText("现在没有")
	handler.Say("实施办法第十四条")
	handler.AwaitText("主张情形八的")
	handler.Say("👎")
	handler.AwaitText("哪里不对")
	handler.Say("/file")
	handler.AwaitText("下面帮您填写")
	for _, words := range []string{"/todo", "1"} {
		lastWords(t, tn, decider, words)
	}
	lastWords(t, tn, decider, "受理")
	admin.Send("清单.md", []byte(newRule), "")
	admin.AwaitText("共 2 条")
	for _, words := range []string{"改信息", "/docs", "/people", "/audit", "/unanswered", "/stats", "/start"} {
		lastWords(t, tn, admin, words)
	}
	data := map[string]string{}
	for _, h := range bot.Handlers() {
		data[h.Name] = h.Name + ":1"
	}
	for _, p := range []*localtelegramtest.Person{handler, tn.As("单位负责人"), decider, admin} {
		for _, m := range p.Chat() {
			for _, row := range m.Buttons {
				for _, b := range row {
					name, _, _ := strings.Cut(b.Data, ":")
					data[name] = b.Data
				}
			}
		}
	}
	data["menu"] = "menu:docs"
	return data
}

// watch sees what changes.
type watch struct {
	t      *testing.T
	tn     *town
	db     *sql.DB
	number int
	before string
	newest int64 // entry of the audit
}

func (w *watch) begin() {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.tn.dir+"/rongcuo.db?mode=ro")
	must(w.t, err)
	w.t.Cleanup(func() { db.Close() })
	w.db, w.number = db, 1<<30
	w.tn.settled(w.t)
	w.before = w.everything()
	entries, err := w.tn.book.Entries(w.t.Context(), 0)
	must(w.t, err)
	w.newest = entries[0].Seq
}

// passingRows are what a message leaves wherever it comes from: the message, the
// reply, how many there were; and the audit, which is looked at apart. Vectors are
// many, and made of the passages.
const passingRows = "delivery_item delivery_lane delivery_limit delivery_lock delivery_counter records_chain records_head kb_vectors"

// everything is what the store holds but for passing rows and the chats.
func (w *watch) everything() string {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
	must(w.t, err)
	var tables []string
	for rows.Next() {
		var name string
		must(w.t, rows.Scan(&name))
		tables = append(tables, name)
	}
	must(w.t, rows.Close())
	var out strings.Builder
	for _, table := range tables {
		if strings.Contains(passingRows, table) || strings.HasPrefix(table, "sqlite_") {
			continue
		}
		query := "SELECT * FROM " + table
		if table == "delivery_session" {
			query += " WHERE key NOT LIKE 'chat:%'"
		}
		fmt.Fprintln(&out, table)
		w.dump(&out, query)
	}
	return out.String()
}

func (w *watch) dump(out *strings.Builder, query string) {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), query)
	must(w.t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(w.t, err)
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(sql.RawBytes)
		}
		must(w.t, rows.Scan(values...))
		for _, v := range values {
			fmt.Fprintf(out, "%s|", *v.(*sql.RawBytes))
		}
		out.WriteString("\n")
	}
	must(w.t, rows.Err())
}

// same fails the test when something has changed.
func (w *watch) same(after string) {
	w.t.Helper()
	if now := w.everything(); now != w.before {
		w.t.Errorf("%s changed something: %s", after, firstDifference(now, w.before))
		w.before = now
	}
}

// try has several people set off one handler.
func (w *watch) try(h bot.Handler, trying []caller, data string, allowed bool) {
	t := w.t
	t.Helper()
	last := map[string]int64{}
	for _, c := range trying {
		_, _, last[c.key] = shownSince(w.tn.As(c.key), 0)
		w.number++
		from := map[string]any{"id": c.id, "is_bot": false, "first_name": c.key}
		chat := map[string]any{"id": c.id, "type": "private", "first_name": c.key}
		whole := map[string]any{"update_id": w.number}
		if h.Kind == "/" {
			whole["message"] = map[string]any{"message_id": w.number, "date": 1, "from": from, "chat": chat, "text": "/" + h.Name}
		} else {
			whole["callback_query"] = map[string]any{"id": fmt.Sprint(w.number), "from": from, "chat_instance": "1", "data": data,
				"message": map[string]any{"message_id": 1, "date": 1, "chat": chat, "text": "x"}}
		}
		update, err := json.Marshal(whole)
		must(t, err)
		deliver(t, w.tn, [][]byte{update})
	}
	w.tn.done(t)
	entries, err := w.tn.book.Entries(t.Context(), 0)
	must(t, err)
	news := len(entries)
	for i, e := range entries {
		if e.Seq <= w.newest {
			news = i
			break
		}
	}
	what := map[string]string{"/": "/" + h.Name, "button": "button:" + h.Name}[h.Kind]
	told := map[string]string{"/": bot.RefusedCommand, "button": bot.RefusedButton}[h.Kind]
	for _, c := range trying {
		text, _, _ := shownSince(w.tn.As(c.key), last[c.key])
		noted := 0
		for _, e := range entries[:news] {
			if e.Actor == c.id && e.Kind == records.KindRefused && e.Subject == what {
				noted++
			}
		}
		switch {
		case !allowed && (strings.TrimSpace(text) != told || noted != 1):
			t.Errorf("%s by %q: told %q, %d entries in the audit", what, c.role, text, noted)
		case allowed && (noted > 0 || h.Kind == "/" && strings.Contains(text, told) || text == ""):
			t.Errorf("%s by %q, who may: told %q, %d entries in the audit", what, c.role, text, noted)
		}
	}
	if !allowed && news != len(trying) {
		t.Errorf("%s: %d entries in the audit for %d tries", what, news, len(trying))
	}
	w.newest = entries[0].Seq
	if !allowed {
		w.same(what)
	}
}
