package notebook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"heddle/interp/worker"
	"heddle/kernel/internal/toy"
)

func TestMain(m *testing.M) {
	toy.Main()
	os.Exit(m.Run())
}

func startWorker(t *testing.T) *worker.Worker {
	t.Helper()
	w, err := worker.Start(toy.Command, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// outputs.ipynb has every kind of output, and cells that are not run.
func TestRunCollects(t *testing.T) {
	n := open(t, "testdata/outputs.ipynb")
	if err := Run(context.Background(), n, startWorker(t), Options{}); err != nil {
		t.Fatal(err)
	}
	compare(t, n, "testdata/outputs.golden.ipynb")
}

// code makes a notebook of code cells.
func code(sources ...string) *Notebook {
	n := &Notebook{}
	for _, s := range sources {
		n.Cells = append(n.Cells, &Cell{Type: "code", Source: s})
	}
	return n
}

// outputs is what the cells of n show, a line an output.
func outputs(n *Notebook) string {
	var b strings.Builder
	for i, c := range n.Cells {
		for _, o := range c.Outputs {
			fmt.Fprintf(&b, "%d %s", i+1, o.Type())
			switch o.Type() {
			case "stream":
				fmt.Fprintf(&b, " %q", o.stream)
			case "error":
				fmt.Fprintf(&b, " %v", o.fields["ename"])
			default:
				fmt.Fprintf(&b, " %v", o.fields["data"].(map[string]any)["text/plain"])
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestRunErrors(t *testing.T) {
	const fails = "print a\nfail b\nprint c"
	tagged := code(fails, "print d")
	tagged.Cells[0].Metadata = map[string]any{"tags": []any{"raises-exception"}}
	for _, test := range []struct {
		name string
		n    *Notebook
		opt  Options
		err  string // of a *CellError
		want string
	}{
		{"first error ends it", code("print x", fails, "print d"), Options{},
			"cell 2: Fail: b", "1 stream \"x\\n\"\n2 stream \"a\\n\"\n2 error Fail\n"},
		{"errors allowed", code(fails, "print d"), Options{AllowErrors: true},
			"", "1 stream \"a\\n\"\n1 error Fail\n2 stream \"d\\n\"\n"},
		{"raises-exception", tagged, Options{},
			"", "1 stream \"a\\n\"\n1 error Fail\n2 stream \"d\\n\"\n"},
		{"crash", code("exit 3", "print d"), Options{},
			"cell 1: Exit: the cell ended the worker process with exit status 3", "1 error Exit\n"},
		{"after a crash", code("exit 3", "print d"), Options{AllowErrors: true},
			"", "1 error Exit\n2 stream \"d\\n\"\n"},
		{"no input", code("input x"), Options{},
			"cell 1: InputError: this front end gives no input: the cell reads os.Stdin, but allow_stdin is false", "1 error InputError\n"},
		{"timeout", code("loop", "print d"), Options{Timeout: time.Millisecond},
			"cell 1: Timeout: the cell did not end within 1ms", "1 error Interrupted\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := Run(context.Background(), test.n, startWorker(t), test.opt)
			if _, ok := errors.AsType[*CellError](err); err != nil && !ok || fmt.Sprint(err) != orNil(test.err) {
				t.Errorf("error %v, want %s", err, orNil(test.err))
			}
			if got := outputs(test.n); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

func orNil(s string) string {
	if s == "" {
		return "<nil>"
	}
	return s
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := code("print a\nloop", "print b")
	var steps []string
	err := Run(ctx, n, startWorker(t), Options{Progress: func(s Step) {
		steps = append(steps, fmt.Sprintf("%d %d/%d %v", s.Cell, s.Number, s.Total, s.Ended))
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := strings.Join(steps, ", "); got != "0 1/2 false, 0 1/2 true" {
		t.Error(got)
	}
	if got := outputs(n); !strings.HasSuffix(got, "1 error Interrupted\n") || strings.Contains(got, "2 ") {
		t.Error(got)
	}
}

// A worker that goes on after the run, with goroutines that print, leaves the
// notebook alone.
func TestOutputAfterTheRunIsDropped(t *testing.T) {
	w := startWorker(t)
	n := code("later a")
	if err := Run(context.Background(), n, w, Options{}); err != nil {
		t.Fatal(err)
	}
	next := code("release")
	if err := Run(context.Background(), next, w, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := outputs(n); got != "" {
		t.Error(got)
	}
}

// A long print costs no more than its length.
func TestRunOfAFlood(t *testing.T) {
	n := code("flood 200000")
	if err := Run(context.Background(), n, startWorker(t), Options{}); err != nil {
		t.Fatal(err)
	}
	if o := n.Cells[0].Outputs; len(o) != 1 || strings.Count(string(o[0].stream), "\n") != 200_000 {
		t.Errorf("%d outputs", len(o))
	}
}
