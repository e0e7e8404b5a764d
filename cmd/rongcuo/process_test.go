package main

import "testing"

func TestEachProcessOfAFolderHasANameThatTheNextOneInItsPlaceGets(t *testing.T) {
	dir := t.TempDir()
	first, freeFirst := nameProcess(t.Context(), dir)
	second, freeSecond := nameProcess(t.Context(), dir)
	elsewhere, freeElsewhere := nameProcess(t.Context(), t.TempDir())
	defer freeSecond()
	defer freeElsewhere()
	if first == second || first == elsewhere || second == elsewhere {
		t.Fatal(first, second, elsewhere)
	}
	freeFirst()
	again, freeAgain := nameProcess(t.Context(), dir)
	defer freeAgain()
	if again != first {
		t.Errorf("%s came after %s", again, first)
	}
}

func TestWhereNothingCanBeLockedNamesStillDiffer(t *testing.T) {
	one, _ := nameProcess(t.Context(), "/dev/null")
	other, _ := nameProcess(t.Context(), "/dev/null")
	if one == other || one == "" {
		t.Error(one, other)
	}
}
