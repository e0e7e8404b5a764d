package conversations

import "testing"

// sample loads the shipped procedure.
func sample(t testing.TB) *Procedure {
	t.Helper()
	l, err := NewLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return l.Latest("risk-filing")
}

func TestTheShippedProcedureIsComplete(t *testing.T) {
	p := sample(t) // beside the specification: a closing report that is sent back, and what the body says to an extension
	for name, have := range map[string][2]int{
		"gates": {len(p.Gates), 12}, "steps": {len(p.Steps), 8}, "states": {len(p.States), 27},
		"reasons": {len(p.Reasons), 21}, "limits": {len(p.Limits), 13}, "forms": {len(p.Forms), 8},
		"papers": {len(p.Field("files").Papers), 7}, "situations": {len(p.Field("situations").Options), 10},
	} {
		if have[0] != have[1] {
			t.Errorf("%s: %d, the specification has %d", name, have[0], have[1])
		}
	}
}
