package records

import (
	"context"
	"errors"
	"time"
)

// Role is what a person may do. The first five stand in procedures too (see the
// roles of a conversations.Procedure); the others keep the installation.
type Role string

// The roles.
const (
	Handler   Role = "handler"   // 承办人 of a unit
	UnitHead  Role = "unit_head" // 单位主要负责人 of a unit
	Decider   Role = "body"      // acts for a deciding body
	Registrar Role = "registrar" // 党风政风监督室
	Trial     Role = "trial"     // 案件审理室: takes over what goes to recognition, and what was learned
	Keeper    Role = "keeper"    // keeps the knowledge base; sees no filing
	Auditor   Role = "auditor"   // reads the chain and the filings; acts on none
	Owner     Role = "owner"     // gives and takes posts; sees no filing
)

// roleNames are shown; a role that is not here does not exist.
var roleNames = map[Role]string{
	Handler: "承办人", UnitHead: "单位主要负责人", Decider: "决定机关经办人", Registrar: "登记员", Trial: "案件审理室经办人",
	Keeper: "知识库管理员", Auditor: "审计员", Owner: "系统负责人",
}

// Roles are all roles in the order in which they are offered.
var Roles = []Role{Handler, UnitHead, Decider, Registrar, Trial, Keeper, Auditor, Owner}

// Name is the role in Chinese, "" for one that does not exist.
func (r Role) Name() string { return roleNames[r] }

// Placed says that the role is held at a unit or a body, which has a name.
func (r Role) Placed() bool { return r == Handler || r == UnitHead || r == Decider }

// Post is a role that a person holds, at a unit or body where the role is held
// at one.
type Post struct {
	ID     int64
	Person int64
	Role   Role
	Place  string // full name of the unit or body; "" for the county's offices
	Name   string // as the person was called when the post was accepted; shown to who staffs
	By     int64  // who gave it; 0 for the settings
	Since  time.Time
}

const schemaPeople = `
CREATE TABLE records_posts (
	id       BIGINT PRIMARY KEY,
	person   BIGINT NOT NULL,
	role     TEXT NOT NULL,
	place    TEXT NOT NULL,
	name     TEXT NOT NULL DEFAULT '',
	given_by BIGINT NOT NULL,
	since    BIGINT NOT NULL,
	until    BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX records_posts_held ON records_posts(person, role, place) WHERE until = 0;
CREATE TABLE records_invitations (
	code    TEXT PRIMARY KEY,
	role    TEXT NOT NULL,
	place   TEXT NOT NULL,
	made_by BIGINT NOT NULL,
	made    BIGINT NOT NULL,
	ends    BIGINT NOT NULL,
	used    BIGINT NOT NULL DEFAULT 0,
	used_by BIGINT NOT NULL DEFAULT 0
);
`

// Errors of posts and invitations.
var (
	ErrNotAllowed = errors.New("records: this person may not do that")
	ErrNoPost     = errors.New("records: no such post")
	ErrLastOwner  = errors.New("records: the last owner can't be taken away")
	ErrPlace      = errors.New("records: this role is held at a named unit or body")
)

// Posts gives what a person holds now.
func (b *Book) Posts(ctx context.Context, person int64) ([]Post, error) {
	return b.posts(ctx, ` AND person = ?`, person)
}

// Holders gives who holds a role now, at a place if one is named.
func (b *Book) Holders(ctx context.Context, role Role, place string) ([]Post, error) {
	return b.posts(ctx, ` AND role = ? AND (? = '' OR place = ?)`, role, place, place)
}

// Bodies are the names of the deciding bodies that somebody acts for.
func (b *Book) Bodies(ctx context.Context) (out []string, err error) {
	err = b.read(ctx, func(t *tx) error {
		out, err = t.deciding()
		return err
	})
	return out, err
}

func (t *tx) deciding() (out []string, err error) {
	err = t.rows(`SELECT DISTINCT place FROM records_posts WHERE until = 0 AND role = ? ORDER BY place`, []any{string(Decider)}, func(scan func(...any) error) error {
		var place string
		err := scan(&place)
		out = append(out, place)
		return err
	})
	return out, err
}

// AllPosts gives everything that is held now, by role and place.
func (b *Book) AllPosts(ctx context.Context) ([]Post, error) { return b.posts(ctx, "") }

func (b *Book) posts(ctx context.Context, where string, args ...any) ([]Post, error) {
	var out []Post
	err := b.read(ctx, func(t *tx) (err error) {
		out, err = t.posts(where, args...)
		return err
	})
	return out, err
}

func (t *tx) posts(where string, args ...any) ([]Post, error) {
	var out []Post
	err := t.rows(`SELECT id, person, role, place, name, given_by, since FROM records_posts WHERE until = 0`+where+` ORDER BY role, place, id`, args, func(scan func(...any) error) error {
		var p Post
		var since int64
		err := scan(&p.ID, &p.Person, &p.Role, &p.Place, &p.Name, &p.By, &since)
		p.Since = time.UnixMilli(since)
		out = append(out, p)
		return err
	})
	return out, err
}

// holds says whether the person holds the role, at that place unless it is "".
func (t *tx) holds(person int64, role Role, place string) (bool, error) {
	list, err := t.posts(` AND person = ? AND role = ? AND (? = '' OR place = ?)`, person, role, place, place)
	return len(list) > 0, err
}

// EnsureOwner gives the post of owner to a person named in the settings who
// does not hold it; so the first one comes in. While nobody keeps the knowledge
// base, the owner does.
func (b *Book) EnsureOwner(ctx context.Context, person int64) error {
	return b.update(ctx, func(t *tx) error {
		held, err := t.holds(person, Owner, "")
		if err != nil || held {
			return err
		}
		if _, err := b.give(t, Post{Person: person, Role: Owner}); err != nil {
			return err
		}
		keepers, err := t.posts(` AND role = ?`, string(Keeper))
		if err != nil || len(keepers) > 0 {
			return err
		}
		_, err = b.give(t, Post{Person: person, Role: Keeper})
		return err
	})
}

// give writes a post and its entry; one that is held already stays as it is.
func (b *Book) give(t *tx, p Post) (Post, error) {
	if p.Role.Name() == "" || p.Role.Placed() != (p.Place != "") {
		return p, ErrPlace
	}
	held, err := t.posts(` AND person = ? AND role = ? AND place = ?`, p.Person, p.Role, p.Place)
	if err != nil {
		return p, err
	}
	if len(held) > 0 {
		return held[0], nil
	}
	p.Since = b.now()
	if err := t.one(`SELECT COALESCE(MAX(id), 0) + 1 FROM records_posts`, nil, &p.ID); err != nil {
		return p, err
	}
	if err := t.exec(`INSERT INTO records_posts (id, person, role, place, name, given_by, since) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		p.ID, p.Person, string(p.Role), p.Place, p.Name, p.By, p.Since.UnixMilli()); err != nil {
		return p, err
	}
	return p, b.append(t, Entry{Actor: p.By, Kind: KindGranted, Subject: postSubject(p.ID), Detail: postDetail(p)})
}

// Kinds of entries about posts and tries.
const (
	KindGranted  = "granted"
	KindRevoked  = "revoked"
	KindInvited  = "invited"
	KindRecalled = "recalled" // an invitation
	KindRefused  = "refused"  // somebody tried what he may not
)

func postSubject(id int64) string { return "post:" + formatID(id) }

func postDetail(p Post) any {
	return map[string]any{"person": p.Person, "role": p.Role, "place": p.Place}
}

// MayStaff says whether the actor may give or take posts of this role at this
// place; "" asks for any place.
func (b *Book) MayStaff(ctx context.Context, actor int64, role Role, place string) (bool, error) {
	err := b.read(ctx, func(t *tx) error { return t.mayStaff(actor, role, place) })
	if errors.Is(err, ErrNotAllowed) {
		return false, nil
	}
	return err == nil, err
}

// mayStaff says whether the actor may give or take such a post: the owner all,
// a unit's head the handlers of his unit.
func (t *tx) mayStaff(actor int64, role Role, place string) error {
	owner, err := t.holds(actor, Owner, "")
	if err != nil || owner {
		return err
	}
	if role == Handler {
		head, err := t.holds(actor, UnitHead, place)
		if err != nil || head {
			return err
		}
	}
	return ErrNotAllowed
}

// Revoke ends a post at once. ErrNotAllowed, ErrNoPost, ErrLastOwner.
func (b *Book) Revoke(ctx context.Context, actor, id int64) (Post, error) {
	var p Post
	err := b.update(ctx, func(t *tx) error {
		list, err := t.posts(` AND id = ?`, id)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrNoPost
		}
		p = list[0]
		if err := t.mayStaff(actor, p.Role, p.Place); err != nil {
			return err
		}
		if p.Role == Owner {
			owners, err := t.posts(` AND role = ?`, string(Owner))
			if err != nil {
				return err
			}
			if len(owners) == 1 {
				return ErrLastOwner
			}
		}
		if err := t.exec(`UPDATE records_posts SET until = ? WHERE id = ? AND until = 0`, b.now().UnixMilli(), id); err != nil {
			return err
		}
		return b.append(t, Entry{Actor: actor, Kind: KindRevoked, Subject: postSubject(id), Detail: postDetail(p)})
	})
	return p, err
}
