package knowledge

import "context"

// compose lets a model write the hint from the numbered sources, and keeps of
// it only what holds.
func (b *Base) compose(ctx context.Context, g *generation, q Question, f finding, a *Answer, onText func(string)) {
}
