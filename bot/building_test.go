package bot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
)

// gatedEmbedder makes the vectors of a build only when the test lets it.
type gatedEmbedder struct {
	shut *atomic.Bool
	open chan struct{}
}

func (gatedEmbedder) Name() string { return "gated" }
func (gatedEmbedder) Dim() int     { return fakemodel.Dim }
func (g gatedEmbedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if g.shut.Load() && len(texts) > 1 { // a question is one text
		select {
		case <-g.open:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	var vectors [][]float32
	for _, text := range texts {
		vectors = append(vectors, fakemodel.Vector(text))
	}
	return vectors, nil
}

func TestARebuildIsOneAtATimeAndCanBeStopped(t *testing.T) {
	gate := gatedEmbedder{new(atomic.Bool), make(chan struct{})}
	tn := foundWith(t, localTelegram(t), t.TempDir(), knowledge.Options{Embedder: gate})
	gate.shut.Store(true)
	admin := tn.As("管理员")
	admin.Send("清单.md", []byte(newRule), "")
	admin.Press(admin.AwaitText("共 2 条"), "发布")
	running := admin.Await("the progress as a bar", func(m localtelegramtest.Message) bool {
		return button(m, "停止") != "" && strings.Contains(m.Text, "■")
	})

	official := tn.As("普通干部")
	official.Say(opposed) // a question does not wait for the build
	official.AwaitText("依据截至")

	admin.Press(running, "停止")
	admin.AwaitText("正在停止")
	before, _ := tn.base.Size()
	tn.settled(t) // it is told within seconds
	if now, _ := tn.base.Size(); now != before || strings.Contains(admin.Transcript(), "索引已更新") {
		t.Errorf("it was not stopped: %d documents became %d\n%s", before, now, admin.Transcript())
	}
	admin.Say("/reindex")
	next := admin.Await("the next build", func(m localtelegramtest.Message) bool { return button(m, "停止") != "" })
	admin.Say("/reindex")
	if m := admin.AwaitText("还没有完成"); !strings.Contains(m.Text, "您在") {
		t.Errorf("it does not say whose it is:\n%s", m.Text)
	}
	close(gate.open)
	result := admin.AwaitText("索引已更新")
	if result.ID != next.ID {
		t.Error("the result is not in the message that showed the progress")
	}
	for _, must := range []string{"文件：新增 1，修改 0，移出 0，未变 30", "条文：213 条 → 215 条", "新计算语义向量 2 条", "新增：《示例县试点事项清单管理办法》"} {
		if !strings.Contains(result.Text, must) {
			t.Errorf("the result does not say %s: %s", must, result.Text)
		}
	}
	for _, m := range admin.Chat() {
		if strings.HasPrefix(m.Text, "正在更新") {
			t.Errorf("what is over still shows as under way: %s", m.Text)
		}
	}
	if after, _ := tn.base.Size(); after != before+1 { // the file was published all the same
		t.Errorf("%d documents became %d", before, after)
	}
}
