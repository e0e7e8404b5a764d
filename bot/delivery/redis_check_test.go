package delivery

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// checked gives what Check finds, fatal findings marked with "!".
func checked(t *testing.T, opts redis.UniversalOptions) []string {
	t.Helper()
	s, err := OpenRedis(t.Context(), opts, "check")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	found, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range found {
		if f.Fatal {
			f.Text = "!" + f.Text
		}
		texts = append(texts, f.Text)
	}
	return texts
}

func TestRedisCheckFindsWhatCouldLoseAMessage(t *testing.T) {
	dir := redisDir(t)
	t.Cleanup(startRedis(t, dir))
	opts := redis.UniversalOptions{Addrs: []string{filepath.Join(dir, "s")}}
	admin := redis.NewUniversalClient(&opts)
	defer admin.Close()
	do := func(args ...any) {
		t.Helper()
		if err := admin.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if got := checked(t, opts); len(got) != 0 {
		t.Errorf("a good server: %q", got)
	}
	for _, test := range []struct{ setting, wrong, right, want string }{
		{"appendfsync", "everysec", "always", "everysec，断电最多"},
		{"appendfsync", "no", "always", "!Redis 的 appendfsync 为 no"},
		{"maxmemory-policy", "allkeys-lru", "noeviction", "!Redis 的 maxmemory-policy 为 allkeys-lru"},
		{"appendonly", "no", "yes", "!Redis 没有开启 appendonly"},
	} {
		do("CONFIG", "SET", test.setting, test.wrong)
		if got := checked(t, opts); len(got) != 1 || !strings.Contains(got[0], test.want) {
			t.Errorf("%s %s: %q, want %q", test.setting, test.wrong, got, test.want)
		}
		do("CONFIG", "SET", test.setting, test.right)
	}
	do("ACL", "SETUSER", "managed", "on", ">pw", "~*", "&*", "+@all", "-config")
	opts.Username, opts.Password = "managed", "pw"
	if got := checked(t, opts); len(got) != 1 || !strings.Contains(got[0], "无权查看 Redis 的 appendfsync") || strings.HasPrefix(got[0], "!") {
		t.Errorf("without CONFIG: %q", got)
	}
	do("ACL", "SETUSER", "managed", "-info")
	if got := checked(t, opts); len(got) != 3 || slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "!") }) {
		t.Errorf("without INFO: %q", got)
	}
}

func TestRedisCheckLooksAtEveryMasterOfACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("starting a cluster takes seconds")
	}
	opts, err := ParseRedisURL(clusterURL(t))
	if err != nil {
		t.Fatal(err)
	}
	nodes := redis.NewUniversalClient(&opts).(*redis.ClusterClient)
	defer nodes.Close()
	set := func(value string) {
		err := nodes.ForEachMaster(t.Context(), func(ctx context.Context, c *redis.Client) error {
			return c.ConfigSet(ctx, "maxmemory-policy", value).Err()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := checked(t, opts); len(got) != 0 {
		t.Errorf("a good cluster: %q", got)
	}
	set("volatile-lru")
	defer set("noeviction")
	if got := checked(t, opts); len(got) != 3 || !strings.HasPrefix(got[0], "!节点 127.0.0.1:") {
		t.Errorf("a cluster that evicts: %q", got)
	}
}

func TestRedisCheckFindsAMasterThatWouldTakeWhatNoReplicaGets(t *testing.T) {
	opts, err := ParseRedisURL(sentinelURL(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := checked(t, opts); len(got) != 0 {
		t.Errorf("a good master: %q", got)
	}
	admin := redis.NewUniversalClient(&opts)
	defer admin.Close()
	if err := admin.ConfigSet(t.Context(), "min-replicas-to-write", "0").Err(); err != nil {
		t.Fatal(err)
	}
	defer admin.ConfigSet(context.Background(), "min-replicas-to-write", "1")
	if got := checked(t, opts); len(got) != 1 || !strings.Contains(got[0], "min-replicas-to-write") {
		t.Errorf("a master that goes on alone: %q", got)
	}
}

func TestRedisVersionsThatAreOldEnough(t *testing.T) {
	for version, want := range map[string]bool{"7.0.15": true, "6.2.0": true, "6.0.20": false, "5.9.9": false, "10.1": true, "": false, "x": false} {
		if got := atLeast62(version); got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}

// TestASentinelsFailoverLosesNothing moves the master while an office works. The
// replica is in step here; one that lags loses what it had not received.
func TestASentinelsFailoverLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("a failover takes seconds")
	}
	opts, err := ParseRedisURL(sentinelURL(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenRedis(t.Context(), opts, "failover")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	r := &recorder{}
	o := newOffice(t, Config{Store: s, Client: r, Handler: echo})
	start(t, o)
	arrive(t, o, 1, 7, "甲")
	eventually(t, "the first answer", func() bool { return len(r.texts(7)) == 1 })

	sentinel := redis.NewSentinelClient(&redis.Options{Addr: opts.Addrs[0]})
	defer sentinel.Close()
	before, err := sentinel.GetMasterAddrByName(t.Context(), "main").Result()
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the Sentinel finds the replica good enough", func() bool {
		return sentinel.Failover(t.Context(), "main").Err() == nil
	})
	began := time.Now()
	it, err := updateItem(textUpdate(2, 7, "乙"))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "another master", func() bool {
		after, err := sentinel.GetMasterAddrByName(t.Context(), "main").Result()
		return err == nil && !slices.Equal(after, before)
	})
	eventually(t, "the new master takes an update", func() bool {
		_, err := s.Put(t.Context(), Inbox, it)
		return err == nil
	})
	eventually(t, "its answer", func() bool { return slices.Contains(r.texts(7), "2 乙") })
	t.Logf("answered %.1f s after the failover was ordered", time.Since(began).Seconds())
}
