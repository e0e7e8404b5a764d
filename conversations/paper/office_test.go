package paper

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// office converts a file with LibreOffice, the program that many units read
// these papers with. The test is skipped where it isn't installed, unless
// RONGCUO_TEST_REQUIRE names soffice.
func office(t *testing.T, name string, data []byte, to string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("an office suite takes long to start")
	}
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		if slices.Contains(strings.Split(os.Getenv("RONGCUO_TEST_REQUIRE"), ","), "soffice") {
			t.Fatal("LibreOffice is required and not installed")
		}
		t.Skip("LibreOffice is not installed")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	must(t, os.WriteFile(path, data, 0o600))
	command := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", to, "--outdir", dir, path)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	extension, _, _ := strings.Cut(to, ":")
	out, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + "." + extension)
	must(t, err)
	return string(out)
}

func TestLibreOfficeReadsDOCX(t *testing.T) {
	p := application()
	text := bare(office(t, "a.docx", docxOf(t, p), "txt:Text (encoded):UTF8"))
	for _, s := range p.Sections {
		if !strings.Contains(text, bare(s.Title)) {
			t.Errorf("%s is not there", s.Title)
		}
		for _, row := range s.Rows {
			for _, cell := range row[:1] {
				if !strings.Contains(text, bare(cell)) {
					t.Errorf("%s is not there", cell)
				}
			}
		}
	}
}

func TestLibreOfficeReadsHostileDOCX(t *testing.T) {
	var all Paper
	for _, s := range hostile {
		all.Sections = append(all.Sections, everywhere(s).Sections...)
	}
	text := bare(office(t, "a.docx", docxOf(t, all), "txt:Text (encoded):UTF8"))
	for _, s := range hostile {
		if !strings.Contains(text, bare(clean(s))) {
			t.Errorf("%.40q is not there", s)
		}
	}
}

func TestLibreOfficeReadsXLSX(t *testing.T) {
	text := office(t, "r.xlsx", xlsxOf(t, register()), "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true")
	for _, want := range []string{"=cmd|' /C calc'!A0", "+1-2@SUM(A1)", "1200000.5", "2025年3月1日"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not there: %s", want, text)
		}
	}
}
