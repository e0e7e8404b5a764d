// Package postgrestest gives a test a PostgreSQL of its own: Start brings a
// server up on a unix socket, NewDatabase an empty database on it.
//
// It runs the programs of an installed PostgreSQL (on PATH, or where Debian
// keeps them) in a folder that goes when the test ends. The server refuses to
// run as root, so that a test run by root starts it as the user postgres or
// nobody, by setpriv; where setpriv is there, the server also ends with a test
// that is killed. It is real but for fsync, which is off: nothing that a test
// does survives the machine.
package postgrestest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// startTimeout is what a busy machine may take to start a server; a second is
// usual.
const startTimeout = 60 * time.Second

const role = "rongcuo"

// Start runs a server until the test ends and gives the address of its database
// "postgres", for sql.Open("pgx", …). Without PostgreSQL on the machine the test
// is skipped, or fails when RONGCUO_TEST_REQUIRE, a list with commas, names
// postgres.
func Start(t testing.TB) (dsn string) {
	t.Helper()
	return StartServer(t).DSN
}

// Server is a PostgreSQL that a test may stop and run again.
type Server struct {
	DSN string // of its database "postgres"

	t    testing.TB
	run  func() *exec.Cmd
	stop func()
}

// StartServer is Start for a test that has the server go and come back.
func StartServer(t testing.TB) *Server {
	t.Helper()
	bin, err := programs()
	if err != nil {
		missing(t, err)
	}
	// t.TempDir is too long for a socket (107 bytes) and closed to other users.
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	as, err := asServer(dir)
	if err != nil {
		missing(t, err)
	}
	data := filepath.Join(dir, "data")
	init := command(dir, as, filepath.Join(bin, "initdb"), "-D", data, "-U", role, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if said, err := init.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, said)
	}
	s := &Server{t: t, run: func() *exec.Cmd {
		return command(dir, as, filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off")
	}}
	s.DSN = (&url.URL{Scheme: "postgres", User: url.User(role), Path: "/postgres", RawQuery: url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode()}).String()
	s.Run()
	t.Cleanup(s.Stop)
	return s
}

// Run starts the server and waits until it answers.
func (s *Server) Run() {
	s.t.Helper()
	server := s.run()
	log, err := os.Create(filepath.Join(server.Dir, "log"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		server.Wait() //nolint:errcheck // how it ended is in its log
		close(ended)
	}()
	s.stop = func() {
		server.Process.Signal(os.Interrupt) //nolint:errcheck // SIGINT: sessions are cut, then it ends
		select {
		case <-ended:
		case <-time.After(startTimeout):
			server.Process.Kill() //nolint:errcheck // it may have ended by now
			<-ended
		}
	}
	if err := await(s.DSN, ended); err != nil {
		said, _ := os.ReadFile(log.Name()) // best effort: err is what counts
		s.t.Fatalf("postgres does not answer: %v\n%s", err, said)
	}
}

// Stop cuts all sessions and ends the server; its data stay for Run.
func (s *Server) Stop() { s.stop() }

var databases atomic.Int64

// NewDatabase makes an empty database on a started server and gives its
// address. It goes with the server.
func NewDatabase(t testing.TB, dsn string) string {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("test%d", databases.Add(1))
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func missing(t testing.TB, reason error) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("RONGCUO_TEST_REQUIRE"), ","), "postgres") {
		t.Fatalf("RONGCUO_TEST_REQUIRE asks for postgres: %v", reason)
	}
	t.Skipf("not run on PostgreSQL: %v", reason)
}

// programs finds the folder of initdb and postgres, of the newest version that
// is installed.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("no initdb on PATH or in /usr/lib/postgresql")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 sorts an odd name first
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// asServer gives the words before a command that run it as a user who is not
// root, and makes that user the owner of dir.
func asServer(dir string) ([]string, error) {
	setpriv, err := exec.LookPath("setpriv")
	root := os.Getuid() == 0
	if err != nil {
		if root {
			return nil, errors.New("postgres does not run as root, and there is no setpriv")
		}
		return nil, nil
	}
	if !root {
		return []string{setpriv, "--pdeathsig", "QUIT"}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return []string{setpriv, "--reuid", u.Uid, "--regid", u.Gid, "--clear-groups", "--pdeathsig", "QUIT"}, os.Chown(dir, uid, gid)
}

func command(dir string, as []string, words ...string) *exec.Cmd {
	words = append(slices.Clone(as), words...)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	return cmd
}

// await connects until the server answers, ends or takes too long.
func await(dsn string, ended <-chan struct{}) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
