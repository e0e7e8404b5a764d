package documents

import (
	"strings"

	"github.com/goccy/go-yaml"
)

// The keys of a front matter that an administrator may set (see frontMatter).
const (
	KeyTitle     = "title"
	KeyDocNo     = "doc_no"
	KeyIssuer    = "issuer"
	KeyLevel     = "level"
	KeyStatus    = "status"
	KeyEffective = "effective"
	KeyRepealed  = "repealed"
)

// Annotate sets values in the front matter of a text and leaves the rest of it
// as it is; an empty value takes the key out. A front matter that is no YAML is
// replaced.
func Annotate(text string, set map[string]string) (string, error) {
	front, body := cutFrontMatter(text)
	var keys yaml.MapSlice
	if err := yaml.Unmarshal([]byte(front), &keys); err != nil {
		keys = nil
	}
	var out yaml.MapSlice
	done := map[string]bool{}
	for _, item := range keys {
		name, _ := item.Key.(string)
		value, changed := set[name]
		if changed {
			item.Value = value
		}
		if !changed || value != "" {
			out = append(out, item)
		}
		done[name] = true
	}
	for _, name := range []string{KeyTitle, KeyDocNo, KeyIssuer, KeyLevel, KeyStatus, KeyEffective, KeyRepealed} {
		if value := set[name]; value != "" && !done[name] {
			out = append(out, yaml.MapItem{Key: name, Value: value})
		}
	}
	if len(out) == 0 {
		return body, nil
	}
	head, err := yaml.Marshal(out)
	if err != nil {
		return "", err
	}
	return "---\n" + strings.TrimRight(string(head), "\n") + "\n---\n" + body, nil
}
