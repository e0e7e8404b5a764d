package delivery

import (
	"testing"
	"time"
)

func TestAServerWithoutLimitsIsNotMadeToWaitButObeyed(t *testing.T) {
	l := newLimits(true)
	for range 200 {
		if wait := l.admit(7); wait != 0 {
			t.Fatalf("waits %s", wait)
		}
	}
	if n, _ := l.room(); n <= 0 {
		t.Error("no room")
	}
	l.closeChat(7, time.Hour)
	if l.admit(7) == 0 {
		t.Error("a retry_after is not obeyed")
	}
	if l.admit(8) != 0 {
		t.Error("another chat waits too")
	}
}
