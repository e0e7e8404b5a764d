package localtelegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

func TestItRefusesToRunBesideARealToken(t *testing.T) {
	if _, err := localtelegram.New(localtelegram.Options{RealToken: true}); !errors.Is(err, localtelegram.ErrRealToken) {
		t.Errorf("got %v", err)
	}
}

func TestPeopleMayHaveStartedBefore(t *testing.T) {
	inTime(t, localtelegram.Options{Started: true}, func(t *testing.T, r *rig) {
		r.send(person("handler").UserID, "您的备案有了新进展")
	})
}

func TestWrongOptionsAreNamed(t *testing.T) {
	somebody := localtelegram.Person{Key: "a", Name: "甲", UserID: 1}
	for _, o := range []localtelegram.Options{
		{Token: "no colon"}, {Token: "x:y"}, {Token: "1:a/b"},
		{People: []localtelegram.Person{{Key: "a", Name: "甲"}}},
		{People: []localtelegram.Person{somebody, somebody}},
		{Groups: []localtelegram.Group{{Key: "g", ChatID: 5}}},
		{Groups: []localtelegram.Group{{Key: "g", ChatID: -5, Members: []string{"nobody"}}}},
	} {
		if s, err := localtelegram.New(o); err == nil {
			_ = s.Close()
			t.Errorf("%+v was accepted", o)
		}
	}
}

func TestItListensOnLoopbackOnly(t *testing.T) {
	s, err := localtelegram.New(localtelegram.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, addr := range []string{":0", "0.0.0.0:0", "192.0.2.1:0", "[::]:0", "example.org:80", "nonsense"} {
		if err := s.Start(t.Context(), addr); err == nil {
			t.Errorf("%s was accepted", addr)
		}
	}
}

func TestOnlyOurOwnPageGetsIn(t *testing.T) {
	s, err := localtelegram.New(localtelegram.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ask := func(method, path string, change func(*http.Request)) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(`{"as":"admin","text":"在"}`))
		r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:50000"
		change(r)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, c := range []struct {
		name, method, path string
		change             func(*http.Request)
		want               int
	}{
		{"the page", "GET", "/", func(*http.Request) {}, 200},
		{"the page by a link from elsewhere", "GET", "/", header("Sec-Fetch-Site", "cross-site"), 200},
		{"a script", "POST", "/local/say", func(*http.Request) {}, 200},
		{"our own page", "POST", "/local/say", header("Origin", "http://127.0.0.1:8080"), 200},
		{"IPv6", "GET", "/local/people", func(r *http.Request) { r.Host, r.RemoteAddr = "[::1]:8080", "[::1]:5" }, 200},
		{"localhost", "GET", "/local/people", func(r *http.Request) { r.Host = "localhost" }, 200},
		{"rebound name", "GET", "/", func(r *http.Request) { r.Host = "evil.example" }, 403},
		{"rebound name with port", "POST", "/local/say", func(r *http.Request) { r.Host = "evil.example:8080" }, 403},
		{"name that begins like ours", "GET", "/", func(r *http.Request) { r.Host = "127.0.0.1.evil.example" }, 403},
		{"no name", "GET", "/", func(r *http.Request) { r.Host = "" }, 403},
		{"another computer", "GET", "/", func(r *http.Request) { r.RemoteAddr = "192.0.2.7:50000" }, 403},
		{"another site writes", "POST", "/local/say", header("Origin", "http://evil.example"), 403},
		{"another port writes", "POST", "/local/say", header("Origin", "http://127.0.0.1:9999"), 403},
		{"a sandboxed frame writes", "POST", "/local/say", header("Origin", "null"), 403},
		{"another site's form", "POST", "/local/say", header("Sec-Fetch-Site", "cross-site"), 403},
		{"another site reads", "GET", "/local/chat?as=admin", header("Sec-Fetch-Site", "cross-site"), 403},
		{"another site listens", "GET", "/local/events", header("Origin", "http://evil.example"), 403},
		{"another site is the bot", "POST", "/bot" + s.Token() + "/getMe", header("Origin", "http://evil.example"), 403},
		{"outside of the page", "GET", "/../go.mod", func(*http.Request) {}, 404},
		{"a repository", "GET", "/.git/HEAD", func(*http.Request) {}, 404},
		{"a profiler", "GET", "/debug/pprof/", func(*http.Request) {}, 404},
		{"a wrong verb", "DELETE", "/local/people", func(*http.Request) {}, 405},
	} {
		w := ask(c.method, c.path, c.change)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", c.name, policy)
		}
	}
}

func TestThePageAsksForNothingOutside(t *testing.T) {
	s, err := localtelegram.New(localtelegram.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, path := range []string{"/", "/style.css", "/main.js", "/store.js", "/messages.js", "/composer.js", "/people.js", "/rich.js", "/dom.js", "/stream.js", "/icon.svg"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host, r.RemoteAddr = "127.0.0.1", "127.0.0.1:5"
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		body := strings.NewReplacer(`"http://www.w3.org/2000/svg"`, "", `https?:\/\/`, "").Replace(w.Body.String())
		if w.Code != http.StatusOK || strings.Contains(body, "//cdn") || strings.Contains(body, "http://") || strings.Contains(body, "https://") {
			t.Errorf("%s: %d, or an address outside", path, w.Code)
		}
		for _, unsafe := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style=", "onclick="} {
			if strings.Contains(body, unsafe) {
				t.Errorf("%s contains %s", path, unsafe)
			}
		}
	}
}

func TestPeopleAreScripted(t *testing.T) {
	tg := localtelegramtest.Start(t, localtelegram.Options{NoLimits: true})
	sampleBot(t, tg.Server)
	official := tg.As("普通干部")
	official.Say("/start")
	official.AwaitText("我是容错助手")
	official.Say("能容错吗？")
	answer := official.AwaitText("可能对应")
	if !strings.Contains(answer.HTML, "<blockquote expandable>") || answer.Buttons[0][0].Text != "第十一条" {
		t.Errorf("answer: %+v", answer)
	}
	if reply := official.Press(answer, "相似案例"); !reply.Alert || reply.Text != "收到：相似案例" {
		t.Errorf("press: %+v", reply)
	}
	official.Press(answer, "第十一条")
	if edited := official.Await("an edit", func(m localtelegramtest.Message) bool { return m.Edited }); edited.ID != answer.ID {
		t.Errorf("edited: %+v", edited)
	}
	admin := tg.As("admin")
	admin.Send("办法.docx", []byte("正文"), "新办法")
	preview := admin.AwaitText("23 条")
	if preview.Document.Name != "预览-办法.docx" || string(admin.Download(preview)) != "预览" {
		t.Errorf("preview: %+v", preview)
	}
	if got := admin.Transcript(); !strings.Contains(got, "admin: 新办法\n  (办法.docx)\nbot: 已读出 23 条") || !strings.Contains(got, "[发布] [改信息] [取消]") {
		t.Errorf("transcript:\n%s", got)
	}
}

func TestMistakesOfAScriptAreExplained(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		id := r.chatID("official")
		m := must[models.Message](r, "sendMessage", map[string]any{"chat_id": id, "text": "选", "reply_markup": oneButton})
		for _, c := range []struct {
			path string
			body any
			want int
		}{
			{"/local/say", map[string]any{"as": "nobody", "text": "在"}, 404},
			{"/local/say", map[string]any{"as": "official", "text": " \n"}, 400},
			{"/local/say", map[string]any{"as": "official", "text": strings.Repeat("字", 4097)}, 400},
			{"/local/say", "no object", 400},
			{"/local/press", map[string]any{"as": "official", "message_id": m.ID, "text": "坏"}, 404},
			{"/local/press", map[string]any{"as": "official", "message_id": 1, "text": "好"}, 404},
			{"/local/press", map[string]any{"as": "handler", "message_id": m.ID, "text": "好"}, 404},
			{"/local/press", map[string]any{"as": "普通干部", "message_id": m.ID, "text": "好"}, 200},
			{"/local/say", map[string]any{"as": fmt.Sprint(id), "text": "用编号也行"}, 200},
		} {
			status, reply := r.local(c.path, c.body)
			if status != c.want || (status != http.StatusOK && reply["error"] == "") {
				t.Errorf("%s %v: %d %v, want %d", c.path, c.body, status, reply, c.want)
			}
		}
	})
}

func TestPeopleEditWhatTheyWrote(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		r.say("official", "错字")
		m := r.updates(nil)[0].Message
		if status, reply := r.local("/local/edit", map[string]any{"as": "official", "message_id": m.ID, "text": "没有错字"}); status != http.StatusOK || reply["edited"] != true {
			t.Fatal(status, reply)
		}
		u := r.updates(nil)
		if len(u) != 2 || u[0].Message.Text != "错字" || u[1].EditedMessage.Text != "没有错字" || u[1].EditedMessage.ID != m.ID {
			t.Errorf("the first words stay in their update, the new ones come as an edit: %+v", u)
		}
		if status, _ := r.local("/local/edit", map[string]any{"as": "handler", "message_id": m.ID, "text": "别人的"}); status != http.StatusNotFound {
			t.Errorf("somebody else edited it: %d", status)
		}
	})
}

func TestAScriptCanWait(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		id := r.chatID("official")
		begin := time.Now()
		last := r.chat("as=official")
		after := fmt.Sprintf("%.0f", last[len(last)-1]["id"])
		if got := r.chat("as=official&wait=5&after=" + after); len(got) != 0 || time.Since(begin) != 5*time.Second {
			t.Errorf("waited %v for %v", time.Since(begin), got)
		}
		begin = time.Now()
		var later sync.WaitGroup
		defer later.Wait()
		later.Go(func() { time.Sleep(2 * time.Second); r.send(id, "答") })
		got := r.chat("as=official&wait=30&after=" + after)
		if len(got) != 1 || got[0]["text"] != "答" || got[0]["from"] != "bot" || time.Since(begin) != 2*time.Second {
			t.Errorf("after %v: %v", time.Since(begin), got)
		}
		rev := fmt.Sprintf("%.0f", got[0]["rev"])
		later.Go(func() {
			time.Sleep(time.Second)
			must[models.Message](r, "editMessageText", map[string]any{"chat_id": id, "message_id": got[0]["id"], "text": "改"})
		})
		if got := r.chat("as=official&wait=30&since=" + rev); len(got) != 1 || got[0]["text"] != "改" || got[0]["edited"] != true {
			t.Errorf("an edit with since: %v", got)
		}
	})
}

func TestManyMessagesStayBounded(t *testing.T) {
	inTime(t, localtelegram.Options{NoLimits: true}, func(t *testing.T, r *rig) {
		r.updates(map[string]any{"allowed_updates": []string{"callback_query"}})
		for i := range 5200 {
			r.say("official", fmt.Sprint(i))
		}
		all := r.chat("as=official")
		if len(all) != 5000 || all[4999]["text"] != "5199" {
			t.Errorf("kept %d, last %v", len(all), all[len(all)-1]["text"])
		}
		page := r.chat("as=official&limit=60&before=" + fmt.Sprintf("%.0f", all[100]["id"]))
		if len(page) != 60 || page[59]["text"] != all[99]["text"] {
			t.Errorf("a page backwards: %d", len(page))
		}
	})
}

func TestClosingEndsEverybodysWait(t *testing.T) {
	s, err := localtelegram.New(localtelegram.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(context.Background(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 3)
	for _, path := range []string{"/bot" + url.PathEscape(s.Token()) + "/getUpdates?timeout=50", "/local/chat?as=admin&wait=50", "/local/events"} {
		go func() {
			resp, err := http.Get(s.URL() + path)
			if err == nil {
				buf := make([]byte, 1024)
				for err == nil {
					_, err = resp.Body.Read(buf)
				}
				_ = resp.Body.Close()
			}
			ended <- nil
		}()
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for range 3 {
		<-ended
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}
