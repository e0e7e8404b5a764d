package knowledge

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// secrecyMarks composes 216 heads of documents as their authors mark and as
// people type them: class, sign, period, place and disguise.
func secrecyMarks() (out []string) {
	for _, class := range []string{"绝密", "机密", "秘密", "絕密", "機密", "祕密"} {
		for _, sign := range []string{"%s★%s", "%s☆ %s", "密级：%s %s", "【%s】%s", "%s*%s", "[%s]%s"} {
			for i, period := range []string{"5年", "长期", ""} {
				for _, text := range []string{"关于某项工作的通知", "　示例办发〔2026〕1号"} {
					head := fmt.Sprintf(sign, class, period) + text
					switch i {
					case 1:
						head = strings.Join(strings.Split(head, ""), "\u200b")
					case 2:
						head = "转发一份文件，请看怎么办：" + head
					}
					out = append(out, head)
				}
			}
		}
	}
	return out
}

// mentions composes questions that speak about secrecy and hold none, from
// everyday sentences and the questions of the training set that mention it.
func mentions(t *testing.T) (out []string) {
	t.Helper()
	about := []string{"绝密", "机密", "秘密", "机密级", "秘密级", "涉密", "国家秘密", "工作秘密", "商业秘密", "绝密级", "保密", "泄密"}
	ask := []string{
		"%s文件丢了怎么处理？", "误把%s材料发到微信群，算不算失误？", "%s事项的备案怎么办？", "谁来确定%s的期限？", "因为%s原因没有公示，能容错吗？", "%s和内部资料有什么区别？",
		"下属泄露了%s，领导要负责吗？", "集体讨论%s事项时投了反对票，还追责吗？", "%s文件能不能带回家？", "%s载体销毁要谁批准？", "不知道是%s就转发了，会处分吗？",
		"把%s标成公开怎么办？", "%s期限到了以后怎么解除？", "举报人的信息算%s吗？", "为了%s没有留会议记录，可以容错吗？", "审计要看%s资料给不给？",
		"%s 文件的管理规定在哪里？", "请问，%s要保多少年？", "我们单位没有%s的人，也要培训吗？", "“%s”两个字写错了位置怎么办？", "（%s）这种写法对吗？", "密级是%s的文件谁能看？", "怎么申请%s的复制？",
		"%s工作做得不好会被问责吗？", "丢了一份%s，当天就报告了，还追究吗？", "领导要我在%s文件上补签，怎么办？", "%s会议的纪要怎么报备？",
	}
	for _, a := range ask {
		for _, w := range about {
			out = append(out, fmt.Sprintf(a, w))
			out = append(out, "我是新来的，"+fmt.Sprintf(a, w))
			out = append(out, fmt.Sprintf(a, w)+"有没有期限？")
		}
	}
	file, err := os.Open("embedding/training/questions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var row struct{ Question string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(row.Question, "密") {
			out = append(out, row.Question)
		}
	}
	return out
}

// Threat T12: marked text is found, 99 in 100 at least; who only mentions secrecy
// is answered, but for one in 100 at most.
func TestMarkedTextIsFoundAndMentionsAreAnswered(t *testing.T) {
	secret := func(s string) bool {
		found := Screen(Normalize(s))
		return len(found) > 0 && found[0].Kind == FoundSecret
	}
	marks, missed := secrecyMarks(), 0
	for _, m := range marks {
		if !secret(m) {
			missed++
			t.Logf("missed: %s", m)
		}
	}
	honest, alarms := mentions(t), 0
	for _, q := range honest {
		if secret(q) {
			alarms++
			t.Logf("a false alarm: %s", q)
		}
	}
	t.Logf("%d of %d marks missed, %d of %d mentions taken for marks", missed, len(marks), alarms, len(honest))
	if len(marks) < 200 || missed*100 > len(marks) {
		t.Errorf("%d of %d marks missed", missed, len(marks))
	}
	if len(honest) < 1000 || alarms*100 > len(honest) {
		t.Errorf("%d of %d mentions taken for marks", alarms, len(honest))
	}
}
