package localtelegram_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"rongcuo/bot/localtelegram"
)

// browser is a headless Chromium showing the page; each step ends the test when it does not succeed.
type browser struct {
	t     *testing.T
	ctx   context.Context
	shots string
	quiet bool // the page may complain: the connection is meant to break
}

// openPage starts Chromium at a size. Without Chromium the test is skipped, or fails when
// RONGCUO_TEST_REQUIRE names it. LOCALTELEGRAM_SHOTS keeps the screenshots in a folder.
func openPage(t *testing.T, address string, width, height int64, phone bool) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if strings.Contains(os.Getenv("RONGCUO_TEST_REQUIRE"), "chromium") {
			t.Fatal("RONGCUO_TEST_REQUIRE asks for chromium, which is not on PATH")
		}
		t.Skip("no chromium on PATH: the chat page is not tried in a browser")
	}
	ctx, cancel := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "zh-CN")))
	t.Cleanup(cancel)
	view := []chromedp.EmulateViewportOption{chromedp.EmulateScale(1)}
	if phone {
		view = []chromedp.EmulateViewportOption{chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch}
	}
	b := &browser{t: t, ctx: ctx, shots: os.Getenv("LOCALTELEGRAM_SHOTS")}
	if b.shots == "" {
		b.shots = t.TempDir()
	}
	if err := chromedp.Do(ctx); err != nil { // starts the browser
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.overhear); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(width, height, view...), chromedp.Navigate(address))
	return b
}

// overhear fails the test on anything that the page complains about: exceptions, blocked content.
func (b *browser) overhear(ev any) {
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.t.Errorf("exception in the page: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !b.quiet {
			b.t.Errorf("the browser complains: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.shot("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
		b.t.Fatal(err)
	}
}

// until waits for a JavaScript condition.
func (b *browser) until(condition string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("!!("+condition+")", chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		b.shot("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
		b.t.Fatalf("%s: %v", condition, err)
	}
}

func (b *browser) untilText(words string) {
	b.t.Helper()
	b.until("document.getElementById('log').textContent.includes(" + quoteJS(words) + ")")
}

func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (b *browser) click(css string) {
	b.t.Helper()
	b.until("document.querySelector(" + quoteJS(css) + ")?.checkVisibility()")
	b.do(chromedp.Click(chromedp.CSS(css)))
}

// clickText clicks the newest visible element that has exactly these words.
func (b *browser) clickText(css, words string) {
	b.t.Helper()
	find := "[...document.querySelectorAll(" + quoteJS(css) + ")].filter(e => e.textContent.trim() === " + quoteJS(words) + ").at(-1)"
	b.until(find)
	eval[bool](b, find+".click(), true")
}

func (b *browser) shot(name string) {
	b.t.Helper()
	b.until("document.getAnimations().every(a => a.effect.getTiming().iterations === Infinity || a.playState !== 'running')")
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	path := filepath.Join(b.shots, name+".png")
	if err := os.WriteFile(path, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func quoteJS(s string) string {
	quoted, _ := json.Marshal(s)
	return string(quoted)
}

func TestPageOnADesk(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL(), 1280, 860, false)
	b.until("document.querySelectorAll('.person').length === 7")
	b.click("#start")
	b.untilText("我是容错助手")
	b.shot("desk-1-start")

	b.click("#input")
	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "企业落户先行先试出了错，能容错吗？\r"))
	b.untilText("可能对应")
	b.clickText(".unfold", "展开全文")
	b.shot("desk-2-answer")
	b.clickText(".key", "相似案例")
	b.until("document.getElementById('dialog').open")
	b.shot("desk-3-alert")
	b.clickText(".dialog button", "知道了")
	b.clickText(".key", "第十一条")
	b.untilText("已编辑")

	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "/"))
	b.until("!document.getElementById('commands').hidden")
	b.shot("desk-4-commands")
	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "h"))
	b.until("document.querySelectorAll('#commands li').length === 1")
	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "old\r")) // "/hold": not in the menu, sent as typed
	b.until("document.querySelector('.draft')")
	b.shot("desk-5-draft")

	b.do(chromedp.Navigate(s.URL() + "/#admin"))
	b.click("#start")
	b.untilText("我是容错助手")
	doc := filepath.Join(t.TempDir(), "示例县容错纠错实施办法.docx")
	if err := os.WriteFile(doc, []byte(strings.Repeat("办法", 9000)), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{doc}))
	b.until("document.querySelector('.chosen')")
	b.shot("desk-6-chosen")
	b.click("#send")
	b.untilText("23 条")
	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "/reindex"))
	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "\r"))
	b.untilText("60%")
	b.do(chromedp.SendKeys(chromedp.CSS("#input"), "/stats\r"))
	b.until("document.querySelector('.picture img')?.naturalWidth === 480")
	b.click("#theme")
	b.shot("desk-7-admin-dark")
}

func TestPageOnAPhone(t *testing.T) {
	s := startSample(t, localtelegram.Options{NoLimits: true})
	b := openPage(t, s.URL(), 390, 844, true)
	b.until("document.querySelectorAll('.person').length === 7")
	b.shot("phone-1-people")
	b.click(".person[href='#handler']")
	b.until("!document.getElementById('start').hidden")
	b.shot("phone-2-empty")
	b.click("#start")
	b.untilText("我是容错助手")
	b.click(".big-key")
	b.untilText("可能对应")
	b.shot("phone-3-answer")
	b.click("#menu")
	b.until("!document.getElementById('commands').hidden")
	b.shot("phone-4-commands")
	b.click("#back")
	b.until("document.querySelector('.side').checkVisibility()")

	var emulate chromedp.Action[chromedp.Void] = func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		return chromedp.Void{}, err
	}
	b.do(emulate)
	b.until("document.documentElement.dataset.theme === 'dark'")
	b.shot("phone-5-people-dark")
	b.click(".person[href='#handler']")
	b.untilText("可能对应")
	b.shot("phone-6-answer-dark")
}
