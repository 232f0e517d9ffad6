package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// started starts a worker that is gone when the test ends.
func started(t *testing.T, command func() *exec.Cmd) *Worker {
	t.Helper()
	w, err := Start(command, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// run runs a cell and returns what it printed, and its failure, if it had one,
// in the last line.
func run(ctx context.Context, w *Worker, code string) string {
	var mu sync.Mutex
	var out strings.Builder
	done, err := w.Do(ctx, Request{Execute: &Execute{Code: code, Cell: 3}}, func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Stream != nil {
			out.WriteString(e.Stream.Text)
		}
	})
	mu.Lock()
	defer mu.Unlock()
	var crash *Crash
	switch {
	case errors.As(err, &crash):
		fmt.Fprintf(&out, "crash %s: %s\n", crash.Failure.Name, crash.Failure.Value)
	case err != nil:
		fmt.Fprintln(&out, "error", err)
	case done.Failure != nil:
		fmt.Fprintln(&out, "failure", done.Failure.Name)
	}
	return out.String()
}

func TestCells(t *testing.T) {
	ctx := context.Background()
	w := started(t, role("worker"))
	var many, lines strings.Builder
	for i := range 5000 {
		fmt.Fprintln(&many, "print", i)
		fmt.Fprintln(&lines, i)
	}
	for _, test := range []struct{ code, want string }{
		{"print a\nprint b", "a\nb\n"},
		{"print a\nerror b\nos c\nprint d\nos e", "a\nb\nc\nd\ne\n"},
		{many.String(), lines.String()},
		{"print last words\nat 4\nexit 3", "last words\ncrash Exit: the cell ended the worker process with exit status 3, cell 3, line 4\n"},
		{"print again", "again\n"},
		{many.String() + "exit 0", lines.String() + "crash Exit: the cell ended the worker process with exit status 0\n"},
		{"at 2\npanic words", "crash panic: in a goroutine: words, cell 3, line 2\n"},
		{"panic stack overflow, out of memory", "crash panic: in a goroutine: stack overflow, out of memory\n"},
		{"print before\ngarbage", "before\ncrash Crash: the cell wrote into the pipe between kernel and worker\n"},
		{"print after", "after\n"},
	} {
		if got := run(ctx, w, test.code); got != test.want {
			t.Errorf("%.60q: got %.200q, want %.200q", test.code, got, test.want)
		}
	}
}

// TestRestore sees what a new process is told of the one before it.
func TestRestore(t *testing.T) {
	ctx := context.Background()
	w := started(t, role("worker"))
	const told = "[{1 1 func x}] [x]\n"
	run(ctx, w, "keep x")
	run(ctx, w, "exit 1")
	if got := run(ctx, w, "restored"); got != told {
		t.Errorf("after a crash: %q, want %q", got, told)
	}
	run(ctx, w, "exit 1")
	if got := run(ctx, w, "restored"); got != told {
		t.Errorf("after another: %q, want %q", got, told)
	}
}

// TestHopeless sees that a worker that cannot live costs one process for each
// cell, and no more.
func TestHopeless(t *testing.T) {
	for _, name := range []string{"dies", "dies in restore"} {
		starts := 0
		w := started(t, func() *exec.Cmd {
			starts++
			return role(name)()
		})
		if name == "dies in restore" {
			run(context.Background(), w, "keep x\nexit 1")
		}
		for range 3 {
			if got := run(context.Background(), w, "print a"); !strings.HasPrefix(got, "crash Exit: ") {
				t.Errorf("%s: %q", name, got)
			}
		}
		if starts > 6 {
			t.Errorf("%s: %d processes for 4 cells", name, starts)
		}
	}
}

func TestNoCommand(t *testing.T) {
	if _, err := Start(func() *exec.Cmd { return exec.Command("/no/such/program") }, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no error")
	}
	broken := false
	w := started(t, func() *exec.Cmd {
		if broken {
			return exec.Command("/no/such/program")
		}
		return role("worker")()
	})
	broken = true
	if got := run(context.Background(), w, "exit 1"); !strings.HasPrefix(got, "crash Exit") {
		t.Errorf("the crash: %q", got)
	}
	if got := run(context.Background(), w, "print a"); !strings.HasPrefix(got, "error ") {
		t.Errorf("without a new process: %q", got)
	}
	broken = false
	if got := run(context.Background(), w, "print a"); got != "a\n" {
		t.Errorf("with one again: %q", got)
	}
}

// TestInterrupt: a cell that listens ends by itself, any other is killed after
// the grace period.
func TestInterrupt(t *testing.T) {
	for _, test := range []struct{ role, code, want string }{
		{"worker", "print a\nhang", "a\nfailure Interrupted\n"},
		{"worker", "print a\nat 2\ndeafen", "a\ncrash Interrupted: the cell did not end within 2 s of the interrupt and was killed, cell 3, line 2\n"},
		{"deaf", "print a", "crash Interrupted: the cell did not end within 2 s of the interrupt and was killed\n"},
		{"deaf", "print " + strings.Repeat("a", 1<<20), "crash Interrupted: the cell did not end within 2 s of the interrupt and was killed\n"},
	} {
		t.Run(fmt.Sprintf("%s %.20q", test.role, test.code), func(t *testing.T) {
			t.Parallel()
			w := started(t, role(test.role))
			ctx, cancel := context.WithCancel(context.Background())
			if test.role == "deaf" {
				cancel()
			}
			var out strings.Builder
			_, err := w.Do(ctx, Request{Execute: &Execute{Code: test.code, Cell: 3}}, func(e Event) {
				if e.Stream != nil {
					out.WriteString(e.Stream.Text)
					cancel()
				}
			})
			var crash *Crash
			if errors.As(err, &crash) {
				fmt.Fprintf(&out, "crash %s: %s\n", crash.Failure.Name, crash.Failure.Value)
			} else {
				out.WriteString("failure Interrupted\n")
			}
			if out.String() != test.want {
				t.Errorf("got %q, want %q", out.String(), test.want)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	w := started(t, role("worker"))
	if err := w.Answer(Input{Of: 1, Text: "nobody asked"}); err != nil {
		t.Error(err)
	}
	var out strings.Builder
	_, err := w.Do(context.Background(), Request{Execute: &Execute{Code: "ask name?\nask more?\nask end?", AllowInput: true}}, func(e Event) {
		switch {
		case e.Stream != nil:
			out.WriteString(e.Stream.Text)
		case e.Prompt != nil:
			out.WriteString(e.Prompt.Text + " ")
			in := Input{Of: e.ID, Text: "ann"}
			if e.Prompt.Text == "end?" {
				in = Input{Of: e.ID, EOF: true}
			}
			if err := w.Answer(in); err != nil {
				t.Error(err)
			}
		}
	})
	if want := "name? ann <nil>\nmore? ann <nil>\nend?  EOF\n"; err != nil || out.String() != want {
		t.Errorf("%q, %v, want %q", out.String(), err, want)
	}
	if got := run(context.Background(), w, "ask"); !strings.Contains(got, ErrNoInput.Error()) {
		t.Errorf("without a front end: %q", got)
	}
}

// TestLateOutput: what a goroutine prints after its cell goes to that cell.
func TestLateOutput(t *testing.T) {
	w := started(t, role("worker"))
	late := make(chan string, 10)
	do := func(code string, emit func(Event)) {
		if _, err := w.Do(context.Background(), Request{Execute: &Execute{Code: code}}, emit); err != nil {
			t.Error(err)
		}
	}
	do("late from the first", func(e Event) { late <- e.Stream.Text })
	do("release\nprint mine", func(e Event) {
		if e.Stream.Text != "mine\n" {
			t.Errorf("the second cell got %q", e.Stream.Text)
		}
	})
	if got := <-late; got != "from the first\n" {
		t.Errorf("the first cell got %q", got)
	}
}

// TestQuestions: completion is answered while a cell runs, and a fault in it
// costs no variables.
func TestQuestions(t *testing.T) {
	w := started(t, role("worker"))
	before := w.PID()
	ctx, cancel := context.WithCancel(context.Background())
	running := make(chan bool)
	ended := make(chan string)
	go func() {
		var once sync.Once
		_, err := w.Do(ctx, Request{Execute: &Execute{Code: "print a\nhang"}}, func(Event) { once.Do(func() { close(running) }) })
		ended <- fmt.Sprint(err)
	}()
	<-running
	done, err := w.Do(context.Background(), Request{Complete: &Complete{Code: "x"}}, nil)
	if err != nil || done.Completions == nil || done.Completions.Matches[0].Text != "completed" {
		t.Errorf("completion: %+v, %v", done, err)
	}
	if _, err := w.Do(context.Background(), Request{Inspect: &Inspect{Code: "x"}}, nil); err != nil {
		t.Errorf("a fault in inspection: %v", err)
	}
	cancel()
	if got := <-ended; got != "<nil>" || w.PID() != before {
		t.Errorf("the cell ended with %s, and the process is another: %v", got, w.PID() != before)
	}
}
