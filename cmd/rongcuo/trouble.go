package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rongcuo/bot/delivery"
)

// troubleOf says what an error of a database, of Redis or of the disk is the fault
// of. It stands here because no other room knows all of these libraries.
func troubleOf(err error) delivery.Trouble {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresTrouble(e.Code)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteTrouble(e.Code())
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return delivery.Failed // a call of HTTP: Telegram or a model, whose faults have ways of their own
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return delivery.Full
	}
	if errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EIO) {
		return delivery.Away
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return delivery.Failed
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	if connecting || network && !errors.Is(err, context.Canceled) || pgconn.Timeout(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || broken(err) {
		return delivery.Away
	}
	return redisTroubleOf(err)
}

// broken says whether a connection ended in the middle of something; pgx has no
// type for it but one that promises that nothing was sent, or io's ends within
// its own words.
func broken(err error) bool {
	return pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed") || strings.HasSuffix(err.Error(), "unexpected EOF")
}

// postgresTrouble reads a SQLSTATE (appendix A of PostgreSQL's manual).
func postgresTrouble(code string) delivery.Trouble {
	switch {
	case code == "53100": // disk_full
		return delivery.Full
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), // connection; memory, too many connections
		strings.HasPrefix(code, "58"),                                       // the system under it
		slices.Contains([]string{"57P01", "57P02", "57P03", "57P05"}, code), // shut down, crashed, starting, idle for too long
		code == "25006",                  // read only: a standby after a failover
		code == "40001", code == "40P01": // serialisation, deadlock: another try helps
		return delivery.Away
	}
	return delivery.Failed
}

// sqliteTrouble reads a result code, of which the low byte is the kind.
func sqliteTrouble(code int) delivery.Trouble {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return delivery.Full
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN:
		return delivery.Away
	}
	return delivery.Failed
}

// redisTroubleOf reads what begins an answer of Redis: it has no types.
func redisTroubleOf(err error) delivery.Trouble {
	for part := err; part != nil; part = errors.Unwrap(part) {
		word, _, _ := strings.Cut(part.Error(), " ")
		switch word {
		case "OOM":
			return delivery.Full
		case "MISCONF", "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS":
			return delivery.Away
		}
	}
	return delivery.Failed
}

// postgresWatch notes each failure of the database's own on the update in hand, so
// that one which a handler met and excused is known too.
type postgresWatch struct{}

func noteAway(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil && troubleOf(err) == delivery.Away {
		delivery.NoteAway(ctx)
	}
}

// TraceQueryStart implements pgx.QueryTracer.
func (postgresWatch) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (postgresWatch) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	noteAway(ctx, data.Err)
}

// TraceConnectStart implements pgx.ConnectTracer.
func (postgresWatch) TraceConnectStart(ctx context.Context, _ pgx.TraceConnectStartData) context.Context {
	return ctx
}

// TraceConnectEnd implements pgx.ConnectTracer.
func (postgresWatch) TraceConnectEnd(ctx context.Context, data pgx.TraceConnectEndData) {
	noteAway(ctx, data.Err)
}
