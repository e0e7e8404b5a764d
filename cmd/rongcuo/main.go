// Command rongcuo answers officials' questions on the rules of error tolerance
// (容错纠错) and keeps the knowledge base that the answers are drawn from.
//
// This package is the only one that knows all the others: it reads settings,
// wires the rooms together and holds one file per sub-command.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit statuses.
const (
	exitOK      = 0
	exitFailed  = 1
	exitMisused = 2
)

// command is a sub-command.
type command struct {
	name  string
	about string
	run   func(ctx context.Context, args []string, out, errOut io.Writer) error
}

var commands = []command{
	{"demo", "在本机打开聊天页面，试用全部功能", runDemo},
	{"serve", "在 Telegram 上运行机器人", runServe},
	{"ask", "回答一个问题", runAsk},
	{"reindex", "把一个文件夹收入知识库，并换上新的索引", runReindex},
	{"eval", "用问题集测量检索、引用和拒答", runEval},
	{"verify", "核验全部记录是否被改动", runVerify},
	{"audit", "导出审计记录，或者核验导出的文件", runAudit},
	{"check", "检查每一项设置，说明怎样改正", runCheck},
	{"backup", "备份全部记录，机器人可以照常运行", runBackup},
	{"restore", "用备份恢复全部记录", runRestore},
	{"migrate-store", "把数据文件夹里的全部记录迁移到 PostgreSQL", runMigrateStore},
	{"healthcheck", "看运行中的机器人是否正常", runHealthcheck},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	if len(args) > 1 && args[0] == "help" {
		args = []string{args[1], "-h"}
	}
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		printHelp(out)
		if len(args) == 0 {
			return exitMisused
		}
		return exitOK
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, args[1:], out, errOut)
		var misuse *misuseError
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return exitOK
		case errors.As(err, &misuse):
			fmt.Fprintln(errOut, misuse.text)
			return exitMisused
		case ctx.Err() != nil:
			fmt.Fprintln(errOut, textCancelled)
			return exitFailed
		}
		fmt.Fprintln(errOut, err)
		return exitFailed
	}
	fmt.Fprintf(errOut, textUnknownCommand+"\n", args[0])
	return exitMisused
}

func printHelp(out io.Writer) {
	fmt.Fprintln(out, textHelpHead)
	for _, c := range commands {
		fmt.Fprintf(out, "  rongcuo %-13s %s\n", c.name, c.about)
	}
	fmt.Fprintln(out, textHelpTail)
}

// misuseError is a command line that can't be understood: exit status 2.
type misuseError struct{ text string }

func (e *misuseError) Error() string { return e.text }

func wrongUse(text string) error { return &misuseError{text} }

// failure is an error that is told to the user as it stands.
func failure(format string, args ...any) error { return fmt.Errorf(format, args...) }

// newFlags gives a flag set that prints to errOut and returns its errors.
func newFlags(name string, errOut io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet("rongcuo "+name, flag.ContinueOnError)
	f.SetOutput(errOut)
	return f
}

// parseFlags allows flags before and after the words, as people type them; the
// words are then in f.Args.
func parseFlags(f *flag.FlagSet, args []string) error {
	var words []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return err
			}
			return wrongUse(textWrongFlag)
		}
		args = f.Args()
		if len(args) == 0 {
			break
		}
		words, args = append(words, args[0]), args[1:]
	}
	return f.Parse(append([]string{"--"}, words...))
}
