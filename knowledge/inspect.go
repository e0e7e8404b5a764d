package knowledge

// verdict is what the guard makes of a question before anything else sees it.
type verdict struct {
	status   Status // "" lets the question through
	sentence string
	question string // what may be repeated and logged: masked
}

func (v verdict) stops() bool { return v.status != "" }

func inspect(text string) (string, verdict) { return text, verdict{} }
