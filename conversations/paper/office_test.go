package paper

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// needs gives a program of the machine. The test is skipped where it isn't
// installed, unless RONGCUO_TEST_REQUIRE names it.
func needs(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("other programs take long to start")
	}
	path, err := exec.LookPath(name)
	if err != nil {
		if slices.Contains(strings.Split(os.Getenv("RONGCUO_TEST_REQUIRE"), ","), name) {
			t.Fatalf("%s is required and not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// office converts a file with LibreOffice, the program that many units read
// these papers with, and gives what it made: one file, or one for each sheet.
func office(t *testing.T, name string, data []byte, to string) string {
	t.Helper()
	soffice := needs(t, "soffice")
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	must(t, os.WriteFile(path, data, 0o600))
	command := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", to, "--outdir", dir, path)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	extension, _, _ := strings.Cut(to, ":")
	made, err := filepath.Glob(strings.TrimSuffix(path, filepath.Ext(path)) + "*." + extension)
	must(t, err)
	if len(made) == 0 {
		t.Fatalf("LibreOffice made nothing of %s", name)
	}
	var b strings.Builder
	for _, file := range made {
		out, err := os.ReadFile(file)
		must(t, err)
		b.Write(out)
	}
	return b.String()
}

// lines leaves out what differs from one version of a program to the next:
// blanks at both ends of a line, and empty lines.
func lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if line = strings.Trim(line, " \t\r\n\f"); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

const asText = "txt:Text (encoded):UTF8"

// TestOfficeReadsEveryWordOfTheDOCX: what a unit reads in its office program is
// every word of the paper, in its order.
func TestOfficeReadsEveryWordOfTheDOCX(t *testing.T) {
	for name, p := range map[string]Paper{"application": application(), "receipt": receipt()} {
		golden(t, name+".docx.office.txt", lines(office(t, "a.docx", docxOf(t, p), asText)))
	}
}

// TestPDFToTextReadsEveryWord: so does whoever searches the PDF or copies from it.
func TestPDFToTextReadsEveryWord(t *testing.T) {
	pdftotext := needs(t, "pdftotext")
	for name, p := range map[string]Paper{"application": application(), "receipt": receipt()} {
		path := filepath.Join(t.TempDir(), "a.pdf")
		must(t, os.WriteFile(path, pdfOf(t, p), 0o600))
		out, err := exec.CommandContext(t.Context(), pdftotext, "-raw", path, "-").Output()
		must(t, err)
		golden(t, name+".pdf.pdftotext.txt", lines(string(out)))
	}
}

// TestOfficeReadsEveryCellOfTheXLSX: both sheets, and what looks like a formula
// stays a text.
func TestOfficeReadsEveryCellOfTheXLSX(t *testing.T) {
	text := office(t, "r.xlsx", xlsxOf(t, register()), "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1")
	golden(t, "register.xlsx.office.txt", lines(text))
	for _, want := range []string{"=cmd|' /C calc'!A0", "+1-2@SUM(A1)", "1200000.5", "2025年3月1日"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not there: %s", want, text)
		}
	}
}

func TestOfficeReadsHostileDOCX(t *testing.T) {
	var all Paper
	for _, s := range hostile {
		all.Sections = append(all.Sections, everywhere(s).Sections...)
	}
	text := bare(office(t, "a.docx", docxOf(t, all), asText))
	for _, s := range hostile {
		if !strings.Contains(text, bare(clean(s))) {
			t.Errorf("%.40q is not there", s)
		}
	}
}
