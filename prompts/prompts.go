// Package prompts holds every sentence that is sent to a language model, as
// template files. An operator can replace any of them from a folder; one that
// lacks what the others rely on is refused at start.
//
// Nothing here knows what is done with a model's reply: package knowledge
// checks each claim of an answer against the sources, package conversations each
// value that was found in a plan against the plan and the form; suggested
// questions are shown to administrators only.
package prompts

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed *.tmpl
var builtin embed.FS

// Answer is what the answer templates are given.
type Answer struct {
	Fence    string // unguessable, around everything that is data and not instruction
	Question string
	Earlier  []string // earlier questions of the same person, oldest first
	Date     string   // 2026年1月31日
	Sources  []Source
}

// Source is a numbered article.
type Source struct {
	Number int
	Name   string // 《…》第十二条（现行）
	Text   string
}

// Plan is what the plan templates are given: a text in which answers to the
// fields of a form are looked for.
type Plan struct {
	Fence  string
	Text   string
	Date   string
	Fields []PlanField
}

// PlanField is a field of a form.
type PlanField struct {
	Key     string
	Label   string
	Ask     string
	Options []string // of which the answer is one; none for free answers
}

// Suggest is what the suggest templates are given: an article for which
// questions are wanted.
type Suggest struct {
	Fence string
	Title string // of the document
	Text  string
	Most  int // questions
	Long  int // characters of a question
}

// Set is a complete set of prompts. It is immutable.
type Set struct {
	templates map[string]*template.Template
	version   string
}

// Names of the templates, as files.
const (
	answerSystem = "answer.system.tmpl"
	answerUser   = "answer.user.tmpl"
	planSystem   = "plan.system.tmpl"
	planUser     = "plan.user.tmpl"

	suggestSystem = "suggest.system.tmpl"
	suggestUser   = "suggest.user.tmpl"
)

// wanted says of each template which words it must hold for the checks behind
// it to make sense, and what it is tried with.
var wanted = []struct {
	name  string
	words []string
	trial any
}{
	{answerSystem, []string{"[1]"}, Answer{Sources: make([]Source, 1), Earlier: make([]string, 1)}},
	{answerUser, []string{".Fence", ".Question", ".Sources"}, Answer{Sources: make([]Source, 1), Earlier: make([]string, 1)}},
	{planSystem, []string{"key", "text", "source"}, Plan{Fields: make([]PlanField, 1)}},
	{planUser, []string{".Fence", ".Text", ".Fields"}, Plan{Fields: make([]PlanField, 1)}},
	{suggestSystem, []string{"JSON", ".Most"}, Suggest{}},
	{suggestUser, []string{".Fence", ".Text"}, Suggest{}},
}

// Load gives the built-in prompts, with those of dir in place of the ones they
// are named after. dir may be "". An error names the file and the line.
func Load(dir string) (*Set, error) {
	s := &Set{templates: map[string]*template.Template{}}
	hash := sha256.New()
	for _, w := range wanted {
		text, err := read(dir, w.name)
		if err != nil {
			return nil, err
		}
		for _, word := range w.words {
			if !strings.Contains(text, word) {
				return nil, fmt.Errorf("%s: %s 不能缺少", w.name, word)
			}
		}
		if s.templates[w.name], err = parse(w.name, text, w.trial); err != nil {
			return nil, err
		}
		hash.Write([]byte(w.name + "\x00" + text + "\x00"))
	}
	s.version = hex.EncodeToString(hash.Sum(nil))[:12]
	return s, nil
}

func read(dir, name string) (string, error) {
	if dir != "" {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			return string(data), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%s 打不开：%w", name, err)
		}
	}
	data, err := builtin.ReadFile(name)
	return string(data), err
}

// parse also renders the template once, so that a field that does not exist is
// found at start and not at the first question.
func parse(name, text string, trial any) (*template.Template, error) {
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, err
	}
	return t, t.Execute(new(bytes.Buffer), trial)
}

// Version names the texts of a set, for logs.
func (s *Set) Version() string { return s.version }

// Answer renders the two messages of a request: the instructions and the data.
// The fence is taken out of the data, so that no source can close it.
func (s *Set) Answer(a Answer) (system, user string, err error) {
	clean := func(text string) string { return strings.ReplaceAll(text, a.Fence, "") }
	a.Question = clean(a.Question)
	earlier := make([]string, len(a.Earlier))
	for i, e := range a.Earlier {
		earlier[i] = clean(e)
	}
	a.Earlier = earlier
	sources := make([]Source, len(a.Sources))
	for i, src := range a.Sources {
		src.Text = clean(src.Text)
		sources[i] = src
	}
	a.Sources = sources
	return s.render(answerSystem, answerUser, a)
}

// Plan renders the two messages that look for answers in a text.
func (s *Set) Plan(p Plan) (system, user string, err error) {
	p.Text = strings.ReplaceAll(p.Text, p.Fence, "")
	return s.render(planSystem, planUser, p)
}

// Suggest renders the two messages that ask for questions about an article.
func (s *Set) Suggest(a Suggest) (system, user string, err error) {
	a.Text = strings.ReplaceAll(a.Text, a.Fence, "")
	return s.render(suggestSystem, suggestUser, a)
}

func (s *Set) render(system, user string, data any) (string, string, error) {
	var b, u bytes.Buffer
	if err := s.templates[system].Execute(&b, data); err != nil {
		return "", "", err
	}
	if err := s.templates[user].Execute(&u, data); err != nil {
		return "", "", err
	}
	return b.String(), u.String(), nil
}
