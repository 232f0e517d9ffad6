package interp_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"heddle/interp"
	"heddle/interp/shell"
	"heddle/interp/symbols"
	"heddle/interp/worker"
	"heddle/lessons"
)

// The worker under test is this binary itself.
func TestMain(m *testing.M) {
	if os.Getenv("HEDDLE_TEST_WORKER") != "" {
		serve()
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

func serve() {
	requests, events, mark, err := worker.Inherited()
	if err == nil {
		err = worker.Confine()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	in, err := interp.New(interp.Config{Mark: mark, Exports: symbols.Exports(), Helpers: lessons.Helpers(), Shell: shell.Run})
	if err == nil {
		err = worker.Serve(requests, events, mark, in)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	worker.EndGroup()
}

// start starts a worker that is gone when the test ends.
func start(t testing.TB, env ...string) *worker.Worker {
	t.Helper()
	w, err := worker.Start(func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(append(os.Environ(), "HEDDLE_TEST_WORKER=1"), env...)
		return cmd
	}, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

var update = flag.Bool("update", false, "write the transcripts anew")

// TestTranscripts runs the cells of each file in testdata and compares what
// they do with what the file says, event by event.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			transcript(t, file)
		})
	}
}

func transcript(t *testing.T, file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	comment, cells, wants := sections(string(b))
	w := start(t)
	var out strings.Builder
	out.WriteString(comment)
	for i, code := range cells {
		got := runCell(w, i+1, code)
		fmt.Fprintf(&out, "-- cell --\n%s-- events --\n%s", code, got)
		if got != wants[i] && !*update {
			t.Errorf("%s, cell %d:\n%s\ngot:\n%s\nwant:\n%s", file, i+1, code, got, wants[i])
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sections splits a transcript into its cells and their events.
func sections(text string) (comment string, cells, events []string) {
	var at *string = &comment
	for line := range strings.Lines(text) {
		switch strings.TrimSpace(line) {
		case "-- cell --":
			cells, events = append(cells, ""), append(events, "")
			at = &cells[len(cells)-1]
		case "-- events --":
			at = &events[len(events)-1]
		default:
			*at += line
		}
	}
	return comment, cells, events
}

// runCell runs a cell and writes what it did, a line for each event; text
// printed in several events to one stream is one line.
func runCell(w *worker.Worker, number int, code string) string {
	var events []worker.Event
	_, err := w.Do(context.Background(), worker.Request{Execute: &worker.Execute{Code: strings.TrimSuffix(code, "\n"), Cell: number}}, func(e worker.Event) {
		if n := len(events); n > 0 && e.Stream != nil && events[n-1].Stream != nil && events[n-1].Stream.Name == e.Stream.Name {
			events[n-1].Stream.Text += e.Stream.Text
			return
		}
		events = append(events, e)
	})
	var out strings.Builder
	for _, e := range events {
		describe(&out, e)
	}
	var crash *worker.Crash
	if errors.As(err, &crash) {
		describe(&out, worker.Event{Failure: &crash.Failure})
	} else if err != nil {
		fmt.Fprintln(&out, "error", err)
	}
	return out.String()
}

func describe(out *strings.Builder, e worker.Event) {
	switch {
	case e.Stream != nil:
		fmt.Fprintf(out, "%s %q\n", e.Stream.Name, e.Stream.Text)
	case e.Result != nil:
		fmt.Fprintf(out, "result %v\n", e.Result.Data["text/plain"])
	case e.Display != nil:
		kind := "display"
		if e.Display.Update {
			kind = "update"
		}
		fmt.Fprintf(out, "%s %v\n", kind, e.Display.Data["text/plain"])
	case e.Clear != nil:
		fmt.Fprintf(out, "clear wait=%v\n", e.Clear.Wait)
	case e.Failure != nil:
		fmt.Fprintf(out, "error %s: %s\n", e.Failure.Name, e.Failure.Value)
		for _, line := range e.Failure.Traceback[1:] {
			fmt.Fprintf(out, "  %s\n", ansi.ReplaceAllString(line, ""))
		}
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")
