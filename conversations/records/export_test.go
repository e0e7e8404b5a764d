package records

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// TestAnAuditorProvesAnExportWithoutTheBook: the file holds every entry with the
// chain's hashes, in full and as a part, and any change of it is found.
func TestAnAuditorProvesAnExportWithoutTheBook(t *testing.T) {
	b, _ := newBook(t)
	lived(t, b)
	if err := b.Note(t.Context(), Entry{Kind: "refused", Subject: "/a,\"b\"", Detail: map[string]any{"why": "含“引号”, 逗号\n和换行"}}); err != nil {
		t.Fatal(err)
	}
	whole, err := b.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []int64{0, 5} {
		var out bytes.Buffer
		n, err := b.Export(t.Context(), &out, after)
		if err != nil || n != whole.Entries-after {
			t.Fatalf("%d entries, %v", n, err)
		}
		c, err := CheckExport(bytes.NewReader(out.Bytes()))
		if err != nil || c.Wrong != nil || c.Head != whole.Head || c.Entries != n {
			t.Fatalf("%+v, %v; the book has %+v", c, err, whole)
		}
		lines := strings.Split(out.String(), "\n")
		for name, changed := range map[string]string{
			"another person": strings.Replace(out.String(), ","+strconv.FormatInt(registrar, 10)+",", ",4711,", 1),
			"a line less":    strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), "\n"),
			"another time":   strings.Replace(out.String(), ",20", ",19", 1),
		} {
			if changed == out.String() {
				t.Fatalf("%s: nothing was changed", name)
			}
			if c, err := CheckExport(strings.NewReader(changed)); err == nil && c.Wrong == nil {
				t.Errorf("%s passes", name)
			}
		}
	}
	if _, err := CheckExport(strings.NewReader("序号,时间\n")); err == nil {
		t.Error("another table passes")
	}
}
