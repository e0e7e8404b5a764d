package bot_test

import (
	"bytes"
	"fmt"
	"image/png"
	"strconv"
	"strings"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// journalOf opens the journal of a town.
func journalOf(t *testing.T, town *town) *knowledge.Journal {
	t.Helper()
	j, err := town.base.Journal()
	must(t, err)
	return j
}

// missed puts a question into the journal that was not answered.
func missed(t *testing.T, town *town, key, question string) {
	t.Helper()
	must(t, journalOf(t, town).Record(t.Context(), knowledge.Asked{
		Key: key, Asker: "1", At: time.Now(), Answer: knowledge.Answer{Status: knowledge.NotFound, Question: question}}))
}

const parkedQuestion = "开完会才补上的反对意见认不认"

func TestAnUnansweredQuestionIsAttachedToAnArticle(t *testing.T) {
	town := newTown(t)
	missed(t, town, "k1", parkedQuestion)
	missed(t, town, "k2", "会后补的反对意见认不认")
	town.As("普通干部").Say("/unanswered")
	town.As("普通干部").AwaitText("没有这个命令")
	admin := town.As("管理员")
	admin.Say("/unanswered")
	list := admin.AwaitText("2 个，分 1 组")
	admin.Press(list, buttonWith(t, list, "（2）"))
	open := admin.AwaitText("2 个问题")
	admin.Press(open, "补充问法：其他条文")
	admin.AwaitText("请写出条文")
	admin.Say("第九百条")
	admin.AwaitText("没有找到这一条")
	admin.Say("实施办法第十二条")
	which := admin.Await("the result, or which of several", func(m localtelegramtest.Message) bool {
		return strings.Contains(m.Text, "已补充到") || strings.Contains(m.Text, "请选一条")
	})
	if strings.Contains(which.Text, "请选一条") {
		admin.Press(which, buttonWith(t, which, "第十二条"))
		which = admin.AwaitText("已补充到")
	}
	if !strings.Contains(which.Text, "✓ "+parkedQuestion) && !strings.Contains(which.Text, "✓ 会后") {
		t.Errorf("not found after it was attached:\n%s", which.Text)
	}
	admin.Say("/unanswered")
	admin.AwaitText("目前没有没答好的问题")
	admin.Press(open, "忽略") // a button of what is done
	admin.AwaitText("已经处理过了")
}

func TestANewEntryIsWrittenPreviewedAndPublished(t *testing.T) {
	t.Parallel()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	dir := t.TempDir()
	town := found(t, telegram, dir, 0)
	missed(t, town, "k1", "容错申请可以委托律师代办吗？")
	admin := town.As("管理员")
	admin.Say("/unanswered 1")
	open := admin.AwaitText("1 个问题")
	admin.Press(open, "新建问答")
	admin.AwaitText("请写出答案")
	admin.Say("我的身份证号是11010519491231002X")
	admin.AwaitText("没有收下")
	town.stop() // nothing of what was written is lost
	town = found(t, telegram, dir, 0)
	admin = town.As("管理员")
	admin.Say("可以委托律师代为提交材料，但本人要到场接受核实。\n## 问9：混进来的问题？")
	admin.AwaitText("依据哪一条")
	admin.Say("《示例县容错纠错实施办法》第二十二条")
	preview := admin.AwaitText("将发布的问答")
	if !strings.Contains(preview.Text, "本人要到场接受核实") || !strings.Contains(preview.Text, "第二十二条") {
		t.Errorf("preview:\n%s", preview.Text)
	}
	if _, ok := town.base.Document("补充问答.md"); ok {
		t.Fatal("published before it was confirmed")
	}
	admin.Press(preview, "发布")
	result := admin.AwaitText("已补充到")
	if !strings.Contains(result.Text, "重新提问") {
		t.Errorf("result:\n%s", result.Text)
	}
	official := town.As("普通干部")
	official.Say("容错申请可以委托律师代办吗？")
	official.AwaitText("本人要到场接受核实")
	if d, _ := town.base.Document("补充问答.md"); len(d.Passages) != 1 {
		t.Errorf("%d entries", len(d.Passages))
	}
}

// TestTwoEntriesProposedAtOnceAreBothKept: each is put into the file as that is
// when the second administrator agrees.
func TestTwoEntriesProposedAtOnceAreBothKept(t *testing.T) {
	t.Parallel()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	town := found(t, telegram, t.TempDir(), 0, func(c *bot.Config) { c.TwoKeepers = true })
	admin, second := town.As("管理员"), town.As("监督室登记员")
	code, err := town.book.Invite(t.Context(), idOf("admin"), records.Keeper, "")
	must(t, err)
	second.Say("/start i-" + code)
	second.AwaitText("知识库管理员")
	var asked []localtelegramtest.Message
	for i, question := range []string{"《停车管理办法》里车位怎么分？", "《食堂管理办法》第三条说的饭卡怎么补办？"} {
		missed(t, town, fmt.Sprint("k", i), question)
		admin.Say("没答好的问题")
		list := admin.AwaitText("分 ")
		admin.Press(list, buttonWith(t, list, question[:len("《停车")]))
		admin.Press(admin.AwaitText("1 个问题"), "新建问答")
		admin.AwaitText("请写出答案")
		admin.Say([]string{"车位请问机关事务部门。", "饭卡请问食堂窗口。"}[i])
		admin.AwaitText("依据哪一条")
		admin.Say("《示例县容错纠错实施办法》第三条")
		admin.Press(admin.AwaitText("将发布的问答"), "发布")
		admin.AwaitText("一位同意后发布")
		asked = append(asked, second.AwaitText("将发布的问答"))
	}
	for i, m := range asked {
		second.Press(m, "同意发布")
		second.AwaitText("索引已更新")
		if d, _ := town.base.Document("补充问答.md"); len(d.Passages) != i+1 {
			t.Errorf("%d entries after %d were agreed to", len(d.Passages), i+1)
		}
	}
	if !strings.Contains(asked[1].Text, "饭卡") || strings.Contains(asked[1].Text, "车位") {
		t.Errorf("asked to agree to something else:\n%s", asked[1].Text)
	}
}

func TestASecondAdministratorAgreesToAnEntry(t *testing.T) {
	t.Parallel()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	town := found(t, telegram, t.TempDir(), 0, func(c *bot.Config) { c.TwoKeepers = true })
	admin, second := town.As("管理员"), town.As("监督室登记员")
	code, err := town.book.Invite(t.Context(), idOf("admin"), records.Keeper, "")
	must(t, err)
	second.Say("/start i-" + code)
	second.AwaitText("知识库管理员")
	missed(t, town, "k1", "《停车管理办法》里车位怎么分？")
	admin.Say("/unanswered 1")
	admin.Press(admin.AwaitText("1 个问题"), "新建问答")
	admin.AwaitText("请写出答案")
	admin.Say("车位的分配不在容错纠错规定的范围，请问机关事务部门。")
	admin.AwaitText("依据哪一条")
	admin.Say("《示例县容错纠错实施办法》第三条")
	admin.Press(admin.AwaitText("将发布的问答"), "发布")
	admin.AwaitText("一位同意后发布")
	if _, ok := town.base.Document("补充问答.md"); ok {
		t.Fatal("published by one")
	}
	second.Press(second.AwaitText("请您复核"), "同意发布")
	second.AwaitText("索引已更新")
	if d, _ := town.base.Document("补充问答.md"); len(d.Passages) == 0 {
		t.Error("not published by two")
	}
}

func TestWhatWasMendedElsewhereIsTickedOff(t *testing.T) {
	town := newTown(t)
	missed(t, town, "k1", opposed) // answered well by now
	admin := town.As("管理员")
	admin.Say("/unanswered 1")
	open := admin.AwaitText("现在再问第一个问题，已经会依据")
	admin.Press(open, "已经能回答，标为解决")
	admin.AwaitText("1 个问题已标为解决")
	admin.Say("/unanswered")
	admin.AwaitText("目前没有没答好的问题")
}

func TestAGroupIsAttachedInWords(t *testing.T) {
	town := newTown(t)
	missed(t, town, "k1", parkedQuestion)
	admin := town.As("管理员")
	admin.Say("/unanswered 7")
	admin.AwaitText("只有 1 组问题")
	admin.Say("/unanswered 1 《示例县容错纠错实施办法》第十四条")
	done := admin.AwaitText("✓ " + parkedQuestion)
	admin.Press(done, "撤销")
	admin.AwaitText("1 个问题")
	admin.Say("/audit")
	if audit := admin.AwaitText("处理没答好的问题"); !strings.Contains(audit.Text, "撤销处理，重新打开没答好的问题 1 个") {
		t.Errorf("the audit lacks that it was undone:\n%s", audit.Text)
	}
}

func TestIgnoringIsUndone(t *testing.T) {
	town := newTown(t)
	missed(t, town, "k1", parkedQuestion)
	admin := town.As("管理员")
	admin.Say("没答好的问题")
	list := admin.AwaitText("1 个，分 1 组")
	admin.Press(list, buttonWith(t, list, "（1）"))
	admin.Press(admin.AwaitText("1 个问题"), "忽略")
	admin.Press(admin.AwaitText("为什么忽略"), "不属于本库范围")
	ignored := admin.AwaitText("已忽略 1 个问题")
	admin.Say("/unanswered")
	admin.AwaitText("目前没有没答好的问题")
	admin.Press(ignored, "撤销")
	admin.AwaitText("1 个问题")
}

func TestStatisticsAreAPicture(t *testing.T) {
	town := newTown(t)
	admin := town.As("管理员")
	admin.Say("/stats")
	admin.AwaitText("最近 7 天没有提问")
	for i := range 40 {
		status := []knowledge.Status{knowledge.Answered, knowledge.Answered, knowledge.NotFound, knowledge.Refused}[i%4]
		must(t, journalOf(t, town).Record(t.Context(), knowledge.Asked{Key: fmt.Sprint(i), Asker: "1",
			At: time.Now().AddDate(0, 0, -i%6), Answer: knowledge.Answer{Status: status, Question: "问"}}))
	}
	admin.Say("统计")
	picture := admin.AwaitText("提问 40 次")
	for _, want := range []string{"已回答 20", "没有找到 10", "不予办理 10"} {
		if !strings.Contains(picture.Text, want) {
			t.Errorf("lacks %s:\n%s", want, picture.Text)
		}
	}
	drawn, err := png.Decode(bytes.NewReader(admin.Download(picture)))
	must(t, err)
	if size := drawn.Bounds().Size(); size.X != 900 || size.Y != 420 {
		t.Errorf("the picture is %v", size)
	}
	admin.Press(picture, "30 天")
	admin.AwaitText("最近 30 天")
}

func TestAQuestionIsTriedWithoutPublishing(t *testing.T) {
	town := newTown(t)
	admin := town.As("管理员")
	admin.Say("/try")
	admin.AwaitText("写在命令后面")
	admin.Say("/try 集体开会我投了反对票，后来决策错了，还要追究我吗？")
	if tried := admin.AwaitText("现在的知识库"); !strings.Contains(tried.Text, "● ") || !strings.Contains(tried.Text, "第十二条") {
		t.Errorf("tried:\n%s", tried.Text)
	}
	admin.Send("清单.md", []byte(newRule), "")
	admin.AwaitText("试点事项清单管理办法")
	admin.Say("/try 试点事项清单多久调整一次？")
	if now := admin.AwaitText("现在的知识库"); strings.Contains(now.Text, "清单管理办法》第一条") {
		t.Error("the published index knows an unpublished document")
	}
	if then := admin.AwaitText("如果发布《示例县试点事项清单管理办法》"); !strings.Contains(then.Text, "● 《示例县试点事项清单管理办法》第一条") {
		t.Errorf("tried:\n%s", then.Text)
	}
	if _, ok := town.base.Document("清单.md"); ok {
		t.Error("a try published the document")
	}
}

func TestThoseWhoWereAnsweredFromAWithdrawnTextAreTold(t *testing.T) {
	town := newTown(t)
	admin, official := town.As("管理员"), town.As("普通干部")
	admin.Say("/told")
	admin.AwaitText("都仍然有效")
	const question = "诬告我的人会受到什么处理？"
	a, err := town.base.Ask(t.Context(), knowledge.Question{Text: question}, nil)
	must(t, err)
	title := a.Basis[0].Title
	must(t, journalOf(t, town).Record(t.Context(), knowledge.Asked{
		Key: "k1", Asker: strconv.FormatInt(idOf("official"), 10), At: time.Now(), Answer: a}))
	_, err = town.base.Change(t.Context(), func(func(documents.Entry) bool) {}, []string{a.Basis[0].Doc}, nil)
	must(t, err)
	admin.Say("/told")
	list := admin.AwaitText("1 次回答，1 人，其中 1 人还没有告知")
	if strings.Contains(list.Text, question) || strings.Contains(list.Text, strconv.FormatInt(idOf("official"), 10)) {
		t.Errorf("the list names a person or a question:\n%s", list.Text)
	}
	button := buttonWith(t, list, "1 人")
	admin.Press(list, button)
	admin.AwaitText("已向 1 人发出告知")
	if notice := official.AwaitText("请不要再作为依据"); !strings.Contains(notice.Text, title) || !strings.Contains(notice.Text, "已停用") {
		t.Errorf("notice:\n%s", notice.Text)
	}
	admin.Say("/told")
	admin.AwaitText("其中 0 人还没有告知")
}
