package bot_test

import (
	"strings"
	"testing"

	"rongcuo/bot/localtelegram/localtelegramtest"
)

// lastWords says words and gives what the bot shows for them.
func lastWords(t *testing.T, tn *town, p *localtelegramtest.Person, words string) string {
	t.Helper()
	_, _, last := shownSince(p, 0)
	p.Say(words)
	p.Await("an answer to "+words, func(m localtelegramtest.Message) bool { return m.ID > last })
	tn.settled(t)
	text, _, _ := shownSince(p, last)
	return text
}

// Every keyboard also has a way in words: what stands on a button can be typed.
func TestEveryButtonCanBeTyped(t *testing.T) {
	tn := newTown(t)
	official, admin := tn.As("普通干部"), tn.As("管理员")
	for _, step := range []struct{ say, want string }{
		{opposed, "依据截至"},
		{"实施办法第十四条", "第十四条　主张情形八的"},
		{"下一条", "第十五条　主张情形九的"},
		{"所在文件。", "要看其中一条"},
		{"👎", "哪里不对"},
		{"没答到点上", "已记下"},
		{"有用！", "谢谢，已记下"},
		{"案例", "有几项符合，请写完整一些：案例：集体决策中明确反对者…、案例：事后补写反对意见被拒…"},
		{"案例：事后补写反对意见被拒", "基本案情"},
		{"转人工", "案件审理室"},
		{"用这个情况起草备案", "就这个情况准备风险备案"},
		{"返回", ""}, // the form's own word
		{"取消填写", "确定"},
		{"取消填写", ""},
	} {
		if said := lastWords(t, tn, official, step.say); !strings.Contains(said, step.want) || strings.Contains(said, "没有找到") {
			t.Errorf("%s: lacks %q:\n%s", step.say, step.want, said)
		}
	}
	admin.Send("清单.md", []byte(newRule), "")
	admin.AwaitText("共 2 条")
	for _, step := range []struct{ say, want string }{
		{"改信息", "文件信息"},
		{"改标题", "请写新的标题"},
		{"取消", "示例县试点事项清单管理办法"}, // back to the preview, and not a title
		{"返回", "现在没有可以“返回”的内容"},
	} {
		if said := lastWords(t, tn, admin, step.say); !strings.Contains(said, step.want) {
			t.Errorf("%s: lacks %q:\n%s", step.say, step.want, said)
		}
	}
	admin.Send("清单.md", []byte(newRule), "")
	admin.AwaitText("共 2 条")
	admin.Say("发布")
	admin.AwaitText("索引已更新")
	official.Say("试点事项清单多久调整一次？")
	official.AwaitText("每半年调整一次")
}

// With nothing open such a word says so; a question is a question, whatever
// stands on a button.
func TestAWordOfAButtonThatIsNotThereIsNoQuestion(t *testing.T) {
	tn := newTown(t)
	official := tn.As("普通干部")
	for _, word := range []string{"取消", "返回。", "发布", "看旧版", "👎", "停止施行"} {
		if said := lastWords(t, tn, official, word); !strings.Contains(said, "现在没有可以") {
			t.Errorf("%s: %s", word, said)
		}
	}
	lastWords(t, tn, official, "哪些情形不予容错？")
	if said := lastWords(t, tn, official, "转人工？"); strings.Contains(said, "当面或者电话咨询。请不要在这里发送") {
		t.Errorf("a question pressed a button: %s", said)
	}
}
