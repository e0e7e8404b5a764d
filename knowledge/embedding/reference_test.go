package embedding

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// testdata/reference.f16 holds vectors that the model in 32 bits gave, made by
// testdata/reference.py: for each text the first 8 bytes of its SHA-256 and 512
// numbers of 16 bits. The texts themselves stand in the folder training and
// below.
const (
	referenceSize  = 8 + 2*512
	referenceTexts = 500
)

// oddReferences are texts as nobody writes them, and as somebody will.
var oddReferences = []string{
	"", "一", "a", "。", "   ", "7", "A", "😀", "𬭎", "\u3000", "？",
	"容错纠错", "GPT-4 Turbo", "2024年3月1日", "１２３４５ＡＢＣ", "hello, world: plain Latin text", "😀😀",
	"国务院办公厅关于𬭎元素的说明", "[MASK]是谁", "[UNK][UNK]", "①②③④", "É é é", "“”《》（）", "𬭎𬭎𬭎", "——……",
	"第十二条\u3000有下列情形之一的，可以容错：（一）因政策调整；（二）因不可抗力。",
	"\u200b\x00零宽\ufeff", "人#人##人", "ไทย 한국어 日本語 кириллица", "容錯糾錯機制實施辦法", "ＲＩＳＫ　备案", "12345678901234567890",
	"The county commission may exempt an official.", "risk filing 风险备案 risk", "不予容错", "可以容错", "100%", "3.14159", "2024-03-01", "http://127.0.0.1:8080/a?b=c",
	"他说：“没上会。”", "A4纸双面打印", "第（一）项、第（二）项", "㈠㈡㈢", "½ ⅓ ²", "℃ ℉ ㎡", "\n\n\n", "\t甲\t乙\t",
	strings.Repeat("容错纠错", 1250), strings.Repeat("我们单位的项目延期了，", 60), strings.Repeat("x ", 600), strings.Repeat("0", 150),
}

// trainingTexts gives what stands in a file of the folder training, one text a
// line.
func trainingTexts(t testing.TB, file string, text func(line map[string]string) string) (list []string) {
	t.Helper()
	data, err := os.ReadFile("training/" + file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := map[string]string{}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(file, err)
		}
		list = append(list, text(line))
	}
	return list
}

func trainingArticles(t testing.TB) []string {
	return trainingTexts(t, "articles.jsonl", func(l map[string]string) string { return l["title"] + "\n" + l["text"] })
}

func trainingQuestions(t testing.TB, file string) []string {
	return trainingTexts(t, file, func(l map[string]string) string { return l["question"] })
}

// chosenReferences are the texts that testdata/reference.py makes vectors of:
// every ninth article, every fifteenth question, and the odd ones. Lines that
// are added to the files change nothing.
func chosenReferences(t testing.TB) []string {
	list := append([]string(nil), oddReferences...)
	for i, text := range trainingArticles(t)[:1350] {
		if i%9 == 0 {
			list = append(list, text)
		}
	}
	for i, text := range trainingQuestions(t, "questions.jsonl")[:4965] {
		if i%15 == 0 {
			list = append(list, text)
		}
	}
	return list
}

// references gives the texts that have a vector of the model in 32 bits.
func references(t testing.TB) (texts []string, vectors [][]float64) {
	t.Helper()
	data, err := os.ReadFile("testdata/reference.f16")
	if err != nil || len(data)%referenceSize != 0 {
		t.Fatalf("%d bytes: %v", len(data), err)
	}
	known := map[string][]byte{}
	for ; len(data) > 0; data = data[referenceSize:] {
		known[string(data[:8])] = data[8:referenceSize]
	}
	all := append([]string(nil), oddReferences...)
	all = append(all, trainingQuestions(t, "everyday.jsonl")...)
	all = append(all, trainingQuestions(t, "questions.jsonl")...)
	all = append(all, trainingArticles(t)...)
	for _, text := range all {
		sum := sha256.Sum256([]byte(text))
		halves, ok := known[string(sum[:8])]
		if !ok {
			continue
		}
		delete(known, string(sum[:8]))
		vector := make([]float64, len(halves)/2)
		for i := range vector {
			vector[i] = half(binary.LittleEndian.Uint16(halves[2*i:]))
		}
		texts, vectors = append(texts, text), append(vectors, vector)
	}
	if len(texts) < 40 {
		t.Fatalf("only %d texts have a reference", len(texts))
	}
	return texts, vectors
}

// half reads a number of 16 bits: sign, 5 bits of exponent, 10 of fraction.
func half(b uint16) float64 {
	x := float64(b & 0x3ff)
	exponent := int(b>>10) & 31
	if exponent > 0 {
		x += 1024
		exponent--
	}
	if b>>15 == 1 {
		x = -x
	}
	return math.Ldexp(x, exponent-24)
}

func cosine(a []float32, b []float64) float64 {
	var product, squares, others float64
	for i, x := range a {
		product += float64(x) * b[i]
		squares += float64(x) * float64(x)
		others += b[i] * b[i]
	}
	return product / math.Sqrt(squares*others)
}

// With 8 bits a weight every text keeps a cosine of .999 to the same (tuned)
// model in 32 bits: articles, questions and odd input, 500 texts and more.
func TestVectorsAreThoseOfTheModelIn32Bits(t *testing.T) {
	texts, want := references(t)
	for _, kernel := range kernels() {
		t.Run(kernel.name, func(t *testing.T) {
			texts, want := texts, want
			if kernel.name == "go" && len(kernels()) > 1 { // minutes for all of them
				texts, want = texts[:6], want[:6]
			}
			m := ownModel(t)
			m.kernel = kernel
			got, err := m.Embed(t.Context(), texts)
			if err != nil {
				t.Fatal(err)
			}
			worst, sum := 1., 0.
			for i, v := range got {
				c := cosine(v, want[i])
				worst, sum = min(worst, c), sum+c
				if len(v) != m.Dim() || c < .999 {
					t.Errorf("%.40q: cosine %.6f", texts[i], c)
				}
			}
			t.Logf("cosine of %d texts: mean %.6f, worst %.6f", len(texts), sum/float64(len(texts)), worst)
		})
	}
	if n := len(texts); n < referenceTexts {
		t.Skipf("references of %d texts, want %d: make them as testdata/reference.py says", n, referenceTexts)
	}
}
