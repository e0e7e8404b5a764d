package records

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"
)

// exportColumns are the columns of [Book.Export]; the last two are the chain. The
// content stands as it was hashed, so that anybody can compute the hashes again.
var exportColumns = []string{"序号", "时间", "毫秒", "人员编号", "事项", "对象", "内容", "前一条校验值", "本条校验值"}

const byteOrderMark = "\ufeff" // spreadsheet programs then read UTF-8

// Export writes the entries behind one as a table (CSV), all for 0, oldest first,
// as of one moment, and says how many they were. [CheckExport] proves the file
// without the book.
func (b *Book) Export(ctx context.Context, to io.Writer, after int64) (entries int64, err error) {
	if _, err := io.WriteString(to, byteOrderMark); err != nil {
		return 0, err
	}
	w := csv.NewWriter(to)
	if err := w.Write(exportColumns); err != nil {
		return 0, err
	}
	err = b.read(ctx, func(t *tx) error {
		return t.rows(`SELECT seq, at, actor, kind, subject, detail, prev, hash FROM records_chain WHERE seq > ? ORDER BY seq`, []any{after}, func(scan func(...any) error) error {
			e, detail, prev, hash, err := scanEntry(scan)
			if err != nil {
				return err
			}
			entries++
			return w.Write([]string{strconv.FormatInt(e.Seq, 10), e.At.In(china).Format("2006-01-02 15:04:05"), strconv.FormatInt(e.At.UnixMilli(), 10),
				strconv.FormatInt(e.Actor, 10), e.Kind, e.Subject, detail, prev, hash})
		})
	})
	w.Flush()
	return entries, errors.Join(err, w.Error())
}

// ErrNoExport: what should be an export is no table of entries.
var ErrNoExport = errors.New("records: this is no export of the entries")

// CheckExport recomputes the chain of an export. An export of a part proves that
// part; what came before it, the hash before its first entry stands for.
func CheckExport(from io.Reader) (c Checked, err error) {
	r := csv.NewReader(from)
	head, err := r.Read()
	if err != nil || len(head) != len(exportColumns) || !slices.Equal(head[1:], exportColumns[1:]) {
		return c, ErrNoExport
	}
	var last int64
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, ErrNoExport
		}
		var e Entry
		var at int64
		for place, into := range map[int]*int64{0: &e.Seq, 2: &at, 3: &e.Actor} {
			if *into, err = strconv.ParseInt(row[place], 10, 64); err != nil {
				return c, ErrNoExport
			}
		}
		e.At, e.Kind, e.Subject = time.UnixMilli(at), row[4], row[5]
		detail, prev, hash := row[6], row[7], row[8]
		switch {
		case c.Entries > 0 && e.Seq != last+1:
			c.Wrong = &Wrong{last + 1, sayMissingEntry}
		case c.Entries > 0 && prev != c.Head, e.Seq == 1 && prev != "", hash != entryHash(e, detail, prev),
			row[1] != e.At.In(china).Format("2006-01-02 15:04:05"):
			c.Wrong = &Wrong{e.Seq, sayChangedEntry}
		}
		if c.Wrong != nil {
			return c, nil
		}
		c.Entries++
		c.Head, last = hash, e.Seq
	}
}
