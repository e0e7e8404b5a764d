package typed

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
)

// surnameList are the usual Chinese surnames, those of two characters first.
//
//go:embed surnames.txt
var surnameList string

var (
	surnames = `(?:` + strings.Join(strings.Fields(surnameList), "|") + `)`

	// What stands before a name: who it is. What follows ends the name, so that
	// 负责人高度重视 holds none.
	namedBefore = regexp.MustCompile(`(?:邻居|居民|村民|住户|业主|户主|职工|患者|学生|家长|代表|负责人|经办人|承办人|联系人|举报人|当事人|申请人|法定代表人|姓名|名叫|叫做)[：:是为]?(` +
		surnames + `\p{Han}{1,2}?)(?:[，。；、：（）()\s]|$|同志|先生|女士|老师|医生|反映|表示|赞成|反对|认为|提出|希望|等|的|和|与|及|在|于|是|有|说|称)`)
	// What stands behind one: said of persons alone, or of offices too. All are long
	// enough to make a chance meeting rare.
	namedAfter = regexp.MustCompile(`(` + surnames + `\p{Han}{1,2}?)(?:(同志|先生|女士|老师|医生|本人|（男|（女|（未成年)|主任|书记|局长|副局长|镇长|乡长|村长|科长|股长|主席|经理|律师|等人|反映|表示|举报|赞成|反对|签字|负责|联系)`)
	atSurname  = regexp.MustCompile(`^` + surnames)
	atOffice   = regexp.MustCompile(`^\p{Han}[科局股室部委办处院所站队组会]$`) // in 工程科科长, 工程办负责

	// Words that begin with a surname and stand where names do.
	notNames = []string{"周边", "周期", "周围", "张贴", "陈述", "陈旧", "林地", "林业", "林场", "罗列", "董事", "曾经", "黄河", "黄线", "孔洞", "王者", "杨树", "唐突", "叶片", "丁字",
		"单位", "施工", "纪委", "纪检", "卫生", "卫健", "司法", "司机", "宗教", "金融", "金额", "房屋", "房管", "房主", "游客", "顾客", "顾问", "申请", "申报", "程序", "符合", "许可", "许多",
		"郑重", "高度", "高级", "杜绝", "付款", "费用", "余款", "余下", "章程", "季度", "毕业", "景区", "边界", "温度", "康复", "庄稼", "苗木", "何时", "何人"}
)

// PersonNames finds what looks like names of persons in running text, each once,
// in their order by what stands before and then by what stands behind: a surname
// with one or two characters where a person is named (村民张建国, 张建国同志,
// 李小花反映). It is a guess, good for a hint and for a redacted copy that a person
// reads once more, never a reason to refuse: names without such a neighbour are
// missed, and 某某 is no name.
func PersonNames(text string) []string {
	var out []string
	add := func(name string) {
		if !strings.Contains(name, "某") && !slices.Contains(out, name) && !slices.ContainsFunc(notNames, func(w string) bool { return strings.HasPrefix(name, w) }) {
			out = append(out, name)
		}
	}
	for _, m := range namedBefore.FindAllStringSubmatch(text, -1) {
		add(m[1])
	}
	for _, m := range namedAfter.FindAllStringSubmatch(text, -1) {
		if ofPerson := m[2] != ""; ofPerson || !atOffice.MatchString(m[1]) {
			add(m[1])
		}
	}
	return out
}

// Surname is that of a person's name, its first character if it is none of the
// usual ones.
func Surname(name string) string {
	if s := atSurname.FindString(name); s != "" || name == "" {
		return s
	}
	return string([]rune(name)[:1])
}
