package knowledge

import (
	"log/slog"
	"time"
)

// Progress tells how far a build is. Total is 0 while it is not known.
type Progress struct {
	Stage string // StageRead, StageSuggest, StageEmbed, StageIndex
	Done  int
	Total int
	File  string
	Left  time.Duration // what the stage will still take by its pace so far; 0 while that is not known
}

// Stages of a build.
const (
	StageRead    = "read"
	StageSuggest = "suggest"
	StageEmbed   = "embed"
	StageIndex   = "index"
)

// withEstimate adds what a stage will still take. It counts from the beginning
// of the stage: reading the files says nothing of how long embedding takes.
func withEstimate(onProgress func(Progress)) func(Progress) {
	var stage string
	var began time.Time
	first := 0
	return func(p Progress) {
		if p.Stage != stage {
			stage, began, first = p.Stage, time.Now(), p.Done
		}
		if done := p.Done - first; done > 0 && p.Total > p.Done {
			p.Left = time.Since(began) * time.Duration(p.Total-p.Done) / time.Duration(done)
		}
		onProgress(p)
	}
}

// logEvery is how often the log gets the progress of work that nobody watches.
const logEvery = 10 * time.Second

// logProgress tells the log of embedding, which is what takes long; of what is
// done within ten seconds there is nothing to tell.
func logProgress(log *slog.Logger) func(Progress) {
	last := time.Now()
	return func(p Progress) {
		if p.Stage != StageEmbed || time.Since(last) < logEvery {
			return
		}
		last = time.Now()
		log.Info("embedding passages", "done", p.Done, "of", p.Total, "left", p.Left.Round(time.Second))
	}
}
