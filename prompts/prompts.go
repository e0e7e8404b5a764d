// Package prompts holds every sentence that is sent to a language model, as
// template files. An operator can replace any of them from a folder; one that
// lacks what the others rely on is refused at start.
//
// Nothing here knows what is done with a model's reply: package knowledge
// checks each claim of it against the sources.
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

// Set is a complete set of prompts. It is immutable.
type Set struct {
	system, user *template.Template
	version      string
}

// required are words that a template must hold for the checks behind it to
// make sense.
var required = map[string][]string{
	"answer.system.tmpl": {"[1]"},
	"answer.user.tmpl":   {".Fence", ".Question", ".Sources"},
}

// Load gives the built-in prompts, with those of dir in place of the ones they
// are named after. dir may be "". An error names the file and the line.
func Load(dir string) (*Set, error) {
	texts := map[string]string{}
	hash := sha256.New()
	for _, name := range []string{"answer.system.tmpl", "answer.user.tmpl"} {
		text, err := read(dir, name)
		if err != nil {
			return nil, err
		}
		for _, word := range required[name] {
			if !strings.Contains(text, word) {
				return nil, fmt.Errorf("%s: %s 不能缺少", name, word)
			}
		}
		texts[name] = text
		hash.Write([]byte(name + "\x00" + text + "\x00"))
	}
	s := &Set{version: hex.EncodeToString(hash.Sum(nil))[:12]}
	var err error
	if s.system, err = parse("answer.system.tmpl", texts["answer.system.tmpl"]); err != nil {
		return nil, err
	}
	if s.user, err = parse("answer.user.tmpl", texts["answer.user.tmpl"]); err != nil {
		return nil, err
	}
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
func parse(name, text string) (*template.Template, error) {
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, err
	}
	return t, t.Execute(new(bytes.Buffer), Answer{Sources: make([]Source, 1), Earlier: make([]string, 1)})
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
	var b, u bytes.Buffer
	if err := s.system.Execute(&b, a); err != nil {
		return "", "", err
	}
	if err := s.user.Execute(&u, a); err != nil {
		return "", "", err
	}
	return b.String(), u.String(), nil
}
