package conversations

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

//go:embed procedures/*.yaml
var shipped embed.FS

// maxProcedure is the largest procedure file in bytes. The sample has 40 KB.
const maxProcedure = 1 << 20

// Library holds every version of every procedure.
type Library struct {
	versions map[string][]*Procedure // by ID, the oldest first
}

// NewLibrary loads the procedures of the program and those of the folders. A
// file replaces the one of the same name before it; a file of a new name adds a
// procedure or a version. Keep the file of an old version while dialogs on it
// are open. The error is Problems if a file is wrong.
func NewLibrary(folders ...fs.FS) (*Library, error) {
	own, err := fs.Sub(shipped, "procedures")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, folder := range append([]fs.FS{own}, folders...) {
		names, err := fs.Glob(folder, "*.yaml")
		if err != nil {
			return nil, fmt.Errorf("procedures: %w", err)
		}
		for _, name := range names {
			if files[name], err = fs.ReadFile(folder, name); err != nil {
				return nil, fmt.Errorf("procedures: %w", err)
			}
		}
	}
	return newLibrary(files)
}

func newLibrary(files map[string][]byte) (*Library, error) {
	l := &Library{versions: map[string][]*Procedure{}}
	var all Problems
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p, err := Parse(name, files[name])
		if problems, ok := errors.AsType[Problems](err); ok {
			all = append(all, problems...)
			continue
		}
		if l.Version(p.ID, p.Version) != nil {
			all = append(all, Problem{name, 1, fmt.Sprintf("version %d of %s is there twice, also in %s", p.Version, p.ID, l.Version(p.ID, p.Version).file)})
			continue
		}
		l.versions[p.ID] = append(l.versions[p.ID], p)
		slices.SortFunc(l.versions[p.ID], func(a, b *Procedure) int { return cmp.Compare(a.Version, b.Version) })
	}
	if len(all) > 0 {
		return nil, all
	}
	return l, nil
}

// IDs lists the procedures, sorted.
func (l *Library) IDs() []string { return slices.Sorted(maps.Keys(l.versions)) }

// Latest returns the newest version, or nil.
func (l *Library) Latest(id string) *Procedure {
	if v := l.versions[id]; len(v) > 0 {
		return v[len(v)-1]
	}
	return nil
}

// Version returns one version, or nil.
func (l *Library) Version(id string, version int) *Procedure {
	for _, p := range l.versions[id] {
		if p.Version == version {
			return p
		}
	}
	return nil
}

// Problem is one mistake in a procedure file.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Problems is the error of a load: every mistake that was found.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// Parse reads and checks one procedure file. The error is Problems, with the
// line of every mistake.
func Parse(name string, source []byte) (*Procedure, error) {
	name = path.Base(name)
	if len(source) > maxProcedure {
		return nil, Problems{{name, 1, "the file is larger than 1 MiB"}}
	}
	tree, err := parser.ParseBytes(source, 0)
	if err != nil {
		return nil, Problems{yamlProblem(name, err)}
	}
	p := &Procedure{file: name}
	if err := yaml.UnmarshalWithOptions(source, p, yaml.Strict()); err != nil {
		return nil, Problems{yamlProblem(name, err)}
	}
	c := checker{p: p, lines: linesOf(tree)}
	c.check()
	if len(c.problems) > 0 {
		slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		return nil, c.problems
	}
	return p, nil
}

// yamlProblem takes the line out of a parser's error.
func yamlProblem(name string, err error) Problem {
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {
		return Problem{name, e.GetToken().Position.Line, e.GetMessage()}
	}
	return Problem{name, 1, strings.SplitN(err.Error(), "\n", 2)[0]}
}

// linesOf maps every path (steps[0].fields[2].when) to its line.
func linesOf(file *ast.File) map[string]int {
	lines := map[string]int{}
	var walk func(at string, n ast.Node)
	walk = func(at string, n ast.Node) {
		if n == nil {
			return
		}
		switch n := n.(type) {
		case *ast.MappingNode:
			for _, v := range n.Values {
				walk(at, v)
			}
		case *ast.MappingValueNode:
			key := strings.TrimPrefix(at+"."+n.Key.GetToken().Value, ".")
			lines[key] = n.Key.GetToken().Position.Line
			if _, seen := lines[at]; !seen {
				lines[at] = lines[key]
			}
			walk(key, n.Value)
		case *ast.SequenceNode:
			for i, v := range n.Values {
				item := fmt.Sprintf("%s[%d]", at, i)
				if v != nil && v.GetToken() != nil {
					lines[item] = v.GetToken().Position.Line
				}
				walk(item, v)
			}
		}
	}
	for _, doc := range file.Docs {
		walk("", doc.Body)
	}
	return lines
}
