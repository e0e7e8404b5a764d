//go:build !(linux || darwin)

package main

// freeBytes: the system does not say.
func freeBytes(string) (free uint64, ok bool) { return 0, false }
