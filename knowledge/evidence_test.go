package knowledge

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Details that the sample county's texts do not hold: the answer names the thing
// and shows the nearest articles.
func TestADetailThatNoTextHoldsIsNamed(t *testing.T) {
	b := sampleBase(t, Options{})
	for question, thing := range map[string]string{
		"备案收不收手续费":            "手续费",
		"申请容错要交押金吗？":          "押金",
		"材料要不要盖骑缝章？":          "骑缝章",
		"自评表要按手印吗":            "手印",
		"专题会议一般在星期几开？":        "星期几",
		"备案可以在微信小程序上提交吗？":     "微信小程序",
		"材料能不能快递过去":           "快递",
		"备案申请表模板在哪下载":         "模板",
		"申请书用什么字体字号":          "字体",
		"容错要几个人签字？":           "签字",
		"申请表一式几份":             "一式几份",
		"容错以后公积金还照发吗":         "公积金",
		"党费要补交吗":              "党费",
		"全县去年容错了多少人？":         "多少人",
		"中央纪委关于容错的最新文件叫什么":    "中央",
		"申请容错需要什么学历？":         "学历",
		"县委巡察组一般待多久？":         "巡察组",
		"专题会议有茶歇吗？":           "茶歇",
		"容错结论会登报吗":            "登报",
		"申请材料可以用英文写吗":         "英文写",
		"我们单位三月份报的事，要不要盖骑缝章？": "骑缝章",
	} {
		a := ask(t, b, Question{Text: question})
		if a.Status != NotFound || !strings.Contains(a.Hint, "“"+thing+"”") || len(a.Nearest) == 0 {
			t.Errorf("%s: %s, %s", question, a.Status, a.Hint)
		}
	}
}

// The same words in a question that asks for something else, or where a text
// holds the detail, change nothing.
func TestADetailThatIsOnlyMentionedIsNotWhatIsAskedFor(t *testing.T) {
	b := sampleBase(t, Options{})
	for _, question := range []string{
		"我办的这个容错材料能不能发到科室微信群里让大家看看？",
		"备案申请表盖了公章，报上去以后发现方案有毛病，还能拿回来改吗？",
		"他评由哪些人参加，最少几个人？",
		"备案回执编号的格式是什么？登记要几天？",
		"开会时录音算不算反对的证据？",
		"第五种具体要满足什么？",
		"备案事项办结报告什么时候交？",
		"那要是没有会议记录呢",
		"没有会议记录呢？",
	} {
		if a := ask(t, b, Question{Text: question}); a.Status != Answered {
			t.Errorf("%s: %s, %s", question, a.Status, a.Hint)
		}
	}
}

// Written questions of which each has an answer, held against it: how often one
// is taken to ask for what the article does not hold.
func TestFewAnsweredQuestionsAreTakenToAskForMore(t *testing.T) {
	guards, err := readSafeguards(builtinSafeguards)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	article := map[string]string{}
	eachLine(t, "embedding/training/articles.jsonl", func(l struct{ ID, Title, Text, Article, Question string }) {
		article[l.ID] = l.Title + l.Text
		texts = append(texts, l.Title+l.Text)
	})
	g := &generation{body: newField(len(texts), func(i int) string { return texts[i] }, 1.2, .8)}
	asked, lacking, unheard := 0, 0, 0
	for _, file := range []string{"questions", "everyday"} {
		eachLine(t, "embedding/training/"+file+".jsonl", func(l struct{ ID, Title, Text, Article, Question string }) {
			asked++
			if _, lacks := guards.lacks(l.Question, article[l.Article]); lacks {
				lacking++
			}
			if g.unheardOf(l.Question) != "" {
				unheard++
			}
		})
	}
	t.Logf("%d questions: %d lack a detail, %d a thing", asked, lacking, unheard)
	if asked < 5000 || lacking > asked/100 || unheard > asked/500 {
		t.Errorf("%d questions: %d are taken to lack a detail, %d a thing", asked, lacking, unheard)
	}
}

func eachLine(t *testing.T, path string, f func(struct{ ID, Title, Text, Article, Question string })) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l struct{ ID, Title, Text, Article, Question string }
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		f(l)
	}
}

// What a near entry says is shown with the question it answers.
func TestANearEntryIsShownWithItsOwnQuestion(t *testing.T) {
	b := sampleBase(t, Options{})
	a := ask(t, b, Question{Text: "一年最多能被函询几次？"})
	if want := "相近的问答：一年会被函询几次？——对同一名干部原则上一年不超过两次"; !strings.HasPrefix(a.Hint, want) {
		t.Errorf("%s", a.Hint)
	}
}
