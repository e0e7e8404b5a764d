package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rongcuo/conversations"
	"rongcuo/conversations/paper"
	"rongcuo/conversations/records"
)

// sampleAnswers are what the demo's handler has typed into the filing that waits
// for the deciding body, in the order of the questions; a line that begins with
// "+" is an attachment. PERIOD stands for days that lie ahead.
const sampleAnswers = `否
否
否
否
否
否
否
否
是
主要是外部原因
是
否
示例县住房保障中心党支部
下属事业单位
否
王某
综合科科长
0000-1234567
李某，主任
无产权档案老楼加装电梯先行施工
民生保障
示例小区三号楼建成二十余年，产权档案在机构合并时遗失，二十四户居民多为老人，上下楼和就医不便，两年来多次要求加装电梯，因为无法确认产权人而没有办成。
86
45
财政
PERIOD
按规定应当先核实全部产权人，经专有部分占比三分之二以上的业主参与表决并依法公示，再报规划审批后施工。
产权档案缺失，十一户继承关系没有登记，逐户公证预计还要两年以上，常规做法短期内走不通。
先由社区核实实际居住人，全体书面同意并公示三十日无异议后先行施工，同步补办产权核实，遇有异议立即停工协商。
在产权核实完成之前先行施工，其余审批、招标、质量安全和资金管理一律按规定办理，不作任何变通。
跳过
《示例县攻坚克难若干意见》第五条
已请示未答复
上月书面请示县住建局，要求明确产权档案缺失时的办理办法，至今没有正式答复，口头意见是可以研究。
5
问题形成于二十年前的机构合并，不是现任人员造成；方案经过集体研究和居民表决，措施是为了解决群众急难。
未知产权人在施工中提出异议
继承人多，登记信息缺失
公示三十日，设立专人接待，异议成立即停工
社区主任
都填好了
收到书面异议且三日内协商不成的，立即停工并恢复通行；资金超出概算百分之十的，停止实施并重新研究。
否
中
社区两次召开居民会议，二十四户书面同意；征求了县住建局、司法局意见，司法局建议公示期不少于三十日，已经采纳。
昨天
7/7
7/0/0
否
县级主管部门党委（党组）
县住建局党组
否
跳过
+会议纪要
+工作方案
+风险评估与防控预案
附件传完了
我承诺
我承诺
我承诺
我承诺`

// fileSample hands a filing in for the demo's unit, so that the deciding body
// finds something waiting. It goes the way of a person's words; a procedure that
// asks otherwise has none.
func (w *works) fileSample(ctx context.Context, library *conversations.Library, handler, head int64) error {
	mine, err := w.desk.Mine(ctx, head, records.Filter{Limit: 1})
	if err != nil || len(mine) > 0 {
		return err
	}
	now := time.Now()
	p := library.Latest("risk-filing")
	d := conversations.NewDialog(p, "sample", strconv.FormatInt(handler, 10), now)
	step := func(e conversations.Event) {
		if next, _, ok := library.Step(d, e, now); ok {
			d = next
		}
	}
	step(conversations.Event{Kind: conversations.EventStart})
	for line := range strings.SplitSeq(sampleAnswers, "\n") {
		if title, attached := strings.CutPrefix(line, "+"); attached {
			file, err := w.samplePaper(title)
			if err != nil {
				return err
			}
			step(conversations.Event{Kind: conversations.EventFiles, Files: []conversations.File{file}})
			continue
		}
		if line == "PERIOD" {
			line = now.AddDate(0, 1, 0).Format(time.DateOnly) + " 至 " + now.AddDate(0, 6, 0).Format(time.DateOnly)
		}
		step(conversations.Event{Kind: conversations.EventText, Text: line})
	}
	step(conversations.Event{Kind: conversations.EventText, Text: p.Review.Phrase, Roles: []string{p.Review.Confirm}})
	content, err := p.Content(d)
	if err != nil {
		return fmt.Errorf("the sample filing: %w", err)
	}
	_, err = w.desk.Submit(ctx, records.Submission{Key: "sample", Person: head, Handler: handler, Content: content})
	return err
}

func (w *works) samplePaper(title string) (conversations.File, error) {
	var out bytes.Buffer
	if _, err := paper.PDF(&out, paper.Paper{Title: title + "（示例）"}); err != nil {
		return conversations.File{}, err
	}
	hash, size, err := w.files.Put(&out)
	return conversations.File{ID: hash, Name: title + ".pdf", Size: size, Type: "pdf", Hash: hash}, err
}
