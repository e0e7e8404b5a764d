package delivery

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

//go:embed lua/*.lua
var luaFiles embed.FS

// Redis keeps the store in one Redis (6.2 or newer; single, Sentinel or
// Cluster), each step as one script. Times are the server's, so replicas whose
// clocks differ agree on leases.
//
// Every script may run twice with the effect of once, or is refused the second
// time by a key, a revision or a fence; still the client never repeats a command
// by itself (go-redis would, after a lost reply), so that a caller learns of the
// doubt. Take is the exception: a repeated call counts twice.
type Redis struct {
	db    redis.UniversalClient
	name  string
	ahead atomic.Int64 // milliseconds added to the server's clock; only tests move it
}

// connect makes the client of opts. That of a Cluster repeats commands whatever
// MaxRetries says, for which its nodes' clients get a hook.
func connect(opts redis.UniversalOptions) redis.UniversalClient {
	if opts.MasterName != "" || len(opts.Addrs) < 2 && !opts.IsClusterMode {
		return redis.NewUniversalClient(&opts)
	}
	cluster := opts.Cluster()
	cluster.NewClient = func(o *redis.Options) *redis.Client {
		node := redis.NewClient(o)
		node.AddHook(never{})
		return node
	}
	return redis.NewClusterClient(cluster)
}

// never keeps the client of a Cluster from sending a command again that may have
// been executed: it takes from such an error the type by which go-redis knows it.
// Refusals of the server and connections that never came to be are left alone.
type never struct{}

func (never) DialHook(next redis.DialHook) redis.DialHook { return next }

func (never) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (never) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if op, ok := errors.AsType[*net.OpError](err); err == nil || refusedByRedis(err) || ok && op.Op == "dial" || ctx.Err() != nil {
			return err
		}
		err = errors.New(err.Error())
		cmd.SetErr(err)
		return err
	}
}

// OpenRedis connects to Redis and tries it once. The name (of the bot, letters
// and digits) keeps installations in one Redis apart: all keys begin with
// {name}. Of opts, what would repeat commands is overridden.
func OpenRedis(ctx context.Context, opts redis.UniversalOptions, name string) (*Redis, error) {
	if name == "" || strings.ContainsAny(name, "{}") {
		return nil, fmt.Errorf("delivery: redis: %w: name %q", ErrInvalid, name)
	}
	opts.MaxRetries = -1
	opts.DialerRetries = 1
	opts.ContextTimeoutEnabled = true
	opts.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	s := &Redis{db: connect(opts), name: name}
	if err := s.db.Ping(ctx).Err(); err != nil {
		s.db.Close()
		return nil, fmt.Errorf("delivery: redis: %w", err)
	}
	return s, nil
}

// go-redis writes a line for each connection that fails, past every logger of
// ours; the same failure comes back as the error of a call, and is logged there.
func init() { redis.SetLogger(silence{}) }

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// Close closes the connections.
func (s *Redis) Close() error { return s.db.Close() }

var (
	luaPut     = lua("put")
	luaClaim   = lua("claim")
	luaExtend  = lua("extend")
	luaFinish  = lua("finish")
	luaRelease = lua("release")
	luaRevive  = lua("revive")
	luaSweep   = lua("sweep")
	luaForget  = lua("forget")
	luaBlock   = lua("block")
	luaErase   = lua("erase")
	luaLoad    = lua("load")
	luaSave    = lua("save")
	luaLock    = lua("lock")
	luaUnlock  = lua("unlock")
	luaTake    = lua("take")
)

func lua(name string) *redis.Script {
	common, err := luaFiles.ReadFile("lua/common.lua")
	if err != nil {
		panic(err)
	}
	own, err := luaFiles.ReadFile("lua/" + name + ".lua")
	if err != nil {
		panic(err)
	}
	return redis.NewScript(string(common) + "\n" + string(own))
}

// run calls a script with the keys that lua/common.lua expects and those named.
func (s *Redis) run(ctx context.Context, script *redis.Script, queue QueueName, keys []string, args ...any) *redis.Cmd {
	all := make([]string, 0, 27+len(keys))
	all = append(all, s.key("n"), s.key("blocked"), s.key("session"))
	for _, q := range []QueueName{Inbox, Outbox, Jobs} {
		for _, part := range []string{"lanes0", "lanes1", "order", "items", "tries", "lease", "parked", "notes"} {
			all = append(all, s.key(string(q), part))
		}
	}
	return script.Run(ctx, s.db, append(all, keys...), append([]any{fmt.Sprint(queue, " ", s.ahead.Load())}, args...)...)
}

// key joins the parts behind the hash tag that keeps all keys in one slot.
func (s *Redis) key(parts ...string) string {
	return "{" + s.name + "}:" + strings.Join(parts, ":")
}

func (s *Redis) seen(queue QueueName, key string) string { return s.key(string(queue), "seen", key) }

// Load implements [Sessions].
func (s *Redis) Load(ctx context.Context, key string) (value []byte, revision int64, err error) {
	got, err := s.run(ctx, luaLoad, Inbox, []string{s.key("session", key)}).StringSlice()
	if err != nil || len(got) == 0 {
		return nil, 0, wrapRedis(err)
	}
	revision, err = strconv.ParseInt(got[0], 10, 64)
	return []byte(got[1]), revision, err
}

// Save implements [Sessions].
func (s *Redis) Save(ctx context.Context, save Save) (revision int64, err error) {
	if err := checkSave(save); err != nil {
		return 0, err
	}
	revision, err = s.run(ctx, luaSave, Inbox, []string{s.key("session", save.Key)}, save.Revision, save.Value, luaTTL(save)).Int64()
	if err != nil {
		return 0, wrapRedis(err)
	}
	if revision < 0 {
		return 0, ErrConflict
	}
	return revision, nil
}

// luaTTL is the third value of a save for the scripts: milliseconds, or nothing
// to delete.
func luaTTL(save Save) any {
	if save.Value == nil {
		return ""
	}
	return max(1, save.TTL.Milliseconds())
}

// Lock implements [Locks].
func (s *Redis) Lock(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, err error) {
	if err := checkKey(name); err != nil {
		return 0, err
	}
	fence, err = s.run(ctx, luaLock, Inbox, []string{s.key("lock", name)}, owner, ttl.Milliseconds()).Int64()
	if err != nil {
		return 0, wrapRedis(err)
	}
	if fence < 0 {
		return 0, ErrHeld
	}
	return fence, nil
}

// Unlock implements [Locks].
func (s *Redis) Unlock(ctx context.Context, name string, fence int64) error {
	return wrapRedis(s.run(ctx, luaUnlock, Inbox, []string{s.key("lock", name)}, fence).Err())
}

// Take implements [Limits].
func (s *Redis) Take(ctx context.Context, key string, n, limit int64, window time.Duration) (Taken, error) {
	if err := checkKey(key); err != nil {
		return Taken{}, err
	}
	got, err := s.run(ctx, luaTake, Inbox, []string{s.key("limit", key)}, n, limit, window.Milliseconds()).Int64Slice()
	if err != nil {
		return Taken{}, wrapRedis(err)
	}
	return Taken{OK: got[0] == 1, Used: got[1], Left: time.Duration(got[2]) * time.Millisecond}, nil
}

// Blocked implements [Refusals].
func (s *Redis) Blocked(ctx context.Context, chat int64) (bool, error) {
	is, err := s.db.HExists(ctx, s.key("blocked"), strconv.FormatInt(chat, 10)).Result()
	return is, wrapRedis(err)
}

// SetBlocked implements [Refusals].
func (s *Redis) SetBlocked(ctx context.Context, chat int64, blocked bool) error {
	return wrapRedis(s.run(ctx, luaBlock, Outbox, nil, chat, blocked).Err())
}

// Erase implements [Eraser].
func (s *Redis) Erase(ctx context.Context, chat int64, sessions ...string) error {
	if err := checkPrefixes(sessions); err != nil {
		return err
	}
	args := []any{chat}
	for _, prefix := range sessions {
		args = append(args, prefix)
	}
	return wrapRedis(s.run(ctx, luaErase, Inbox, nil, args...).Err())
}

// errDamaged: a key holds what this store never puts there. Unlike a store that is
// away this does not pass, so an update that meets it is parked in the end.
var errDamaged = errors.New("a key holds something of another kind")

func wrapRedis(err error) error {
	switch {
	case err == nil:
		return nil
	case refusedByRedis(err) && strings.Contains(err.Error(), "WRONGTYPE"): // 6.2 puts words of its own before it
		return fmt.Errorf("delivery: redis: %w: %w", errDamaged, err)
	}
	return fmt.Errorf("delivery: redis: %w", err)
}
