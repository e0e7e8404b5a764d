package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

const restoreUsage = "用法：rongcuo restore [-data 文件夹] [-force] 备份文件"

const (
	restoreStage  = ".restore-"       // begins the folder in which everything is checked
	restoreBefore = "before-restore-" // begins the folder that keeps what was there
)

// What a person is told when a file is not what it should be.
var (
	errDamaged = errors.New("备份文件已损坏或者不完整，没有改动任何数据。请换一份备份。")
	errLocked  = errors.New("备份文件打不开：已加密，请用设置 BACKUP_KEY_FILE 指定做备份时的口令或者密钥。")
)

// runRestore puts a backup in place of the records in the data folder.
func runRestore(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("restore", errOut)
	data := flags.String("data", "data", "数据文件夹")
	force := flags.Bool("force", false, "数据文件夹不是空的也恢复；原有数据移到其中的 "+restoreBefore+"… 文件夹")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return wrongUse(restoreUsage)
	}
	s, err := readSettings()
	if err != nil {
		return err
	}
	key, err := readBackupKey()
	if err != nil {
		return err
	}
	b, err := restoreBackup(ctx, flags.Arg(0), source{dir: *data, postgres: s.DatabaseURL}, key, *force)
	if err != nil {
		return err
	}
	printBackup(out, "✓ 已恢复 "+b.Made.Local().Format("2006年1月2日 15:04")+" 的备份", b)
	return nil
}

// restoreBackup reads and checks everything beside the data, and moves it into
// place only then; the records into PostgreSQL where that is set.
func restoreBackup(ctx context.Context, file string, to source, key *backupKey, force bool) (backup, error) {
	var b backup
	dir := to.dir
	f, err := os.Open(file)
	if err != nil {
		return b, failure("备份文件“%s”打不开，请检查路径和权限。", file)
	}
	defer f.Close()
	plain, err := key.open(f)
	if err != nil {
		return b, err
	}
	if err := readyForRestore(ctx, dir, force); err != nil {
		return b, err
	}
	stage, err := os.MkdirTemp(dir, restoreStage)
	if err != nil {
		return b, failure("不能写入数据文件夹“%s”，请检查权限和磁盘空间。", dir)
	}
	defer os.RemoveAll(stage)
	if b, err = unpack(ctx, plain, stage); err != nil {
		return b, err
	}
	if b.holds(databaseFile) {
		if err := proveDatabase(ctx, stage, b); err != nil {
			return b, err
		}
		if to.postgres != "" {
			if err := restorePostgres(ctx, to.postgres, stage); err != nil {
				return b, err
			}
		}
	}
	if err := moveIntoPlace(stage, dir); err != nil {
		return b, err
	}
	if to.postgres == "" && b.holds(databaseFile) { // the records are in this folder again
		err = os.Remove(filepath.Join(dir, migratedMark))
	}
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return b, err
}

// open gives the gzip inside a backup; without encryption its sum is checked
// first, so that not one wrong byte is read.
func (k *backupKey) open(f *os.File) (io.Reader, error) {
	start := bufio.NewReader(io.NewSectionReader(f, 0, 64))
	if magic, err := start.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		return openSummed(f)
	}
	if magic, err := start.Peek(len(ageMagic)); err != nil || string(magic) != ageMagic {
		return nil, errDamaged
	}
	if k == nil || k.identity == nil {
		return nil, errLocked
	}
	plain, err := age.Decrypt(f, k.identity)
	if _, wrongKey := errors.AsType[*age.NoIdentityMatchError](err); wrongKey {
		return nil, errLocked
	}
	if err != nil {
		return nil, errDamaged
	}
	return plain, nil
}

// ageMagic begins an encrypted backup (the age format, version 1).
const ageMagic = "age-encryption.org/v1\n"

func openSummed(f *os.File) (io.Reader, error) {
	info, err := f.Stat()
	if err != nil || info.Size() < sha256.Size {
		return nil, errDamaged
	}
	size := info.Size() - sha256.Size
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, size)); err != nil {
		return nil, errDamaged
	}
	want := make([]byte, sha256.Size)
	if _, err := f.ReadAt(want, size); err != nil || !bytes.Equal(want, sum.Sum(nil)) {
		return nil, errDamaged
	}
	return io.NewSectionReader(f, 0, size), nil
}

// readyForRestore makes the folder and sees that nothing in it is lost or in
// use. What an earlier restore left when it was killed is removed.
func readyForRestore(ctx context.Context, dir string, force bool) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return failure("不能建立数据文件夹“%s”，请检查路径和权限。", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return failure("数据文件夹“%s”打不开，请检查路径和权限。", dir)
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, restoreStage):
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return failure("数据文件夹里的“%s”删不掉，请检查权限。", name)
			}
		case name == "lost+found": // of a file system of its own
		case !force:
			return failure("数据文件夹“%s”不是空的。确认要换掉其中的数据，请加上 -force；原有数据会移到其中的 %s… 文件夹。", dir, restoreBefore)
		}
	}
	if inUse(ctx, filepath.Join(dir, databaseFile)) {
		return failure("机器人正在使用数据文件夹“%s”，请先停止机器人。", dir)
	}
	return nil
}

// inUse says whether another connection has the database open: one that has
// keeps a lock, also when it does nothing. A file that can't be read is not in
// use.
func inUse(ctx context.Context, path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	options := url.Values{"_pragma": {"busy_timeout(0)", "locking_mode(EXCLUSIVE)"}}
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(path)+"?"+options.Encode())
	if err != nil {
		return false
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, `BEGIN EXCLUSIVE; ROLLBACK`)
	return err != nil && strings.Contains(err.Error(), "SQLITE_BUSY")
}

// unpack writes the parts below stage and compares each with the manifest.
func unpack(ctx context.Context, plain io.Reader, stage string) (backup, error) {
	var b backup
	compressed, err := gzip.NewReader(plain)
	if err != nil {
		return b, errDamaged
	}
	root, err := os.OpenRoot(stage)
	if err != nil {
		return b, err
	}
	defer root.Close()
	var have []backupPart
	var manifest []byte
	for archive := tar.NewReader(compressed); ; {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err := ctx.Err(); err != nil {
			return b, err
		}
		switch {
		case err != nil || manifest != nil || h.Typeflag != tar.TypeReg || !isPart(h.Name):
			return b, errDamaged
		case h.Name == backupManifest:
			if manifest, err = io.ReadAll(archive); err != nil {
				return b, errDamaged
			}
		default:
			p, err := unpackPart(root, h.Name, archive)
			if err != nil {
				return b, err
			}
			have = append(have, p)
		}
	}
	if _, err := io.Copy(io.Discard, compressed); err != nil { // to the last byte, which is authenticated too
		return b, errDamaged
	}
	if err := json.Unmarshal(manifest, &b); err != nil {
		return b, errDamaged
	}
	if b.Format > backupFormat {
		return b, errNewerBackup(b)
	}
	if !slices.Equal(have, b.Parts) {
		return b, errDamaged
	}
	return b, nil
}

func errNewerBackup(b backup) error {
	return failure("备份由更新版本的程序（%s）做成，请换用新版本的程序恢复。没有改动任何数据。", b.Program)
}

// isPart says whether a backup may hold a file of this name.
func isPart(name string) bool {
	if name == backupManifest || name == databaseFile {
		return true
	}
	folder, _, ok := strings.Cut(name, "/")
	return ok && filepath.IsLocal(name) && path.Clean(name) == name && slices.Contains(backupFolders, folder)
}

// unpackPart writes one file and has it on disk when it returns.
func unpackPart(root *os.Root, name string, from io.Reader) (backupPart, error) {
	p := backupPart{Name: name}
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return p, failure("备份里的“%s”写不下，请检查磁盘空间和权限。没有改动任何数据。", name)
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return p, failure("备份里的“%s”写不下，请检查磁盘空间和权限。没有改动任何数据。", name)
	}
	defer f.Close()
	sum := sha256.New()
	read := &readFailure{from: from}
	if p.Bytes, err = io.Copy(io.MultiWriter(f, sum), read); err == nil {
		err = f.Sync()
	}
	if read.err != nil {
		return p, errDamaged
	}
	if err != nil {
		return p, failure("备份里的“%s”写不下，请检查磁盘空间。没有改动任何数据。", name)
	}
	p.Hash = hex.EncodeToString(sum.Sum(nil))
	return p, nil
}

// readFailure tells a damaged backup from a full disk.
type readFailure struct {
	from io.Reader
	err  error
}

func (r *readFailure) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// proveDatabase sees that the database is whole, that this program knows its
// tables, and that the chain of records holds up to the head in the manifest.
// An older schema is brought up to date here, and the restoring becomes an entry
// of the chain.
func proveDatabase(ctx context.Context, stage string, b backup) error {
	var found backup
	if err := found.describe(ctx, filepath.Join(stage, databaseFile)); err != nil {
		return errDamaged
	}
	if !maps.Equal(found.Schema, b.Schema) || !maps.Equal(found.Rows, b.Rows) ||
		(found.Chain == nil) != (b.Chain == nil) || b.Chain != nil && *found.Chain != *b.Chain {
		return errDamaged
	}
	db, err := openFile(ctx, stage)
	if err != nil {
		return errDamaged
	}
	defer db.Close()
	var state string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&state); err != nil || state != "ok" {
		return errDamaged
	}
	book, err := openAll(ctx, db, b)
	if err != nil {
		return err
	}
	checked, err := book.Verify(ctx)
	if err != nil {
		return err
	}
	if w := checked.Wrong; w != nil {
		return failure("备份里第 %d 条记录有问题：%s没有改动任何数据。", w.Seq, w.Why)
	}
	if err := book.Note(ctx, records.Entry{Kind: "restored", Detail: map[string]any{"backup": b.Made.Format(time.RFC3339), "head": checked.Head}}); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return err
	}
	return db.Close() // leaves the database in one file
}

// openAll opens the tables of every room, each of which refuses what a newer
// program wrote.
func openAll(ctx context.Context, db database, b backup) (*records.Book, error) {
	_, err := newBase(ctx, settings{Embedding: embeddingOff}, &db) // rows are checked, nothing is asked
	if _, newer := errors.AsType[*knowledge.NewerError](err); newer {
		return nil, errNewerBackup(b)
	}
	if err != nil {
		return nil, fmt.Errorf("备份里的知识库打不开，没有改动任何数据：%w", err)
	}
	store, err := openQueues(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("备份里的消息打不开，没有改动任何数据：%w", err)
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return openBook(ctx, db, nil)
}

// moveIntoPlace puts what was there aside and renames the new parts, the
// database last: until then the folder is visibly unfinished. When a step fails
// the steps before it are undone.
func moveIntoPlace(stage, dir string) (err error) {
	aside := filepath.Join(dir, restoreBefore+time.Now().UTC().Format("20060102-150405.000"))
	var undo [][2]string
	defer func() {
		if err == nil {
			return
		}
		for _, m := range slices.Backward(undo) {
			err = errors.Join(err, os.Rename(m[1], m[0]))
		}
		err = fmt.Errorf("数据没有换上，原有数据仍在原处：%w", err)
	}()
	move := func(from, to string) error {
		if _, err := os.Lstat(from); os.IsNotExist(err) {
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
		undo = append(undo, [2]string{from, to})
		return nil
	}
	parts := slices.Concat(backupFolders, []string{databaseFile})
	whole := exists(filepath.Join(stage, databaseFile))
	for _, name := range slices.Concat(parts, []string{databaseFile + "-wal", databaseFile + "-shm"}) {
		if !whole && strings.HasPrefix(name, databaseFile) {
			continue // a backup of files alone leaves the database
		}
		if err := move(filepath.Join(dir, name), filepath.Join(aside, name)); err != nil {
			return err
		}
	}
	for _, name := range parts {
		if err := move(filepath.Join(stage, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return syncFolder(dir)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
