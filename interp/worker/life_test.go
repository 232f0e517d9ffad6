package worker

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestClose(t *testing.T) {
	w := started(t, role("worker"))
	running := make(chan bool)
	ended := make(chan error)
	go func() {
		_, err := w.Do(context.Background(), Request{Execute: &Execute{Code: "print a\ndeafen"}}, func(Event) { close(running) })
		ended <- err
	}()
	<-running
	w.Close()
	var crash *Crash
	if err := <-ended; !errors.As(err, &crash) || crash.Failure.Name != "Closed" {
		t.Errorf("the cell ended with %v", err)
	}
	if got := run(context.Background(), w, "print a"); got != "error worker is closed\n" {
		t.Errorf("after Close: %q", got)
	}
	w.Close()
}

// TestNoOrphans: what a cell started ends with its worker, and both with the
// kernel. They hold the writing end of a pipe, which ends when all are gone.
func TestNoOrphans(t *testing.T) {
	pipe := func() (r, w *os.File) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close(); w.Close() })
		return r, w
	}
	t.Run("kernel killed", func(t *testing.T) {
		r, w := pipe()
		cmd := role("kernel")()
		cmd.Stdout = w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		w.Close()
		started := make([]byte, len("started\n"))
		if _, err := io.ReadFull(r, started); err != nil || string(started) != "started\n" {
			t.Fatalf("%q, %v", started, err)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
			t.Errorf("%q, %v", rest, err)
		}
	})
	for _, end := range []string{"exit 1", "panic words"} {
		t.Run("worker ended by "+end, func(t *testing.T) {
			r, w := pipe()
			worker := started(t, func() *exec.Cmd {
				cmd := role("worker")()
				cmd.Stdout = w
				return cmd
			})
			if got := run(context.Background(), worker, "child\n"+end); !strings.HasPrefix(got, "started\ncrash") {
				t.Errorf("the cell: %q", got)
			}
			worker.Close()
			w.Close()
			if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
				t.Errorf("%q, %v", rest, err)
			}
		})
	}
}
