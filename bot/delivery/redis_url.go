package delivery

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// redisSchemes are the beginnings of addresses that ParseRedisURL knows, with
// the port that Redis or its Sentinel listens on unless another is named.
var redisSchemes = map[string]struct {
	tls, sentinel, cluster bool
	port                   string
}{
	"redis":           {port: "6379"},
	"rediss":          {port: "6379", tls: true},
	"redis+sentinel":  {port: "26379", sentinel: true},
	"rediss+sentinel": {port: "26379", sentinel: true, tls: true},
	"redis+cluster":   {port: "6379", cluster: true},
	"rediss+cluster":  {port: "6379", cluster: true, tls: true},
}

// ParseRedisURL reads an address for [OpenRedis]:
//
//	redis://user:password@host:6379/0          one server
//	redis+sentinel://password@host1,host2/main/0  the master "main" that these Sentinels name
//	redis+cluster://user:password@host1,host2  a Cluster, of which these are some nodes
//	unix:///run/redis.sock?db=0                one server on a socket
//
// with "rediss" for TLS by the system's certificates. A name or password with
// other than letters and digits is percent-encoded; a single word before @ is a
// password. Sentinels with a password of their own get it by
// ?sentinel_user=…&sentinel_password=…. An error is a Chinese sentence that names
// the part that is wrong and shows no value of it, for it may hold a password.
func ParseRedisURL(address string) (redis.UniversalOptions, error) {
	var o redis.UniversalOptions
	scheme, rest, ok := strings.Cut(strings.TrimSpace(address), "://")
	kind, known := redisSchemes[scheme]
	if !ok || !known && scheme != "unix" {
		return o, errors.New(textRedisScheme)
	}
	rest, query, _ := strings.Cut(rest, "?")
	if err := redisQuery(&o, query, kind.sentinel, scheme == "unix"); err != nil {
		return o, err
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		if err := redisUser(&o, rest[:at]); err != nil {
			return o, err
		}
		rest = rest[at+1:]
	}
	if scheme == "unix" {
		if !strings.HasPrefix(rest, "/") {
			return o, errors.New(textRedisSocket)
		}
		o.Addrs = []string{rest}
		return o, nil
	}
	hosts, path, _ := strings.Cut(rest, "/")
	if kind.sentinel {
		o.MasterName, path, _ = strings.Cut(path, "/")
		if o.MasterName == "" {
			return o, errors.New(textRedisMaster)
		}
	}
	var err error
	if o.Addrs, err = redisHosts(hosts, kind.port); err != nil {
		return o, err
	}
	switch {
	case kind.cluster && strings.Trim(path, "/0") != "":
		return o, errors.New(textRedisClusterDB)
	case !kind.cluster && !kind.sentinel && len(o.Addrs) > 1:
		return o, errors.New(textRedisOneHost)
	}
	o.IsClusterMode = kind.cluster
	if kind.tls {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12} // crypto/tls adds each host's name
	}
	if path = strings.TrimSuffix(path, "/"); path != "" {
		return o, redisNumber(&o, path)
	}
	return o, nil
}

func redisUser(o *redis.UniversalOptions, user string) error {
	name, password, two := strings.Cut(user, ":")
	if !two {
		name, password = "", name
	}
	var err1, err2 error
	o.Username, err1 = url.PathUnescape(name)
	o.Password, err2 = url.PathUnescape(password)
	if err1 != nil || err2 != nil {
		return errors.New(textRedisEscape)
	}
	return nil
}

func redisQuery(o *redis.UniversalOptions, query string, sentinel, socket bool) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New(textRedisEscape)
	}
	for key, list := range values {
		switch {
		case len(list) == 1 && sentinel && key == "sentinel_user":
			o.SentinelUsername = list[0]
		case len(list) == 1 && sentinel && key == "sentinel_password":
			o.SentinelPassword = list[0]
		case len(list) == 1 && socket && key == "db":
			if err := redisNumber(o, list[0]); err != nil {
				return err
			}
		default:
			return errors.New(textRedisQuery)
		}
	}
	return nil
}

func redisNumber(o *redis.UniversalOptions, db string) (err error) {
	if o.DB, err = strconv.Atoi(db); err != nil || o.DB < 0 {
		return errors.New(textRedisDB)
	}
	return nil
}

// redisHosts reads host:port,host:port; IPv6 addresses stand in brackets.
func redisHosts(list, port string) (addrs []string, err error) {
	for i, host := range strings.Split(list, ",") {
		if host != "" && !strings.Contains(host[strings.LastIndexByte(host, ']')+1:], ":") {
			host += ":" + port
		}
		name, number, err := net.SplitHostPort(host)
		n, err2 := strconv.Atoi(number)
		if err != nil || err2 != nil || name == "" || n < 1 || n > 65535 || strings.ContainsAny(name, "/?#@% \t\n") || slices.Contains(addrs, host) {
			return nil, fmt.Errorf(textRedisHost, i+1)
		}
		addrs = append(addrs, net.JoinHostPort(name, number))
	}
	return addrs, nil
}
