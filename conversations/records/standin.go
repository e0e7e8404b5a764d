package records

import (
	"slices"

	"rongcuo/conversations"
)

// Who is there to decide: bodies with an account, those without, and those whose
// people have all stepped back.

// vacancies are the roles of bodies and offices that nobody can act in for this
// filing: nobody holds them, or all who do are recused. A body whose name differs
// from a registered one only in how it is written (县住建局, 县住建局党组) is not
// vacant: somebody may decide for it, under its right name.
func (w *work) vacancies() (vacant []string, err error) {
	for _, r := range w.p.Roles {
		if r.Kind != stageBody && r.Kind != stageOffice {
			continue
		}
		held, err := w.t.posts(` AND role = ? AND place = ?`, r.ID, w.p.placeOf(w.f, r.ID))
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(held, func(p Post) bool { return !slices.Contains(w.f.Recused, p.Person) }) {
			continue
		}
		if r.Kind == stageBody && len(held) == 0 && w.f.Body != "" {
			known, err := w.t.deciding()
			if err != nil {
				return nil, err
			}
			if same, _ := conversations.NearBodies(w.f.Body, known); same != "" {
				continue
			}
		}
		vacant = append(vacant, r.ID)
	}
	return vacant, nil
}

// deserted says that a role has holders, and that all of them have stepped back.
func (t *tx) deserted(p shape, f Filing, role string) (bool, error) {
	if kind := p.role(role).Kind; len(f.Recused) == 0 || kind != stageBody && kind != stageOffice {
		return false, nil
	}
	held, err := t.posts(` AND role = ? AND place = ?`, role, p.placeOf(f, role))
	return len(held) > 0 && !slices.ContainsFunc(held, func(post Post) bool { return !slices.Contains(f.Recused, post.Person) }), err
}

// NoticeStandIn is the kind of the notice that nobody is left to decide. An owner,
// who is to name somebody, sees no filing and is told the body alone.
const NoticeStandIn = "stand_in"

// seekStandIn tells the owners, and the body itself, when the last who could act
// has stepped back.
func (w *work) seekStandIn(role string) error {
	gone, err := w.t.deserted(w.p, w.f, role)
	if err != nil || !gone {
		return err
	}
	place := w.p.placeOf(w.f, role)
	name := place
	if name == "" {
		name = w.p.role(role).Name
	}
	owners, err := w.t.posts(` AND role = ?`, string(Owner))
	if err != nil {
		return err
	}
	held, err := w.t.posts(` AND role = ? AND place = ?`, role, place)
	if err != nil {
		return err
	}
	for _, p := range append(owners, held...) {
		text := sentence(sayStandInBody, w.f.Matter)
		if p.Role == Owner {
			text = sentence(sayStandInOwner, name, w.p.role(role).Name)
		}
		if err := w.put(NoticeOut{ID: NoticeStandIn, Text: text}, decimal(int(w.f.Revision)), string(p.Role), p.Place, p.Person); err != nil {
			return err
		}
	}
	return nil
}
