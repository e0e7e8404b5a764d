package embedding

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rongcuo/knowledge/embedding/weights"
)

var writeTexts = flag.String("texts", "", "write the texts for testdata/reference.py to this `file`")

const manyTexts = 10_000

func shippedModel(t testing.TB) *Model {
	t.Helper()
	m := Open()
	if err := m.ready(); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTokens(t *testing.T) {
	m := shippedModel(t)
	for _, test := range []struct{ text, want string }{
		{"", "[CLS] [SEP]"},
		{" \t\n　", "[CLS] [SEP]"},
		{"容错纠错", "[CLS] 容 错 纠 错 [SEP]"},
		{"a人b", "[CLS] a 人 b [SEP]"},
		{"2024年", "[CLS] 202 ##4 年 [SEP]"},
		{"１２３", "[CLS] １２ ##３ [SEP]"},
		{"《甲》，“乙”。", "[CLS] 《 甲 》 ， [UNK] 乙 [UNK] 。 [SEP]"},
		{"GPT gpt", "[CLS] [UNK] gp ##t [SEP]"},
		{"é e\u0301", "[CLS] [UNK] [UNK] [SEP]"},
		{"##人", "[CLS] # # 人 [SEP]"},
		{"a\u200bb", "[CLS] ab [SEP]"},
		{"a\xffb", "[CLS] ab [SEP]"},
		{"𬭎", "[CLS] [UNK] [SEP]"},
		{"x[SEP]甲[MASK]", "[CLS] x [SEP] 甲 [MASK] [SEP]"},
		{"[[SEP]] [SEP", "[CLS] [ [SEP] ] [ [UNK] [SEP]"},
		{strings.Repeat("0", 101), "[CLS] [UNK] [SEP]"},
	} {
		var got []string
		for _, id := range m.tokenizer.tokens(test.text, weights.Positions) {
			got = append(got, m.weights.Vocabulary[id])
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q: %q, not %q", test.text, got, test.want)
		}
	}
}

func TestLongTextsAreCut(t *testing.T) {
	m := shippedModel(t)
	whole := m.tokenizer.tokens(strings.Repeat("容错 GPT ab12，", 1000), 1<<20)
	for _, most := range []int{2, 3, 10, 511, 512} {
		got := m.tokenizer.tokens(strings.Repeat("容错 GPT ab12，", 1000), most)
		if want := append(slices.Clone(whole[:most-1]), m.tokenizer.last); !slices.Equal(got, want) {
			t.Errorf("cut at %d: %v", most, got)
		}
	}
}

// The published tokenizer has cut ten thousand texts of all kinds; see
// testdata/reference.py.
func TestTokensOfManyTexts(t *testing.T) {
	m := shippedModel(t)
	texts := make([]string, manyTexts)
	for i := range texts {
		texts[i] = oddText(m.weights.Vocabulary, i)
	}
	if *writeTexts != "" {
		data, err := json.Marshal(map[string][]string{"texts": texts, "characters": everyCharacter(), "references": chosenReferences(t)})
		if err == nil {
			err = os.WriteFile(*writeTexts, data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Skip("texts written")
	}
	compareTokens(t, "testdata/tokens.crc", texts, weights.Positions)
}

// The published tokenizer has cut every character there is, with a letter on
// both sides.
func TestEveryCharacter(t *testing.T) {
	compareTokens(t, "testdata/characters.crc", everyCharacter(), 1<<20)
}

func compareTokens(t *testing.T, file string, texts []string, most int) {
	t.Helper()
	m := shippedModel(t)
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(want) != 4*len(texts) {
		t.Fatalf("%s has %d bytes for %d texts", file, len(want), len(texts))
	}
	for i, text := range texts {
		ids := m.tokenizer.tokens(text, most)
		var data []byte
		for _, id := range ids {
			data = binary.LittleEndian.AppendUint32(data, uint32(id))
			if m.rows[id] < 0 {
				t.Errorf("text %d has the token %d, which was left out", i, id)
			}
		}
		if crc32.ChecksumIEEE(data) != binary.LittleEndian.Uint32(want[4*i:]) {
			t.Errorf("text %d, %.60q: other tokens than the reference: %v", i, text, ids[:min(len(ids), 30)])
		}
	}
}

// everyCharacter gives a text for each 256 characters.
func everyCharacter() []string {
	var texts []string
	for from := rune(0); from <= utf8.MaxRune; from += 256 {
		var b strings.Builder
		for r := from; r < from+256; r++ {
			if utf8.ValidRune(r) {
				b.WriteString("a" + string(r) + "b ")
			}
		}
		texts = append(texts, b.String())
	}
	return texts
}

// oddText gives the text with a number: Chinese, pieces of words, digits,
// marks, blanks, signs and any other character, from a few to some hundreds.
func oddText(vocabulary []string, number int) string {
	source := rand.NewPCG(uint64(number), 6)
	roll := func(n int) int { return int(source.Uint64() % uint64(n)) }
	one := func(of string) string { return string([]rune(of)[roll(utf8.RuneCountInString(of))]) }
	kinds := []func() string{
		func() string { return string(rune(0x4e00 + roll(0x51a6))) },
		func() string {
			return one("的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要")
		},
		func() string { return strings.TrimPrefix(vocabulary[roll(len(vocabulary))], "##") },
		func() string { return strings.TrimPrefix(vocabulary[8000+roll(5000)], "##") },
		func() string { return one("0123456789０１２年月日第条款") },
		func() string { return one("，。、；：？！“”（）《》—…,.;:?!()[]#-_/'\"@") },
		func() string { return one(" 　\t\n\u00a0\u2003\u200b\ufeff\x00\x7f") },
		func() string { return specialTokens[roll(len(specialTokens))] },
		func() string { return one("😀①ａＺéÉßñжд한국日ไทの𬭎\u0301￥") },
		func() string { return string(rune('A' + roll(26))) },
		func() string {
			for {
				if r := rune(roll(0x30000)); utf8.ValidRune(r) {
					return string(r)
				}
			}
		},
	}
	var b strings.Builder
	length := 1 + roll(24)
	if number%16 == 0 {
		length *= 30
	}
	kind := roll(len(kinds))
	for range length {
		if roll(3) == 0 { // else more of the same
			kind = roll(len(kinds))
		}
		b.WriteString(kinds[kind]())
	}
	return b.String()
}

func FuzzTokens(f *testing.F) {
	m := shippedModel(f)
	for i := range 50 {
		f.Add(oddText(m.weights.Vocabulary, i), 512)
	}
	f.Fuzz(func(t *testing.T, text string, most int) {
		if most < 2 || most > 1<<20 {
			return
		}
		ids := m.tokenizer.tokens(text, most)
		if len(ids) < 2 || len(ids) > most || ids[0] != m.tokenizer.first || ids[len(ids)-1] != m.tokenizer.last {
			t.Fatalf("%d tokens of %d: %v", len(ids), most, ids)
		}
		for _, id := range ids {
			if id < 0 || int(id) >= len(m.rows) || m.rows[id] < 0 {
				t.Fatalf("token %d has no vector", id)
			}
		}
		whole := m.tokenizer.tokens(text, 1<<21)
		if n := len(ids) - 1; !slices.Equal(ids[:n], whole[:n]) {
			t.Fatalf("cut at %d the text begins with %v, whole with %v", most, ids, whole[:n])
		}
		if valid := strings.ToValidUTF8(text, ""); !strings.Contains(valid, "[") && !slices.Equal(whole, m.tokenizer.tokens(valid, 1<<21)) {
			t.Fatal("broken bytes changed the tokens")
		}
	})
}
