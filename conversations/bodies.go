package conversations

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// NearBodies looks a body's name up among those that are registered. same is the
// one that is the same body written otherwise: without 示例县 or 县 in front, with
// or without 党组 behind. near are others that differ by a slip of the finger;
// those may well be other bodies (县水务局, 县税务局), so they are only offered.
// Both are empty when the name itself is registered.
func NearBodies(name string, known []string) (same string, near []string) {
	if name == "" || slices.Contains(known, name) {
		return "", nil
	}
	for _, k := range known {
		switch {
		case bodyCore(k) == bodyCore(name):
			same = k
		case slips(bodyCore(k), bodyCore(name)) <= maxSlips:
			near = append(near, k)
		}
	}
	return same, near
}

const maxSlips = 1

// bodyCore is the name of the organ itself.
func bodyCore(name string) string {
	name = strings.NewReplacer("（", "", "）", "", "(", "", ")", "", " ", "", "　", "").Replace(name)
	for _, tail := range []string{"党组", "党委", "党工委", "工委", "党总支", "党支部", "委员会"} {
		if cut, found := strings.CutSuffix(name, tail); found && utf8.RuneCountInString(cut) > 2 {
			name = cut
			break
		}
	}
	if i := strings.Index(name, "县"); i >= 0 && i <= 2*utf8.UTFMax {
		if rest := name[i+len("县"):]; utf8.RuneCountInString(rest) > 2 {
			return rest
		}
	}
	return name
}

// slips is how many characters must be changed, added or left out to make one
// of the other.
func slips(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := last
			if x[i] != y[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
