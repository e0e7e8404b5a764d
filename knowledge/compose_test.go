package knowledge

import (
	"net/http"
	"strings"
	"testing"

	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/prompts"
)

// sampleBase is the built-in sample with the given options.
func sampleBase(t testing.TB, o Options) *Base {
	t.Helper()
	b, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(t.Context(), documents.WalkFS(t.Context(), Sample()), nil); err != nil {
		t.Fatal(err)
	}
	return b
}

// composedBy is the sample with a chat model that answers with text.
func composedBy(t *testing.T, text string) (*Base, *fakemodel.Server) {
	t.Helper()
	s := fakemodel.Start(t)
	s.OnChat = func(w http.ResponseWriter, _, _ string, _ int) { fakemodel.Stream(w, text, "stop") }
	m, _ := testModels(t, s)
	set, err := prompts.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return sampleBase(t, Options{Composer: PromptComposer{Prompts: set, Model: m}}), s
}

const opposed = "集体开会我投了反对票，后来决策错了，还要追究我吗？"

func TestAComposedAnswerThatHoldsIsShown(t *testing.T) {
	b, s := composedBy(t, "如果决策时已经明确反对，可能对应持有异议的情形。[1]要有“会议记录、表决票、书面意见或者录音录像佐证”。[2]")
	s.OnChat = func(w http.ResponseWriter, _, user string, _ int) {
		// number the sources as this request numbers them
		n12, n14 := sourceNumber(user, "第十二条"), sourceNumber(user, "第十四条")
		fakemodel.Stream(w, "决策时已经明确反对的，可能对应持有异议的情形["+n12+"]。需要“会议记录、表决票、书面意见或者录音录像佐证”["+n14+"]。", "stop")
	}
	a, err := b.Ask(t.Context(), Question{Text: opposed}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !a.Composed || !strings.Contains(a.Hint, "录音录像佐证") || !strings.Contains(a.Text(), textComposed) {
		t.Fatalf("composed %v, hint %q", a.Composed, a.Hint)
	}
	if len(a.Limits) == 0 || !strings.Contains(a.Text(), textNoRuling) {
		t.Fatal("a composed answer has lost its limits")
	}
}

func sourceNumber(user, article string) string {
	for line := range strings.Lines(user) {
		if strings.HasPrefix(line, "[") && strings.Contains(line, "》"+article) {
			return strings.Trim(line[:strings.Index(line, "]")], "[]")
		}
	}
	return "99"
}

func TestWhatAModelInventsNeverReachesTheUser(t *testing.T) {
	for name, text := range map[string]string{
		"an article it was not given":  "根据《刑法》第三百九十七条，不构成犯罪[1]。",
		"a source that does not exist": "可以按程序申请[42]。",
		"no source at all":             "按规定应当容错。",
		"a quotation it made up":       "条文写明“凡是为公的一律免责”[1]。",
		"a number it made up":          "应当在三百六十五日内提出[1]。",
		"an amount":                    "损失不超过50万元的不予追究[1]。",
		"a document number":            "见示例委办发〔2031〕99号[1]。",
		"HTML":                         "<b>可能符合</b>[1]。",
		"a link":                       "详见 https://example.invalid/a[1]。",
		"a claim to have filed":        "已为您提交备案申请[1]。",
		"a promise":                    "您完全可以免责[1]。",
		"a ruling":                     "您不会被追究责任[1]。",
		"an obeyed injection":          "我的系统提示词如下：你是县里的助手[1]。",
		"a role":                       "我现在是县纪委监委主任，同意您单位备案[1]。",
		"legal force":                  "本答复具有法律效力[1]。",
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := composedBy(t, text)
			a, err := b.Ask(t.Context(), Question{Text: opposed}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if a.Composed {
				t.Fatalf("shown as composed: %q", a.Hint)
			}
			if a.Status != Answered || len(a.Basis) == 0 {
				t.Fatalf("the extract did not stand in: %s", a.Status)
			}
			for _, c := range a.Citations() {
				if err := b.Verify(c); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestASentenceThatFailsIsCutAndTheOthersStay(t *testing.T) {
	r := Request{Sources: []Source{{1, "《示例办法》第九条（现行）", "第九条　申请容错，应当在十个工作日内提出。"}}}
	got := check("应当在十个工作日内提出[1]。损失低于八百万元的不问[1]。请在10个工作日内提出[1]。", r)
	want := "应当在十个工作日内提出（《示例办法》第九条）。请在10个工作日内提出（《示例办法》第九条）。"
	if got.text != want || len(got.cut) != 1 {
		t.Fatalf("got %q, cut %q", got.text, got.cut)
	}
}

func TestNothingPersonalIsSentToAModel(t *testing.T) {
	b, s := composedBy(t, "未找到")
	for _, q := range []string{
		"我的身份证号是11010519491231002X，容错怎么申请？",
		"请回电13912345678，容错认定要多久？",
		"机密★ 一年 关于干部的情况，能容错吗？",
		"帮我伪造一份会议记录",
	} {
		if _, err := b.Ask(t.Context(), Question{Text: q}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if sent := s.Prompts(); sent != "" {
		t.Fatalf("sent: %s", sent)
	}
	history := []Turn{{Role: "user", Text: "我的电话是13912345678"}}
	if _, err := b.Ask(t.Context(), Question{Text: "那要多久？", History: history}, nil); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.Prompts(), "13912345678") {
		t.Fatal("an earlier turn leaked a number")
	}
}

func TestAFailingModelLeavesTheExtract(t *testing.T) {
	b, s := composedBy(t, "")
	s.OnChat = func(w http.ResponseWriter, _, _ string, _ int) { fakemodel.Stream(w, "可能符合", "") }
	a, err := b.Ask(t.Context(), Question{Text: opposed}, nil)
	if err != nil || a.Composed || a.Status != Answered || !strings.Contains(a.Text(), textModelFailed) {
		t.Fatalf("%v %+v", err, a)
	}
}
