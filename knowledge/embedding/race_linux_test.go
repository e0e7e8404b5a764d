//go:build race

package embedding

func init() { raceDetector = true }
