package records

import (
	"context"
	"strings"
	"unicode"
)

// Places gives the units or bodies that are known for a role, in order: where
// such posts are held or offered, and that stand in filings. None for a role that
// is held nowhere in particular.
func (b *Book) Places(ctx context.Context, role Role) ([]string, error) {
	if !role.Placed() {
		return nil, nil
	}
	roles, column := []any{Handler, UnitHead}, "unit"
	if role == Decider {
		roles, column = []any{Decider, Decider}, "body"
	}
	var out []string
	err := b.read(ctx, func(t *tx) error {
		return t.rows(`SELECT place FROM records_posts WHERE until = 0 AND role IN (?, ?)
			UNION SELECT place FROM records_invitations WHERE used = 0 AND ends >= ? AND role IN (?, ?)
			UNION SELECT `+column+` FROM records_filings WHERE `+column+` <> '' ORDER BY 1`,
			append(append(roles, b.now().UnixMilli()), roles...), func(scan func(...any) error) error {
				var place string
				err := scan(&place)
				out = append(out, place)
				return err
			})
	})
	return out, err
}

// TidyPlace is a place as it is kept: two spellings of one name must not be two
// units, and between Chinese characters a blank says nothing.
func TidyPlace(place string) string {
	words := strings.Fields(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, place))
	out := ""
	for _, w := range words {
		last, first := []rune(out), []rune(w)
		if out != "" && last[len(last)-1] <= unicode.MaxLatin1 && first[0] <= unicode.MaxLatin1 {
			out += " "
		}
		out += w
	}
	return out
}
