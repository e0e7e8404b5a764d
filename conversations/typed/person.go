package typed

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// PersonNames finds what looks like names of persons in running text, each once,
// in their order: a surname with one or two characters where a person is named
// (村民张建国, 张建国同志, 李小花反映). It is a guess for a hint, never a reason to
// refuse: names without such a neighbour are missed, and 某某 is no name.
func PersonNames(text string) []string {
	var out []string
	add := func(name string) {
		if !strings.Contains(name, "某") && !slices.Contains(out, name) && !slices.ContainsFunc(notNames, func(w string) bool { return strings.HasPrefix(name, w) }) {
			out = append(out, name)
		}
	}
	for _, m := range namedBefore.FindAllStringSubmatch(text, -1) {
		if name := cutName(m[1]); name != "" {
			add(name)
		}
	}
	for _, m := range namedAfter.FindAllStringSubmatch(text, -1) {
		add(m[1])
	}
	return out
}

const surnames = `(?:欧阳|司马|诸葛|上官|夏侯|[王李张刘陈杨赵黄周吴徐孙胡朱林郭罗梁宋郑谢韩唐冯董萧曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶潘杜戴钟汪姜姚谭廖邹熊郝孔崔邱秦侯邵孟尹黎贺龚])`

var (
	// what stands before a name: who it is, or what is done with him
	namedBefore = regexp.MustCompile(`(?:邻居|居民|村民|住户|业主|户主|职工|患者|学生|家长|负责人|经办人|联系人|举报人|当事人|申请人|法人代表|法定代表人|名叫|叫做)(?:是|为|：|:)?(` + surnames + `\p{Han}{1,3})`)
	// what stands behind one
	namedAfter = regexp.MustCompile(`(` + surnames + `\p{Han}{1,2})(?:同志|先生|女士|老师|医生|主任|书记|局长|镇长|乡长|村长|科长|经理|反映|表示|举报|赞成|反对|（男|（女|（未成年)`)

	// words that begin like a name
	notNames = []string{"周边", "周期", "周围", "张贴", "陈述", "陈旧", "林地", "林业", "林场", "罗列", "董事", "曾经", "黄河", "黄线", "孔洞", "王者", "杨树", "唐突", "叶片", "丁字"}

	nameEnds = `同志先生女士老师医生反映表示赞成反对认为提出希望等的和与及在于是有说称，。、；：（）()`
)

// cutName ends a name that was taken with what follows it.
func cutName(s string) string {
	rest := s
	for i, r := range s {
		if i > 0 && strings.ContainsRune(nameEnds, r) {
			rest = s[:i]
			break
		}
	}
	if n := utf8.RuneCountInString(rest); n < 2 {
		return ""
	} else if n > 3 {
		rest = string([]rune(rest)[:3])
	}
	return rest
}
