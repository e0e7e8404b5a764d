package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
)

// TestTheStoryInABrowser is what a newcomer does in the demo: ask, read the
// article, become the administrator, publish a document, re-index while a bar
// shows how far it is, and ask again. BOT_SHOTS keeps a picture of every step in a
// folder; RONGCUO_PICTURES those of the README, there under their names:
//
//	RONGCUO_PICTURES=$PWD/.pictures go test ./bot -run InABrowser
func TestTheStoryInABrowser(t *testing.T) {
	telegram, dir := localTelegram(t), t.TempDir()
	town := found(t, telegram, dir, 0)
	p := browse(t)
	p.do(chromedp.EmulateViewport(1280, 1000), chromedp.Navigate(town.URL()+"/#official"))
	p.start()
	p.write(opposed)
	p.sees("依据截至")
	p.shot("asked")
	p.picture("chat")
	p.press("实施办法第十四条")
	p.sees("第十四条　主张情形八的")
	p.shot("article")
	p.do(chromedp.EmulateViewport(500, 960))
	p.picture("phone")
	p.do(chromedp.EmulateViewport(1280, 1000))

	p.do(chromedp.Navigate(town.URL() + "/#admin"))
	file := filepath.Join(t.TempDir(), "清单.md")
	if err := os.WriteFile(file, []byte(newRule), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.write("/docs")
	p.sees("把文件发到这里")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}))
	p.until("document.querySelector('.chosen')")
	p.do(chromedp.Click(chromedp.CSS("#send")))
	p.sees("共 2 条")
	p.shot("preview")
	p.press("发布")
	p.sees("索引已更新")
	p.shot("published")

	town.stop() // and begins again with a model for meaning, which reads all there is
	slow := new(atomic.Bool)
	town = foundWith(t, telegram, dir, knowledge.Options{Embedder: slowEmbedder{slow}})
	slow.Store(true)
	must(t, os.WriteFile(filepath.Join(town.dir, "library", "汇编.md"), []byte(manyArticles(200)), 0o600)) // as an operator does
	p.write("/reindex")
	p.sees("计算语义向量")
	p.shot("reindex")
	p.until("document.getElementById('log').textContent.split('索引已更新').length > 2")

	p.do(chromedp.Navigate(town.URL() + "/#official"))
	p.write("试点事项清单多久调整一次？")
	p.sees("每半年调整一次")
}

// manyArticles is a document of so many.
func manyArticles(n int) string {
	text := "# 示例县制度汇编（示例）\n\n"
	for i := range n {
		text += fmt.Sprintf("第%d条　第%d项制度由承办科室每季度核对一次，结果报办公室备查。\n\n", i+1, i+1)
	}
	return text
}

// slowEmbedder takes, from some moment on, so long for many texts that people want
// to see how far it is.
type slowEmbedder struct{ slow *atomic.Bool }

func (slowEmbedder) Name() string { return "slow" }
func (slowEmbedder) Dim() int     { return fakemodel.Dim }
func (e slowEmbedder) Embed(_ context.Context, texts []string) ([][]float32, error) {
	var vectors [][]float32
	for _, text := range texts {
		vectors = append(vectors, fakemodel.Vector(text))
	}
	if e.slow.Load() && len(texts) > 1 { // a question is one text
		time.Sleep(1500 * time.Millisecond)
	}
	return vectors, nil
}

// story is a page in a browser.
type story struct {
	t   *testing.T
	ctx context.Context
}

// browse opens a headless Chromium.
func browse(t *testing.T) *story {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes half a minute")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		if strings.Contains(os.Getenv("RONGCUO_TEST_REQUIRE"), "chromium") {
			t.Fatal("RONGCUO_TEST_REQUIRE asks for chromium, which is not on PATH")
		}
		t.Skip("no chromium on PATH: the story is not tried in a browser")
	}
	ctx, cancel := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "zh-CN")))
	t.Cleanup(cancel)
	p := &story{t, ctx}
	p.do(chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *story) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *story) until(condition string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool]("!!("+condition+")", chromedp.WithPollingTimeout(30*time.Second))); err != nil {
		p.shot("failed")
		p.t.Fatalf("%s: %v", condition, err)
	}
}

// start presses the button that opens an empty chat.
func (p *story) start() {
	p.t.Helper()
	p.until("document.getElementById('start')?.checkVisibility()")
	p.do(chromedp.Click(chromedp.CSS("#start")))
	p.sees("请不要发送")
}

func (p *story) sees(words string) {
	p.t.Helper()
	p.until("document.getElementById('log').textContent.includes(" + quoted(words) + ")")
}

func (p *story) write(text string) {
	p.t.Helper()
	p.until("document.getElementById('input')?.checkVisibility()")
	p.do(chromedp.Click(chromedp.CSS("#input")), chromedp.SendKeys(chromedp.CSS("#input"), text+"\r"))
}

// press clicks the newest button with these words.
func (p *story) press(words string) {
	p.t.Helper()
	find := "[...document.querySelectorAll('.key')].filter(e => e.textContent.trim() === " + quoted(words) + ").at(-1)"
	p.until(find)
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](find+".click(), true")); err != nil {
		p.t.Fatal(err)
	}
}

// shot keeps a picture of a step, picture one of the README.
func (p *story) shot(name string)    { p.t.Helper(); p.keep("BOT_SHOTS", name) }
func (p *story) picture(name string) { p.t.Helper(); p.keep("RONGCUO_PICTURES", name) }

// keep writes a picture into the folder that a variable names.
func (p *story) keep(variable, name string) {
	p.t.Helper()
	dir := os.Getenv(variable)
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
