package bot_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

func TestAVoteOpensAQuestionAndDeletingClosesIt(t *testing.T) {
	town := newTown(t)
	official, admin := town.As("普通干部"), town.As("管理员")
	official.Say(opposed)
	answer := official.AwaitText("依据截至")
	official.Press(answer, "👎 不对")
	official.Press(official.AwaitText("哪里不对"), "条文不对")
	official.AwaitText("已记下")
	official.Say("《停车管理办法》第三条怎么规定？")
	official.AwaitText("下一步")
	admin.Say("/unanswered")
	list := admin.AwaitText("2 个，分 2 组")
	if !strings.Contains(list.Text, "👎 条文不对") || !strings.Contains(list.Text, "没有找到") {
		t.Errorf("list:\n%s", list.Text)
	}
	admin.Say("/stats")
	if s := admin.AwaitText("提问 2 次"); !strings.Contains(s.Text, "👎 1") {
		t.Errorf("counted:\n%s", s.Text)
	}
	official.Press(answer, "👍 有用")
	official.AwaitText("已记下")
	admin.Say("/unanswered")
	admin.AwaitText("1 个，分 1 组")
	official.Say("/delete_me")
	official.Press(official.AwaitText("不能恢复"), "确认删除")
	official.AwaitText("已删除")
	admin.Say("/unanswered")
	admin.AwaitText("目前没有没答好的问题")
	admin.Say("/stats")
	admin.AwaitText("提问 2 次")
}

func TestAnAnswerIsExplained(t *testing.T) {
	admin := newTown(t).As("管理员")
	admin.Say("/why")
	admin.AwaitText("还没有可以说明的回答")
	admin.Say(opposed)
	admin.AwaitText("依据截至")
	admin.Say("为什么这样答")
	why := admin.AwaitText("为什么这样答")
	for _, want := range []string{"查条文 → 已回答", "只按词检索", "检索 ", "毫秒", "● 《示例县容错纠错实施办法（示例）》第十二条"} {
		if !strings.Contains(why.Text, want) {
			t.Errorf("lacks %s:\n%s", want, why.Text)
		}
	}
	if !strings.Contains(why.HTML, "<blockquote expandable>") {
		t.Error("what was found does not fold")
	}
}

// The words of a question that was answered are in no table but the chat's own
// state, which ends after a day; those that must not be typed are in none.
func TestTheWordsOfAnAnsweredQuestionStayInTheChat(t *testing.T) {
	t.Parallel()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	dir := t.TempDir()
	town := found(t, telegram, dir, 0)
	official := town.As("普通干部")
	official.Say(opposed + "金丝雀一")
	official.AwaitText("依据截至")
	official.Say("我的身份证号是11010519491231002X，金丝雀二")
	official.AwaitText("请不要发送身份证号")
	s, err := journalOf(t, town).Stats(t.Context(), time.Now().In(time.FixedZone("", 8*60*60)), 2)
	must(t, err)
	if n := s.Days[0].Asked() + s.Days[1].Asked(); n != 2 {
		t.Errorf("%d questions counted", n)
	}
	town.stop()
	db, err := sql.Open("sqlite", delivery.SQLiteDSN(filepath.Join(dir, "rongcuo.db")))
	must(t, err)
	defer db.Close()
	tables, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table'`)
	must(t, err)
	var names []string
	for tables.Next() {
		var name string
		must(t, tables.Scan(&name))
		names = append(names, name)
	}
	must(t, tables.Close())
	for _, table := range names {
		kept := everything(t, db, table)
		for _, words := range []string{"金丝雀一", "金丝雀二", "11010519491231002X"} {
			if strings.Contains(kept, words) && !(table == "delivery_session" && words == "金丝雀一") {
				t.Errorf("%s is in %s", words, table)
			}
		}
	}
}

// everything gives all values of a table as text.
func everything(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	rows, err := db.Query(`SELECT * FROM ` + table)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	var out strings.Builder
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(sql.RawBytes)
		}
		must(t, rows.Scan(row...))
		for _, v := range row {
			out.Write(*v.(*sql.RawBytes))
			out.WriteByte(' ')
		}
	}
	must(t, rows.Err())
	return out.String()
}
