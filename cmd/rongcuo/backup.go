package main

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// A backup is one file: a tar inside gzip, the database first, then the folders
// of files, the manifest last. The order is the reason why it is whole: a file
// is stored before the row that names it, so files read after the database's
// snapshot hold all that the rows name. Without a key the SHA-256 of the gzip
// follows it as 32 bytes; with a key all of it is inside age, which
// authenticates every byte.
const (
	backupFormat   = 1
	backupManifest = "manifest.json"
	backupSuffix   = ".rcbak"
	backupNamed    = "rongcuo-20060102-150405" + backupSuffix // UTC, so that names sort
	backupMark     = ".last-backup"                           // in the data folder: when the last one was made
)

// backupFolders are the folders below the data folder that are records: the
// published library, what people attached to filings, and the tables of holidays
// that administrators adopted.
var backupFolders = []string{libraryDir, filesDir, calendarDir}

// backup says what is in a file; it is the manifest.
type backup struct {
	Format  int              `json:"format"`
	Program string           `json:"program"` // version that made it
	Made    time.Time        `json:"made"`
	Schema  map[string]int   `json:"schema,omitempty"` // version by table, such as records_schema
	Rows    map[string]int64 `json:"rows,omitempty"`   // by table
	Chain   *chainHead       `json:"chain,omitempty"`
	Parts   []backupPart     `json:"parts"`
}

// chainHead is the end of the chain of records. Kept apart from the backup, it
// proves that none was cut off or replaced.
type chainHead struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

type backupPart struct {
	Name  string `json:"name"` // slashes, below the data folder
	Bytes int64  `json:"bytes"`
	Hash  string `json:"sha256"`
}

func (b backup) holds(name string) bool {
	return slices.ContainsFunc(b.Parts, func(p backupPart) bool { return p.Name == name })
}

const backupUsage = "用法：rongcuo backup [-data 文件夹] [-keep 份数] [-files] 备份文件或已有的文件夹"

// runBackup writes everything that is a record into one file, while the bot may
// go on working.
func runBackup(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("backup", errOut)
	data := flags.String("data", "data", "数据文件夹")
	keep := flags.Int("keep", 0, "备份到文件夹时只保留最近的几份，0 表示全部保留")
	files := flags.Bool("files", false, "只备份文件，不备份数据库（PostgreSQL 另有归档时用）")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *keep < 0 {
		return wrongUse(backupUsage)
	}
	s, err := readSettings()
	if err != nil {
		return err
	}
	if err := refuseMigrated(s, *data); err != nil {
		return err
	}
	key, err := readBackupKey()
	if err != nil {
		return err
	}
	made := time.Now().UTC()
	file, folder := flags.Arg(0), ""
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		folder, file = file, filepath.Join(file, made.Format(backupNamed))
	}
	b, err := writeBackup(ctx, source{dir: *data, postgres: s.DatabaseURL, filesOnly: *files}, file, key, made)
	if err != nil {
		return err
	}
	printBackup(out, "✓ 已备份到 "+file, b)
	if key == nil {
		fmt.Fprintln(out, "! 备份没有加密。设置 BACKUP_KEY_FILE 后会加密。")
	}
	if err := os.WriteFile(filepath.Join(*data, backupMark), []byte(made.Format(time.RFC3339)+"\n"), 0o600); err != nil {
		return failure("备份已完成，但是没能在数据文件夹里记下时间，请检查权限。")
	}
	return dropOldBackups(folder, *keep)
}

func printBackup(out io.Writer, head string, b backup) {
	var bytes, rows int64
	for _, p := range b.Parts {
		bytes += p.Bytes
	}
	for _, n := range b.Rows {
		rows += n
	}
	fmt.Fprintf(out, "%s：%d 个文件，%d 行数据，共 %.1f MB。\n", head, len(b.Parts), rows, float64(bytes)/1e6)
	if b.Chain != nil {
		fmt.Fprintf(out, "  记录 %d 条，末条校验值 %s（请另行保存）\n", b.Chain.Seq, b.Chain.Hash)
	}
}

// dropOldBackups keeps the newest backups that were named by the program.
func dropOldBackups(folder string, keep int) error {
	if folder == "" || keep == 0 {
		return nil
	}
	names, err := filepath.Glob(filepath.Join(folder, "rongcuo-????????-??????"+backupSuffix))
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names[:max(len(names)-keep, 0)] {
		if err := os.Remove(name); err != nil {
			return failure("备份已完成，但是旧备份“%s”删不掉，请检查权限。", name)
		}
	}
	return nil
}

// lastBackup gives when the records in a data folder were last backed up.
func lastBackup(dir string) (time.Time, bool) {
	text, err := os.ReadFile(filepath.Join(dir, backupMark))
	if err != nil {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(text)))
	return at, err == nil
}

// source is what is backed up.
type source struct {
	dir       string
	postgres  string // address; empty: the database is in the folder
	filesOnly bool
}

// writeBackup makes the file under another name, and names it when it is whole
// and on disk. A file that is there already is not touched.
func writeBackup(ctx context.Context, from source, file string, key *backupKey, made time.Time) (b backup, err error) {
	b = backup{Format: backupFormat, Program: programVersion(), Made: made}
	if _, err := os.Lstat(file); err == nil {
		return b, failure("“%s”已经存在，请换一个文件名。", file)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".rongcuo-backup-*")
	if err != nil {
		return b, failure("不能写入“%s”所在的文件夹，请检查路径、权限和磁盘空间。", file)
	}
	defer os.Remove(tmp.Name()) // when it was renamed, it is gone
	defer tmp.Close()
	written := &writeFailure{to: tmp}
	defer func() {
		if written.err != nil { // whatever that looked like to who wrote
			err = failure("备份没有写完：“%s”所在的磁盘写不下，请清理空间或者换一个磁盘再试。没有留下残缺的备份。", file)
		}
	}()
	sealed, err := key.seal(written)
	if err != nil {
		return b, err
	}
	w := &backupWriter{tar: tar.NewWriter(sealed), backup: &b}
	switch {
	case from.filesOnly:
	case from.postgres != "":
		beside, err := os.MkdirTemp(filepath.Dir(file), ".rongcuo-backup-*")
		if err != nil {
			return b, failure("不能写入“%s”所在的文件夹，请检查路径、权限和磁盘空间。", file)
		}
		defer os.RemoveAll(beside)
		if err := w.postgres(ctx, from.postgres, beside); err != nil {
			return b, err
		}
	default:
		if err := w.database(ctx, from.dir, tmp.Name()+".db"); err != nil {
			return b, err
		}
	}
	for _, folder := range backupFolders {
		if err := w.folder(ctx, from.dir, folder); err != nil {
			return b, fmt.Errorf("备份没有完成，文件夹“%s”读不完：%w", folder, err)
		}
	}
	if err := errors.Join(w.manifest(), w.tar.Close(), sealed.Close(), tmp.Sync(), tmp.Close()); err != nil {
		return b, failure("备份没有写完，请检查磁盘空间。")
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return b, failure("备份不能命名为“%s”，请检查权限。", file)
	}
	return b, syncFolder(filepath.Dir(file))
}

// writeFailure tells a full disk from a fault of what is read or sealed.
type writeFailure struct {
	to  io.Writer
	err error
}

func (w *writeFailure) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

// syncFolder puts the names in a folder on disk.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

type backupWriter struct {
	tar    *tar.Writer
	backup *backup
}

// database adds a snapshot: VACUUM INTO reads one state of all tables while
// others write, and leaves no free pages.
func (w *backupWriter) database(ctx context.Context, dir, snapshot string) error {
	if _, err := os.Stat(filepath.Join(dir, databaseFile)); err != nil {
		return failure("“%s”里没有数据，请用 -data 指定数据文件夹。", dir)
	}
	db, err := openFile(ctx, dir)
	if err != nil {
		return err
	}
	defer db.Close()
	defer os.Remove(snapshot)
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, snapshot); err != nil {
		return failure("数据库没有读完，请检查磁盘空间：%v", err)
	}
	if err := w.backup.describe(ctx, snapshot); err != nil {
		return err
	}
	f, err := os.Open(snapshot)
	if err != nil {
		return err
	}
	defer f.Close()
	return w.add(databaseFile, f)
}

// folder adds the files of a folder; one that is not there is empty. What is no
// plain file is left out, and so is what was deleted meanwhile.
func (w *backupWriter) folder(ctx context.Context, dir, folder string) error {
	root, err := os.OpenRoot(filepath.Join(dir, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !e.Type().IsRegular() {
			return errors.Join(err, ctx.Err())
		}
		f, err := root.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer f.Close()
		return w.add(folder+"/"+name, f)
	})
}

func (w *backupWriter) add(name string, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime(), Format: tar.FormatPAX}); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.CopyN(io.MultiWriter(w.tar, sum), f, info.Size())
	if err != nil {
		return err
	}
	w.backup.Parts = append(w.backup.Parts, backupPart{Name: name, Bytes: n, Hash: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (w *backupWriter) manifest() error {
	text, err := json.MarshalIndent(w.backup, "", "  ")
	if err != nil {
		return err
	}
	header := tar.Header{Name: backupManifest, Mode: 0o600, Size: int64(len(text)), ModTime: w.backup.Made, Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(&header); err != nil {
		return err
	}
	_, err = w.tar.Write(text)
	return err
}

// version is set by the build of a release: -ldflags="-X main.version=1.0.0".
var version string

// programVersion is the version under which this program was built.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

// describe reads versions, counts and the chain's head from a database file
// that nobody writes.
func (b *backup) describe(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(path)+"?mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer db.Close()
	var tables string
	if err := db.QueryRowContext(ctx, `SELECT coalesce(group_concat(name), '') FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`).Scan(&tables); err != nil {
		return err
	}
	b.Schema, b.Rows, b.Chain = make(map[string]int), make(map[string]int64), nil
	for table := range strings.SplitSeq(tables, ",") {
		if table == "" {
			continue
		}
		var rows int64
		if err := db.QueryRowContext(ctx, `SELECT count(*) FROM `+quoteName(table)).Scan(&rows); err != nil {
			return err
		}
		b.Rows[table] = rows
		if strings.HasSuffix(table, "_schema") {
			var version int
			if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM `+quoteName(table)).Scan(&version); err != nil {
				return err
			}
			b.Schema[table] = version
		}
	}
	if _, ok := b.Rows["records_head"]; !ok {
		return nil
	}
	b.Chain = new(chainHead)
	return db.QueryRowContext(ctx, `SELECT seq, hash FROM records_head`).Scan(&b.Chain.Seq, &b.Chain.Hash)
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
