package delivery

import (
	"errors"
	"fmt"
	"strings"
)

// checkKey holds the keys of items, sessions, locks and limits to what every
// store can keep: they are made of identifiers, never of a person's text.
func checkKey(key string) error {
	if key == "" || len(key) > maxKey || strings.ContainsAny(key, "\n\x00") {
		return fmt.Errorf("%w: key of %d bytes", ErrInvalid, len(key))
	}
	return nil
}

func checkItems(items []Item) error {
	for _, it := range items {
		if err := checkKey(it.Key); err != nil {
			return err
		}
		if it.Priority < Reply || it.Priority > Notice || it.Order < 0 {
			return fmt.Errorf("%w: priority %d, order %d", ErrInvalid, it.Priority, it.Order)
		}
	}
	return nil
}

func checkOutcome(c Claim, o Outcome) error {
	if err := errors.Join(checkItems(o.Out), checkItems(o.Jobs)); err != nil {
		return err
	}
	saved := make(map[string]bool, len(o.Saves))
	for _, s := range o.Saves {
		if err := checkSave(s); err != nil {
			return err
		}
		if saved[s.Key] {
			return fmt.Errorf("%w: a session saved twice in one step", ErrInvalid)
		}
		saved[s.Key] = true
	}
	if o.Erase != nil {
		if c.Queue != Inbox || o.State != Done {
			return fmt.Errorf("%w: only an update that is done erases its chat", ErrInvalid)
		}
		return checkPrefixes(o.Erase.Sessions)
	}
	return nil
}

// checkPrefixes refuses above all an empty prefix, which would be every session.
func checkPrefixes(prefixes []string) error {
	for _, p := range prefixes {
		if err := checkKey(p); err != nil {
			return err
		}
	}
	return nil
}

func checkSave(s Save) error {
	if err := checkKey(s.Key); err != nil {
		return err
	}
	if s.Value != nil && s.TTL <= 0 {
		return fmt.Errorf("%w: a session without an end", ErrInvalid)
	}
	return nil
}
