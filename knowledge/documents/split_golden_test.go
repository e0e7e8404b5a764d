package documents

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var updateSplit = flag.Bool("update-split", false, "write the golden files of the splitter anew")

// outline is what the golden file of the sample holds: everything known about a
// document, and its passages with their beginnings.
func outline(d Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s | %s | %s | %s | %s | 发布%s 施行%s 废止%s | %s | 替代%s\n", d.Kind, d.Title, d.DocNo, d.Issuer, d.Level, d.Issued, d.Effective, d.Repealed, d.Status, d.Supersedes)
	if d.Case != nil {
		fmt.Fprintf(&b, "case %+v\n", *d.Case)
	}
	for _, w := range d.Warnings {
		fmt.Fprintf(&b, "! %s\n", w)
	}
	for _, p := range d.Passages {
		text := strings.ReplaceAll(p.Text, "\n", "/")
		fmt.Fprintf(&b, "%s | %s | %s | %s | %d字 %s", p.ID(), strings.Join(p.Section, " > "), p.Heading, p.Items, len([]rune(text)), clip(text, 30))
		for _, c := range p.Cites {
			fmt.Fprintf(&b, " →%s%s", c.Title, c.Article)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// whole is an outline with the full text of every passage.
func whole(d Document) string {
	texts := make([]string, len(d.Passages))
	for i, p := range d.Passages {
		texts[i] = fmt.Sprintf("--- %s\n%s\n", p.ID(), p.Text)
		for _, b := range p.Sections {
			texts[i] += fmt.Sprintf("[%s] %s\n", b.Title, b.Text)
		}
	}
	return outline(d) + strings.Join(texts, "")
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "split", name+".golden")
	if *updateSplit {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; got:\n%s", name, got)
	}
}

func TestTheSampleSplitsAsWritten(t *testing.T) {
	sample := os.DirFS("../sample")
	var all strings.Builder
	err := fs.WalkDir(sample, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(sample, name)
		if err != nil {
			return err
		}
		d := Split(name, string(data))
		if len(d.Warnings) > 0 {
			t.Errorf("%s: %v", name, d.Warnings)
		}
		fmt.Fprintf(&all, "== %s\n%s", name, outline(d))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, "sample", all.String())
}

// Whole documents as offices send them: a notice with its rule and appendices,
// lines broken by a PDF, an opinion without articles, questions without
// numbers, a case without front matter.
func TestWholeDocumentsSplitAsWritten(t *testing.T) {
	for _, name := range []string{"notice", "wrapped", "opinion", "questions", "case"} {
		data, err := os.ReadFile(filepath.Join("testdata", "split", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		compareGolden(t, name, whole(Split(name+".txt", string(data))))
	}
}
