package delivery

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Put implements [Queues].
func (s *Redis) Put(ctx context.Context, queue QueueName, items ...Item) (added int, err error) {
	if err := checkItems(items); err != nil || len(items) == 0 {
		return 0, err
	}
	keys, args := s.itemArgs(queue, items)
	added, err = s.run(ctx, luaPut, queue, keys, args...).Int()
	return added, wrapRedis(err)
}

// itemArgs gives the "seen" keys and the five values of each item for the scripts.
func (s *Redis) itemArgs(queue QueueName, items []Item) (keys []string, args []any) {
	for _, it := range items {
		keys = append(keys, s.seen(queue, it.Key))
		args = append(args, it.Key, it.Chat, int(it.Priority), fmt.Sprintf("%020d", it.Order), it.Body)
	}
	return keys, args
}

// Claim implements [Queues].
func (s *Redis) Claim(ctx context.Context, queue QueueName, owner string, max int, lease time.Duration) ([]Claim, error) {
	got, err := s.run(ctx, luaClaim, queue, nil, owner, max, lease.Milliseconds()).Slice()
	if err != nil {
		return nil, wrapRedis(err)
	}
	claims := make([]Claim, 0, len(got))
	for _, row := range got {
		c, err := parseClaim(queue, row)
		if err != nil {
			return nil, err
		}
		claims = append(claims, c)
	}
	return claims, nil
}

// parseClaim reads what lua/claim.lua gives: lane "prio:chat", member
// "lane|order|arrival", item "received:key\nbody", fence, tries.
func parseClaim(queue QueueName, row any) (Claim, error) {
	v, ok := row.([]any)
	if !ok || len(v) != 5 {
		return Claim{}, errors.New("delivery: redis: a claim of another shape")
	}
	lane, _ := v[0].(string)
	member, _ := v[1].(string)
	item, _ := v[2].(string)
	fence, _ := v[3].(int64)
	tries, _ := v[4].(int64)

	prio, chat, _ := strings.Cut(lane, ":")
	_, place, _ := strings.Cut(member, "|")
	order, _, _ := strings.Cut(place, "|")
	head, body, _ := strings.Cut(item, "\n")
	received, key, _ := strings.Cut(head, ":")

	c := Claim{Queue: queue, Fence: fence, Tries: int(tries), member: member}
	p, err1 := strconv.Atoi(prio)
	var err2, err3, err4 error
	c.Chat, err2 = strconv.ParseInt(chat, 10, 64)
	c.Order, err3 = strconv.ParseInt(order, 10, 64)
	ms, err4 := strconv.ParseInt(received, 10, 64)
	c.Priority, c.Key, c.Body, c.Received = Priority(p), key, []byte(body), time.UnixMilli(ms)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return Claim{}, fmt.Errorf("delivery: redis: a claim of another shape: %w", err)
	}
	return c, nil
}

func (c Claim) lane() string {
	return strconv.Itoa(int(c.Priority)) + ":" + strconv.FormatInt(c.Chat, 10)
}

// Extend implements [Queues].
func (s *Redis) Extend(ctx context.Context, c Claim, lease time.Duration) error {
	ours, err := s.run(ctx, luaExtend, c.Queue, nil, c.lane(), c.Fence, lease.Milliseconds()).Bool()
	if err == nil && !ours {
		return ErrFenced
	}
	return wrapRedis(err)
}

// Finish implements [Queues].
func (s *Redis) Finish(ctx context.Context, c Claim, o Outcome) error {
	if err := checkOutcome(c, o); err != nil {
		return err
	}
	block := ""
	if o.Block {
		block = strconv.FormatInt(c.Chat, 10)
	}
	state := [...]string{Done: "done", Retry: "retry", Parked: "parked"}[o.State]
	keys := []string{s.seen(c.Queue, c.Key)}
	args := []any{c.lane(), c.member, c.Fence, state, o.Delay.Milliseconds(), o.Uncounted, o.Note, o.Result, block, len(o.Saves)}
	for _, save := range o.Saves {
		keys = append(keys, s.key("session", save.Key))
		args = append(args, save.Revision, save.Value, luaTTL(save))
	}
	args = append(args, luaErasure(c, o.Erase)...)
	args = append(args, len(o.Jobs))
	for _, put := range []struct {
		queue QueueName
		items []Item
	}{{Jobs, o.Jobs}, {Outbox, o.Out}} {
		itemKeys, itemArgs := s.itemArgs(put.queue, put.items)
		keys, args = append(keys, itemKeys...), append(args, itemArgs...)
	}
	answer, err := s.run(ctx, luaFinish, c.Queue, keys, args...).Text()
	switch {
	case err != nil:
		return wrapRedis(err)
	case answer == "fenced":
		return ErrFenced
	case answer == "conflict":
		return ErrConflict
	}
	return nil
}

// luaErasure is what lua/finish.lua expects between the saves and the items.
func luaErasure(c Claim, e *Erasure) []any {
	if e == nil {
		return []any{"", 0}
	}
	args := []any{fmt.Sprintf("%020d", c.Order), len(e.Sessions)}
	for _, prefix := range e.Sessions {
		args = append(args, prefix)
	}
	return args
}

// Release implements [Queues].
func (s *Redis) Release(ctx context.Context, queue QueueName, owner string, keep ...int64) error {
	args := []any{owner}
	for _, fence := range keep {
		args = append(args, fence)
	}
	return wrapRedis(s.run(ctx, luaRelease, queue, nil, args...).Err())
}

// Result implements [Aftermath].
func (s *Redis) Result(ctx context.Context, queue QueueName, key string) (result int64, ok bool, err error) {
	got, err := s.db.Get(ctx, s.seen(queue, key)).Result()
	if errors.Is(err, redis.Nil) || err == nil && got == "" {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, wrapRedis(err)
	}
	result, err = strconv.ParseInt(got, 10, 64)
	return result, err == nil, wrapRedis(err)
}

// Revive implements [Aftermath].
func (s *Redis) Revive(ctx context.Context, queue QueueName) (revived int, err error) {
	revived, err = s.run(ctx, luaRevive, queue, nil).Int()
	return revived, wrapRedis(err)
}

// Count implements [Aftermath].
func (s *Redis) Count(ctx context.Context, queue QueueName) (Counts, error) {
	waiting, err := s.db.ZCard(ctx, s.key(string(queue), "order")).Result()
	if err != nil {
		return Counts{}, wrapRedis(err)
	}
	parked, err := s.db.ZCard(ctx, s.key(string(queue), "parked")).Result()
	return Counts{Waiting: int(waiting), Parked: int(parked)}, wrapRedis(err)
}

// Sweep implements [Aftermath].
func (s *Redis) Sweep(ctx context.Context) error {
	for _, queue := range []QueueName{Inbox, Outbox, Jobs} {
		if err := s.run(ctx, luaSweep, queue, nil, ParkedFor.Milliseconds()).Err(); err != nil {
			return wrapRedis(err)
		}
	}
	for last := "-"; last != ""; {
		next, err := s.run(ctx, luaForget, Inbox, nil, last).Text()
		if err != nil {
			return wrapRedis(err)
		}
		last = next
	}
	return nil
}
