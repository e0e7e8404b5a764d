package localtelegram_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// sayAs speaks through the page's own interface.
func (b *browser) sayAs(as, text string) {
	b.t.Helper()
	body := quoteJS(`{"as":` + quoteJS(as) + `,"text":` + quoteJS(text) + `}`)
	eval[bool](b, `fetch("/local/say", {method: "POST", body: `+body+`}), true`)
}

func TestThePageShowsMarkupAsWords(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#official", 1000, 700, false)
	b.click("#start")
	b.untilText("我是容错助手")
	hostile := `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`
	b.sayAs("official", hostile)
	b.untilText(hostile)
	eval[bool](b, `(async () => { const f = new FormData(); f.append("as", "official"); f.append("file", new File(["x"], "<b onclick=alert(1)>表.docx")); await fetch("/local/file", {method: "POST", body: f}); })(), true`)
	b.untilText("<b onclick=alert(1)>表.docx")
	if n := eval[int](b, `document.querySelectorAll(".log img, .log script, .log [onclick], .log [onerror]").length`); n != 0 {
		t.Errorf("%d elements were made from words", n)
	}
	if title := eval[string](b, "document.title"); strings.Contains(title, "broken") {
		t.Error("a script of a message ran")
	}
}

func TestThePageWorksByKeyboardAlone(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#official", 1000, 700, false)
	b.until("document.activeElement.id === 'start'")
	b.do(chromedp.KeyEvent("\r"))
	b.untilText("我是容错助手")
	b.until("document.activeElement.id === 'input'")

	eval[bool](b, `(() => { const i = document.getElementById("input"); i.value = "拼音"; i.dispatchEvent(new Event("input"));
		i.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true})); return true; })()`)
	if kept := eval[string](b, `document.getElementById("input").value`); kept != "拼音" {
		t.Errorf("Enter of an input method sent the message; the box holds %q", kept)
	}
	eval[bool](b, `document.getElementById("input").value = "", true`)

	b.sayAs("official", "能容错吗？")
	b.untilText("可能对应")
	eval[bool](b, `[...document.querySelectorAll(".key")].find(e => e.textContent === "第十一条").focus(), true`)
	b.do(chromedp.KeyEvent("\r")) // the bot edits the message in place; the focus stays with its buttons
	b.until(`document.activeElement.classList.contains("key") && document.activeElement.textContent === "返回"`)
	b.do(chromedp.Focus(chromedp.CSS("#input")))

	b.do(chromedp.KeyEvent("/"))
	b.until(`document.getElementById("input").getAttribute("aria-expanded") === "true"`)
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	b.until(`document.getElementById(document.getElementById("input").getAttribute("aria-activedescendant")).textContent.startsWith("/file")`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`document.getElementById("commands").hidden`)
}

func TestEveryControlHasAName(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#official", 1000, 700, false)
	b.click("#start")
	b.untilText("我是容错助手")
	b.sayAs("official", "能容错吗？")
	b.untilText("可能对应")
	nameless := eval[[]string](b, `[...document.querySelectorAll("button, a, textarea, input, select, [role=button]")]
		.filter(e => e.checkVisibility() && !(e.getAttribute("aria-label") || e.textContent.trim() || e.title)).map(e => e.outerHTML)`)
	if len(nameless) > 0 {
		t.Errorf("controls that a screen reader cannot name: %v", nameless)
	}
	if live := eval[string](b, `document.getElementById("log").getAttribute("aria-live")`); live != "polite" {
		t.Errorf("new messages are not announced: aria-live=%q", live)
	}
}

func TestSeveralTabsAreSeveralPeople(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	first := openPage(t, s.URL()+"/#official", 1000, 700, false)
	first.click("#start")
	first.untilText("我是容错助手")

	ctx, cancel := chromedp.NewContext(first.ctx)
	defer cancel()
	second := &browser{t: t, ctx: ctx, shots: first.shots}
	second.do(chromedp.EmulateViewport(1000, 700), chromedp.Navigate(s.URL()+"/#admin"))
	second.until(`document.querySelector(".person[aria-current]")?.getAttribute("href") === "#admin"`)
	first.sayAs("handler", "/start")
	second.until(`document.querySelector(".person[href='#handler'] .badge")?.textContent === "1"`)
	second.until(`document.title.startsWith("(1)")`)
	first.click(".person[href='#handler']")
	second.until(`!document.querySelector(".person[href='#handler'] .badge")`) // read in the other tab
}

// TestEveryRoleHasATab: a browser opens six connections to one server, and the roles are seven.
func TestEveryRoleHasATab(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	first := openPage(t, s.URL()+"/#official", 1000, 700, false)
	first.until("document.querySelectorAll('.person').length === 7")
	for _, p := range localtelegram.DefaultPeople()[1:] {
		ctx, cancel := chromedp.NewContext(first.ctx)
		defer cancel()
		tab := &browser{t: t, ctx: ctx, shots: first.shots}
		tab.do(chromedp.EmulateViewport(1000, 700), chromedp.Navigate(s.URL()+"/#"+p.Key))
		tab.click("#start")
		tab.untilText("我是容错助手")
	}
	first.until(`[...document.querySelectorAll(".person-last")].filter(e => e.textContent.includes("我是容错助手")).length === 6`)
}

// TestAPageOpenedAgainShowsTheSame: the way back, a reload with a chosen file and a second tab of the
// same person lose nothing and send nothing by themselves.
func TestAPageOpenedAgainShowsTheSame(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#admin", 1000, 700, false)
	b.click("#start")
	b.untilText("我是容错助手")
	b.click(".person[href='#handler']")
	b.until("location.hash === '#handler'")
	b.do(chromedp.NavigateBack())
	b.until(`document.querySelector(".person[aria-current]")?.getAttribute("href") === "#admin"`)
	b.untilText("我是容错助手")
	rows := eval[int](b, "document.querySelectorAll('.row').length")
	eval[bool](b, `(() => { const d = new DataTransfer(); d.items.add(new File(["条文"], "新办法.md"));
		document.querySelector(".room").dispatchEvent(new DragEvent("drop", {dataTransfer: d, bubbles: true, cancelable: true})); return true; })()`)
	b.until("document.querySelector('.chosen')")
	b.do(chromedp.Reload())
	b.untilText("我是容错助手")
	same := fmt.Sprintf("document.querySelectorAll('.row').length === %d", rows)
	b.until(same)

	ctx, cancel := chromedp.NewContext(b.ctx)
	defer cancel()
	second := &browser{t: t, ctx: ctx, shots: b.shots}
	second.do(chromedp.EmulateViewport(1000, 700), chromedp.Navigate(s.URL()+"/#admin"))
	second.until(same)
	second.sayAs("admin", "/start")
	b.until(fmt.Sprintf("document.querySelectorAll('.row').length > %d", rows+1))
}

// TestOneLineHasNoScrollbar: the field grows with what is written, and scrolls only when it is full.
func TestOneLineHasNoScrollbar(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#admin", 1280, 1000, false)
	b.click("#start")
	b.untilText("我是容错助手")
	for text, scrolls := range map[string]bool{"": false, "一行": false, strings.Repeat("很多行\n", 40): true} {
		eval[bool](b, `(() => { const i = document.getElementById("input"); i.value = `+strconv.Quote(text)+`; i.dispatchEvent(new Event("input")); return true; })()`)
		b.until(fmt.Sprintf(`(getComputedStyle(document.getElementById("input")).overflowY === "auto") === %v`, scrolls))
	}
}

func TestAnInvitationIsOpenedAsSomebody(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#admin", 1000, 700, false)
	b.click("#start")
	b.untilText("我是容错助手")
	b.sayAs("admin", "/invite")
	b.clickText(".link", "https://t.me/rongcuo_bot?start=inv_7Q2M")
	b.until("document.getElementById('dialog').open")
	b.shot("desk-8-invitation")
	b.clickText(".dialog button", "承办人")
	b.until("location.hash === '#handler'")
	b.untilText("/start inv_7Q2M")
}

func TestALinkOutsideIsNotOpened(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#official", 1000, 700, false)
	b.click("#start")
	b.untilText("我是容错助手")
	b.sayAs("official", "见 https://example.org/a")
	b.clickText(".link", "https://example.org/a")
	b.until("document.getElementById('dialog').open")
	if at := eval[string](b, "location.origin"); at != s.URL() {
		t.Errorf("the page went to %s", at)
	}
}

func TestFilesAreDroppedIn(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#admin", 1000, 700, false)
	b.click("#start")
	b.untilText("我是容错助手")
	drag := func(kind string) {
		eval[bool](b, `(() => { const d = new DataTransfer(); d.items.add(new File(["条文"], "新办法.md"));
			document.querySelector(".room").dispatchEvent(new DragEvent("`+kind+`", {dataTransfer: d, bubbles: true, cancelable: true})); return true; })()`)
	}
	drag("dragenter")
	b.until("!document.getElementById('drop').hidden")
	b.shot("desk-9-drop")
	drag("drop")
	b.until("document.querySelector('.chosen')")
	b.click("#send")
	b.untilText("预览-新办法.md")
}

func TestOlderMessagesComeOnRequest(t *testing.T) {
	tg := localtelegramtest.Start(t, localtelegram.Options{})
	for i := range 150 {
		tg.As("outsider").Say(fmt.Sprintf("第%d句", i))
	}
	b := openPage(t, tg.URL()+"/#outsider", 1000, 700, false)
	b.until(`document.querySelectorAll(".row").length === 60`)
	b.click("#older")
	b.until(`document.querySelectorAll(".row").length === 120`)
	b.click("#older")
	b.until(`document.querySelectorAll(".row").length === 150 && document.getElementById("older").hidden`)
	b.untilText("第0句")
}

func TestALostConnectionIsSaidAndMended(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#official", 1000, 700, false)
	b.click("#start")
	b.untilText("我是容错助手")
	b.quiet = true
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b.until("!document.getElementById('offline').hidden")
	b.shot("desk-10-offline")
	again, err := localtelegram.New(localtelegram.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = again.Close() })
	if err := again.Start(context.Background(), strings.TrimPrefix(s.URL(), "http://")); err != nil {
		t.Fatal(err)
	}
	b.until("document.getElementById('offline').hidden")
	b.until("!document.getElementById('start').hidden") // the new Telegram knows nobody yet
}

func TestABlockedBotIsSaidAndAllowedAgain(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL()+"/#official", 1000, 700, false)
	b.click("#start")
	b.untilText("我是容错助手")
	b.click("#stop")
	b.clickText(".dialog button", "停用")
	b.until("document.getElementById('start').textContent === '恢复机器人' && document.getElementById('start').checkVisibility()")
	b.click("#start")
	b.until("document.getElementById('form').checkVisibility()")
}

func TestAGroupIsSpokenInAsAMember(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true, Groups: []localtelegram.Group{
		{Key: "office", Title: "政策交流群", ChatID: -1001, Members: []string{"official", "head"}}}})
	b := openPage(t, s.URL()+"/#office", 1000, 700, false)
	b.click("#input")
	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "@rongcuo_bot 能容错吗？\r"))
	b.untilText("可能对应")
	eval[bool](b, `(() => { const pick = document.querySelector("#role select"); pick.value = "head"; pick.dispatchEvent(new Event("change")); return true; })()`)
	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "我也想知道\r"))
	b.untilText("我也想知道")
	b.until(`document.querySelectorAll(".row.me").length === 1`) // what the other member wrote stands on the other side
	b.shot("desk-11-group")
}
