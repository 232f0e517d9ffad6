// Package shell runs the shell commands of cells.
package shell

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"time"
)

// Run runs a command of the system's shell until it ends or ctx does, and passes
// on what it prints as it comes. It returns the exit status.
func Run(ctx context.Context, command string, print func(stream, text string)) (status int, err error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	if runtime.GOOS == "windows" {
		cmd = exec.CommandContext(ctx, "cmd", "/C", command)
	}
	cmd.Stdout, cmd.Stderr = printer{"stdout", print}, printer{"stderr", print}
	cmd.WaitDelay = 100 * time.Millisecond // what it left in the background may hold its output open
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exit.ExitCode(), nil
	case errors.Is(err, exec.ErrWaitDelay):
		return 0, nil
	}
	return 0, err
}

type printer struct {
	stream string
	print  func(stream, text string)
}

func (p printer) Write(b []byte) (int, error) {
	p.print(p.stream, string(b))
	return len(b), nil
}
