package knowledge

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// Threat T8: a model server that sends us elsewhere is not followed, neither with
// the key nor without.
func TestAModelServersRedirectIsNotFollowed(t *testing.T) {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		var followed atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, status)
		}))
		m, err := NewModels(ModelConfig{BaseURL: server.URL, Key: canaryKey, ChatModel: "fake", EmbeddingModel: "fake", Dimensions: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Complete(t.Context(), "甲", "乙", nil); err == nil {
			t.Errorf("%d: a redirect is an answer", status)
		}
		if followed.Load() > 0 {
			t.Errorf("%d: followed", status)
		}
		m.Close()
		server.Close()
		other.Close()
	}
}

// A name that leads to a barred address is refused when the address is known.
func TestNoConnectionIsMadeToABarredAddress(t *testing.T) {
	for address, want := range map[string]bool{
		"169.254.169.254:80": true, "[fe80::1%eth0]:80": true, "[::ffff:169.254.169.254]:80": true, "100.100.100.200:80": true,
		"168.63.129.16:80": true, "[fd00:ec2::254]:80": true, "0.0.0.0:80": true, "[::]:80": true, "192.0.0.192:80": true,
		"127.0.0.1:80": false, "10.1.2.3:8000": false, "203.0.113.9:443": false, "[2001:db8::1]:443": false,
	} {
		if got := refuseBarred("tcp", address, nil) != nil; got != want {
			t.Errorf("%s: barred %v", address, got)
		}
	}
}
