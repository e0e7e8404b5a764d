package conversations

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rongcuo/conversations/typed"
)

const (
	maxPapers   = 10 // files of one paper, where it names no bound
	maxUnsorted = 20
	maxFileName = 80 // characters shown of a file's name
)

// secretName are marks of secrecy in a file's name (保守国家秘密法 names three
// degrees). Such a file is not taken.
var secretName = regexp.MustCompile(`绝密|机密|秘密[★☆*]|秘密.{0,4}(年|长期)|^秘密|内部文件|不得外传|密级`)

// showPapers is the list of what is needed and what is there.
func (t *turn) showPapers(r *Reply, text *Message, f *Field, v *view) {
	files := t.d.Answers[f.Key].Files
	for _, p := range v.papers(f) {
		sign, note := "☐ ", ""
		if slices.ContainsFunc(files, func(file File) bool { return file.Paper == p.ID }) {
			sign = "☑ "
		} else if p.Optional {
			note = sayIfThere
		}
		text.line()
		text.add(sign + p.ID + " " + p.Name + note)
		if p.Help != "" {
			text.mark(Faint, "："+p.Help)
		}
	}
	r.Wanted = &Wanted{Accept: f.Accept, MaxMB: f.MaxMB}
	for _, p := range v.missing(f) {
		r.Wanted.Papers = append(r.Wanted.Papers, p.ID+" "+p.Name)
	}
	text.line()
	text.mark(Faint, sprintf(sayFileLimits, strings.Join(f.Accept, "、"), f.MaxMB))
	for i, file := range files {
		r.Choices = append(r.Choices, []Button{{labelDropFile + file.Paper + " " + shorten(file.Name, 20), "unfile:" + f.Key + ":" + strconv.Itoa(i)}})
	}
	if len(t.d.Unsorted) > 0 {
		text.line()
		text.mark(Bold, sprintf(sayWhichPaper, t.d.Unsorted[0].Name))
		r.Choices = nil
		for _, p := range v.papers(f) {
			r.Choices = append(r.Choices, []Button{{p.ID + " " + p.Name, "paper:" + f.Key + ":" + p.ID}})
		}
		r.Choices = append(r.Choices, []Button{{labelNoPaper, "paper:" + f.Key + ":none"}})
		return
	}
	r.Choices = append(r.Choices, []Button{{labelFilesDone, "done:" + f.Key}})
}

// files takes what was sent: attachments where they are asked for, a plan to
// read values from everywhere else.
func (t *turn) files() {
	f := t.p.Field(t.d.At)
	if t.d.Phase != Filling || t.d.Item != nil || f == nil || f.Kind != Files {
		if t.e.Document != "" && (t.d.Phase == Filling || t.d.Phase == Reviewing) && t.propose(typed.Clean(t.e.Document)) {
			return
		}
		if f = t.fileField(); f == nil {
			t.say(sayNoFileNow)
			t.askAgain()
			return
		}
		t.d.Phase, t.d.At = Filling, f.Key
	}
	for _, file := range t.e.Files {
		t.file(f, file)
	}
	t.askAgain()
}

// fileField is the field that a file sent from the review belongs to: whoever
// reads there what is missing sends it at once. nil elsewhere.
func (t *turn) fileField() *Field {
	v := t.view()
	if t.d.Phase != Reviewing || len(t.d.Proposed) > 0 {
		return nil
	}
	for _, f := range v.fields() {
		if f.Kind == Files && t.mayEdit(f.Key, v) {
			return f
		}
	}
	return nil
}

func (t *turn) file(f *Field, file File) {
	file.Name = shorten(typed.CleanLine(file.Name), maxFileName)
	if file.Name == "" {
		file.Name = sayNameless
	}
	file.Paper = ""
	if say := t.unfit(f, file); say != "" {
		t.say(say)
		return
	}
	if p := t.guessPaper(f, file); p != nil {
		t.attach(f, file, p)
		return
	}
	t.d.Unsorted = append(t.d.Unsorted, file)
}

// unfit says why a file can't be taken, or nothing.
func (t *turn) unfit(f *Field, file File) string {
	known := slices.Concat(t.d.Answers[f.Key].Files, t.d.Unsorted)
	switch {
	case secretName.MatchString(file.Name):
		return saySecretFile
	case file.Size <= 0:
		return sprintf(sayEmptyFile, file.Name)
	case file.Size > f.MaxMB<<20:
		return sprintf(sayBigFile, file.Name, f.MaxMB)
	case !slices.Contains(f.Accept, strings.ToLower(file.Type)):
		return sprintf(sayWrongType, file.Name, strings.Join(f.Accept, "、"))
	case slices.ContainsFunc(known, func(k File) bool { return k.ID == file.ID || k.Hash != "" && k.Hash == file.Hash }):
		return sprintf(sayFileTwice, file.Name)
	case len(t.d.Unsorted) >= maxUnsorted:
		return saySortFirst
	}
	return ""
}

// guessPaper sorts a file by the words in its name; one match only counts.
func (t *turn) guessPaper(f *Field, file File) *Paper {
	var found []*Paper
	for _, p := range t.view().papers(f) {
		if strings.HasPrefix(strings.ToUpper(file.Name), p.ID) || slices.ContainsFunc(p.Words, func(w string) bool { return strings.Contains(file.Name, w) }) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

func (t *turn) attach(f *Field, file File, p *Paper) {
	files := slices.Clone(t.d.Answers[f.Key].Files)
	limit, n := maxPapers, 0
	if p.Max > 0 {
		limit = p.Max
	}
	for _, known := range files {
		if known.Paper == p.ID {
			n++
		}
	}
	if n >= limit {
		t.say(sprintf(sayPaperFull, p.Name, limit))
		return
	}
	file.Paper = p.ID
	files = append(files, file)
	slices.SortStableFunc(files, func(a, b File) int { return strings.Compare(a.Paper, b.Paper) })
	t.d.Answers[f.Key] = Value{Files: files}
	delete(t.d.Skipped, f.Key)
	t.say(sprintf(sayFileKept, file.Name, p.ID, p.Name))
	if file.Type == "jpg" || file.Type == "png" {
		t.say(sayPictureNote)
	}
}

func (t *turn) pressPaper(key, id string) bool {
	f := t.asked(key, Files)
	if f == nil || len(t.d.Unsorted) == 0 {
		return false
	}
	file := t.d.Unsorted[0]
	if id == "none" {
		t.d.Unsorted = t.d.Unsorted[1:]
		t.say(sprintf(sayFileLeft, file.Name))
		t.askAgain()
		return true
	}
	i := slices.IndexFunc(t.view().papers(f), func(p *Paper) bool { return p.ID == id })
	if i < 0 {
		return false
	}
	t.d.Unsorted = t.d.Unsorted[1:]
	t.attach(f, file, f.paper(id))
	t.askAgain()
	return true
}

func (t *turn) pressUnfile(key, number string) bool {
	f := t.asked(key, Files)
	i, err := strconv.Atoi(number)
	if f == nil || err != nil || i < 0 || i >= len(t.d.Answers[key].Files) {
		return false
	}
	name := t.d.Answers[key].Files[i].Name
	t.d.Answers[key] = Value{Files: without(t.d.Answers[key].Files, i)}
	delete(t.d.Skipped, key)
	t.say(sprintf(sayFileLeft, name))
	t.askAgain()
	return true
}

// filesDone goes on even if papers are missing, so that the rest can be
// reviewed; the review then holds the submission back.
func (t *turn) filesDone(f *Field) {
	if len(t.d.Unsorted) > 0 {
		t.askAgain()
		return
	}
	t.d.Skipped[f.Key] = true
	t.mended(f.Key)
	var names []string
	for _, p := range t.view().missing(f) {
		names = append(names, p.ID+" "+p.Name)
	}
	if len(names) > 0 {
		t.say(sayStillMissing + join(names))
	}
	t.moveOn()
}
