package delivery

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Finding is something about a Redis that its operator should know.
type Finding struct {
	Fatal bool   // acknowledged messages could be lost: refuse to start
	Text  string // one Chinese sentence that says what is wrong and how to mend it
}

// Check looks if every server that holds the store keeps what it acknowledges:
// version 6.2 or newer, appendonly yes, appendfsync always, maxmemory-policy
// noeviction; and of a master with replicas, whether it stops taking what none of
// them gets. Most is read from INFO, so that it works where CONFIG is forbidden
// (managed Redis); what can't be seen is a finding too, not fatal. An error means
// that a server did not answer.
func (s *Redis) Check(ctx context.Context) ([]Finding, error) {
	cluster, ok := s.db.(*redis.ClusterClient)
	if !ok {
		return checkServer(ctx, s.db)
	}
	var mu sync.Mutex
	var all []Finding
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, server *redis.Client) error {
		found, err := checkServer(ctx, server)
		mu.Lock()
		defer mu.Unlock()
		for _, f := range found {
			f.Text = fmt.Sprintf(textRedisNode, server.Options().Addr, f.Text)
			all = append(all, f)
		}
		return err
	})
	return all, wrapRedis(err)
}

func checkServer(ctx context.Context, server redis.Cmdable) (found []Finding, err error) {
	say := func(fatal bool, text string, args ...any) {
		found = append(found, Finding{fatal, fmt.Sprintf(text, args...)})
	}
	info := make(map[string]string)
	for _, section := range []string{"server", "persistence", "memory", "replication"} {
		text, err := server.Info(ctx, section).Result()
		if err != nil && !refusedByRedis(err) {
			return nil, wrapRedis(err)
		}
		for line := range strings.Lines(text) {
			if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				info[key] = value
			}
		}
	}
	if v := info["redis_version"]; v == "" {
		say(false, textRedisUnseen, "redis_version")
	} else if !atLeast62(v) {
		say(true, textRedisOld, v)
	}
	switch policy := info["maxmemory_policy"]; policy {
	case "noeviction":
	case "":
		say(false, textRedisUnseen, "maxmemory-policy")
	default:
		say(true, textRedisEvicts, policy)
	}
	if n := info["connected_slaves"]; n != "" && n != "0" && info["min_slaves_good_slaves"] == "" {
		// INFO has this line only when min-replicas-to-write is set.
		say(false, textRedisAlone)
	}
	switch info["aof_enabled"] {
	case "1":
		return checkFsync(ctx, server, found)
	case "0":
		say(true, textRedisNoAOF)
	default:
		say(false, textRedisUnseen, "appendonly")
	}
	return found, nil
}

// checkFsync looks at the one setting that only CONFIG shows.
func checkFsync(ctx context.Context, server redis.Cmdable, found []Finding) ([]Finding, error) {
	config, err := server.ConfigGet(ctx, "appendfsync").Result()
	if err != nil && !refusedByRedis(err) {
		return nil, wrapRedis(err)
	}
	switch config["appendfsync"] {
	case "always":
		return found, nil
	case "everysec":
		return append(found, Finding{false, textRedisEverySec}), nil
	case "no":
		return append(found, Finding{true, textRedisNoFsync}), nil
	}
	return append(found, Finding{false, fmt.Sprintf(textRedisUnseen, "appendfsync")}), nil
}

// refusedByRedis says that the server answered, and would not.
func refusedByRedis(err error) bool {
	_, ok := errors.AsType[redis.Error](err)
	return ok
}

// atLeast62 reads "6.2.14".
func atLeast62(version string) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	major, _ := strconv.Atoi(first)
	minor, _ := strconv.Atoi(second)
	return major > 6 || major == 6 && minor >= 2
}
