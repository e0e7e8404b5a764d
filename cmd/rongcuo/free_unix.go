//go:build linux || darwin

package main

import "syscall"

// freeBytes says how much an ordinary user may still write below a folder; ok is
// false where the system does not say.
func freeBytes(dir string) (free uint64, ok bool) {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true
}
