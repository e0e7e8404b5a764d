package delivery

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestRedisURLOfEveryForm(t *testing.T) {
	tests := []struct{ address, want string }{
		{"redis://db.internal", "addrs [db.internal:6379] db 0"},
		{" redis://:p%40ss%3A@10.0.0.1:6380/3/ \n", "addrs [10.0.0.1:6380] password p@ss: db 3"},
		{"redis://secret@db", "addrs [db:6379] password secret db 0"},
		{"redis://app:a@b@db", "addrs [db:6379] user app password a@b db 0"},
		{"rediss://app:x@db.internal", "addrs [db.internal:6379] user app password x db 0 tls"},
		{"redis://[::1]:7000", "addrs [[::1]:7000] db 0"},
		{"redis://[::1]", "addrs [[::1]:6379] db 0"},
		{"redis+sentinel://x@a,b:26380,c/主库/2?sentinel_user=s&sentinel_password=t%26u", "addrs [a:26379 b:26380 c:26379] password x master 主库 sentinel s:t&u db 2"},
		{"rediss+sentinel://a,b/m", "addrs [a:26379 b:26379] master m db 0 tls"},
		{"redis+cluster://u:p@a:7001", "addrs [a:7001] user u password p cluster db 0"},
		{"redis+cluster://a,b/0", "addrs [a:6379 b:6379] cluster db 0"},
		{"unix:///run/redis.sock?db=4", "addrs [/run/redis.sock] db 4"},
		{"unix://pw@/run/redis.sock", "addrs [/run/redis.sock] password pw db 0"},
	}
	for _, test := range tests {
		o, err := ParseRedisURL(test.address)
		if err != nil {
			t.Errorf("%s: %v", test.address, err)
			continue
		}
		got := fmt.Sprint("addrs ", o.Addrs)
		for _, part := range []struct{ name, value string }{{"user", o.Username}, {"password", o.Password}, {"master", o.MasterName}} {
			if part.value != "" {
				got += " " + part.name + " " + part.value
			}
		}
		if o.SentinelPassword != "" {
			got += " sentinel " + o.SentinelUsername + ":" + o.SentinelPassword
		}
		if o.IsClusterMode {
			got += " cluster"
		}
		got += fmt.Sprint(" db ", o.DB)
		if o.TLSConfig != nil {
			got += " tls"
		}
		if got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.address, got, test.want)
		}
	}
}

func TestRedisURLThatIsWrongIsRefusedWithoutItsPassword(t *testing.T) {
	tests := []struct{ address, says string }{
		{"", textRedisScheme},
		{"db:6379", textRedisScheme},
		{"http://u:s3cret@db", textRedisScheme},
		{"redis://u:s3cret@", "第 1 台"},
		{"redis://u:s3cret@db:0", "第 1 台"},
		{"redis://u:s3cret@db:65536", "第 1 台"},
		{"redis://u:s3cret@db:x", "第 1 台"},
		{"redis://::1", "第 1 台"},
		{"redis://u:s3cret@a,b", textRedisOneHost},
		{"redis://u:s3cret@db/one", textRedisDB},
		{"redis://u:s3cret@db/-1", textRedisDB},
		{"redis://u:s3cret%zz@db", textRedisEscape},
		{"redis://u:s3cret@db?password=s3cret", textRedisQuery},
		{"redis://u:s3cret?@db", "百分号|参数"},
		{"redis+sentinel://u:s3cret@a,b", textRedisMaster},
		{"redis+sentinel://u:s3cret@a,,b/m", "第 2 台"},
		{"redis+sentinel://a,a/m", "第 2 台"},
		{"redis+sentinel://a/m?sentinel_password=s3cret&sentinel_password=s3cret", textRedisQuery},
		{"redis+cluster://u:s3cret@a,b/3", textRedisClusterDB},
		{"unix://s3cret@run/redis.sock", textRedisSocket},
	}
	for _, test := range tests {
		_, err := ParseRedisURL(test.address)
		if err == nil || !slices.ContainsFunc(strings.Split(test.says, "|"), func(s string) bool { return strings.Contains(err.Error(), s) }) {
			t.Errorf("%s: %v, want %q", test.address, err, test.says)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error shows the password: %v", test.address, err)
		}
	}
}

func FuzzParseRedisURL(f *testing.F) {
	for _, seed := range []string{"redis://u:p@h:1/2", "redis+sentinel://p@a,b/m/1?sentinel_password=x", "redis+cluster://[::1]:7,b", "unix:///s?db=1", "rediss://%", "redis://a?b=c;d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		o, err := ParseRedisURL(address)
		if err != nil {
			return
		}
		if len(o.Addrs) == 0 || o.DB < 0 || o.IsClusterMode && (o.DB != 0 || o.MasterName != "") {
			t.Errorf("%q was read as %+v", address, o)
		}
	})
}
