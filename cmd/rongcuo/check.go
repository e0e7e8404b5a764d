package main

import (
	"context"
	"io"
)

func runCheck(ctx context.Context, args []string, out, errOut io.Writer) error { return nil }
