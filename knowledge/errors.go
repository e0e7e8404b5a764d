package knowledge

import (
	"errors"
	"time"
)

// ErrNoPrevious says that there is no generation to go back to.
var ErrNoPrevious = errors.New("没有可以恢复的上一版索引")

// NewerError says that the tables were last changed by a newer program, which
// alone can read them.
type NewerError struct {
	Version int    // of the tables
	Known   int    // the last version that this program knows
	Program string // the version of the program that changed them, "" when it did not say
}

func (e *NewerError) Error() string { return textNewer(e.Program) }

// BuildingError says that another process is building an index; there is one
// build at a time in all of them.
type BuildingError struct {
	Holder string        // machine and process
	For    time.Duration // since it began
}

func (e *BuildingError) Error() string { return textBuilding(e.Holder, e.For) }

// NotEmptyError says that Copy was to write where there are records already.
type NotEmptyError struct{ Table string }

func (e *NotEmptyError) Error() string { return textNotEmpty }

// errLostBuild ends a build that another process took over because this one
// gave no sign of life for buildLease.
var errLostBuild = errors.New(textLostBuild)
