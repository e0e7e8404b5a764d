package main

import (
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"github.com/caarlos0/env/v11"
)

// backupKey is what BACKUP_KEY_FILE holds: a passphrase, a key of age
// (AGE-SECRET-KEY-1…), or its public half (age1…), with which backups can be
// made but not read. nil: backups are not encrypted.
type backupKey struct {
	recipient age.Recipient
	identity  age.Identity // nil: the public half
}

type backupSettings struct {
	KeyFile string `env:"BACKUP_KEY_FILE"`
}

const (
	backupKeyPrefix    = "AGE-SECRET-KEY-1"
	backupPublicPrefix = "age1"
	passphraseShortest = 16 // signs; a passphrase is tried offline by whoever stole the file
)

func readBackupKey() (*backupKey, error) {
	var s backupSettings
	if err := env.Parse(&s); err != nil || s.KeyFile == "" {
		return nil, err
	}
	data, err := os.ReadFile(s.KeyFile)
	if err != nil {
		return nil, failure("设置 BACKUP_KEY_FILE 指向的文件打不开，请检查路径和权限。")
	}
	text := strings.TrimSpace(string(data))
	key := new(backupKey)
	switch {
	case strings.HasPrefix(text, backupKeyPrefix):
		own, keyErr := age.ParseX25519Identity(text)
		if err = keyErr; err == nil {
			key.identity, key.recipient = own, own.Recipient()
		}
	case strings.HasPrefix(text, backupPublicPrefix):
		key.recipient, err = age.ParseX25519Recipient(text)
	case len([]rune(text)) < passphraseShortest:
		err = errors.New("too short")
	default:
		key.recipient, err = age.NewScryptRecipient(text)
		if err == nil {
			key.identity, err = age.NewScryptIdentity(text)
		}
	}
	if err != nil {
		return nil, failure("设置 BACKUP_KEY_FILE 的内容应当是一行：至少 %d 个字符的口令，或者 age 的密钥、公钥。", passphraseShortest)
	}
	return key, nil
}

// seal gives a writer whose Close completes the backup but leaves w open.
func (k *backupKey) seal(w io.Writer) (io.WriteCloser, error) {
	s := &backupSeal{under: w}
	if k == nil {
		s.sum = sha256.New()
		w = io.MultiWriter(w, s.sum)
	} else {
		encrypted, err := age.Encrypt(w, k.recipient)
		if err != nil {
			return nil, failure("备份不能加密，请检查设置 BACKUP_KEY_FILE。")
		}
		s.encrypted, w = encrypted, encrypted
	}
	var err error
	s.Writer, err = gzip.NewWriterLevel(w, gzip.BestSpeed)
	return s, err
}

type backupSeal struct {
	*gzip.Writer
	under     io.Writer
	sum       hash.Hash      // without a key
	encrypted io.WriteCloser // with a key
}

func (s *backupSeal) Close() error {
	if err := s.Writer.Close(); err != nil {
		return err
	}
	if s.encrypted != nil {
		return s.encrypted.Close()
	}
	_, err := s.under.Write(s.sum.Sum(nil))
	return err
}
