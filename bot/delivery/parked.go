package delivery

import (
	"context"
	"fmt"
	"time"
)

// Parked says how many updates, messages and jobs are set aside after their last
// try, each for [ParkedFor].
func (o *Office) Parked(ctx context.Context) (n int, err error) {
	for _, queue := range []QueueName{Inbox, Outbox, Jobs} {
		c, err := o.store.Count(ctx, queue)
		if err != nil {
			return 0, err
		}
		n += c.Parked
	}
	return n, nil
}

// Revive puts everything that is set aside back in line, in its old order and with
// all its tries, and says how much that was.
func (o *Office) Revive(ctx context.Context) (n int, err error) {
	for queue, pump := range map[QueueName]*pump{Inbox: o.inbox, Outbox: o.outbox, Jobs: o.jobs} {
		revived, err := o.store.Revive(ctx, queue)
		if err != nil {
			return n, err
		}
		n += revived
		pump.poke()
	}
	return n, nil
}

const (
	versionSession  = "delivery:version"
	versionRemember = 10 * 365 * 24 * time.Hour
)

// ReviveFor is Revive when this version of the program starts on the store for the
// first time since another did: what the old one could not handle the new one may.
// Of replicas that start together one does it.
func (o *Office) ReviveFor(ctx context.Context, version string) error {
	value, revision, err := o.store.Load(ctx, versionSession)
	if err != nil {
		return fmt.Errorf("delivery: the version before this one: %w", err)
	}
	if string(value) == version || version == "" {
		return nil
	}
	_, err = o.store.Save(ctx, Save{Key: versionSession, Revision: revision, Value: []byte(version), TTL: versionRemember})
	if err != nil {
		return fmt.Errorf("delivery: noting the version: %w", err) // ErrConflict: another replica was first
	}
	n, err := o.Revive(ctx)
	if n > 0 {
		o.log.Info("another version of the program: what was set aside is in line again", "count", n)
	}
	return err
}
