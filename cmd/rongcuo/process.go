package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// maxProcesses is how many processes may share a data folder.
const maxProcesses = 64

// nameProcess gives this process a name that no other living one has, by which
// locks and leases know it; the next process in its place gets the same, and so
// takes back at once what this one held when it died. It rests on a lock file
// in the data folder, which the system frees with the process. Where a folder
// knows no locks the name is a new one each time: then what a dead process held
// is free after some seconds.
func nameProcess(ctx context.Context, dir string) (name string, free func()) {
	host, _ := os.Hostname() // without one the folder alone tells
	path, err := filepath.Abs(dir)
	if err != nil {
		path = dir
	}
	place := fmt.Sprintf("%s-%x", host, sha256.Sum256([]byte(path)))
	place = place[:len(host)+1+8]
	for n := range maxProcesses {
		held, err := holdFile(ctx, filepath.Join(dir, fmt.Sprintf("process-%d.lock", n)))
		if err == nil {
			return fmt.Sprintf("%s-%d", place, n), func() { held.Close() }
		}
	}
	return place + "-" + rand.Text(), func() {}
}

// holdFile keeps a lock on a file until it is closed: an open transaction on an
// empty SQLite database, whose locks work on every system.
func holdFile(ctx context.Context, path string) (*sql.DB, error) {
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	options := url.Values{"_pragma": {"busy_timeout(0)", "locking_mode(EXCLUSIVE)"}}
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(path)+"?"+options.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetConnMaxIdleTime(0)
	if _, err := db.ExecContext(ctx, `BEGIN EXCLUSIVE`); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}
