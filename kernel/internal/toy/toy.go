// Package toy is a real worker for the tests of kernel and kernel/notebook: the
// test binary itself, with a language of one statement a line.
//
//	print TEXT    write TEXT    warn TEXT     a line or a part of one on stdout; a line on stderr
//	result TEXT   show ID TEXT  update ID TEXT  clear  clear wait  page TEXT
//	flood N       pid                         N lines; the worker's process id
//	meta TEXT     fail TEXT     exit N        input PROMPT  password PROMPT
//	loop                        runs until it is interrupted
//	stuck                       runs until it is killed
//	later TEXT                  a goroutine that prints TEXT when another cell says release
//	later-input TEXT            the same, but it asks for a line
//	release                     wakes what is waiting, and waits for it
package toy

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"heddle/interp/worker"
)

const variable = "HEDDLE_TOY_WORKER"

// Command is the command line of a toy worker.
func Command() *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"=1")
	return cmd
}

// Main is called first by TestMain: in a process that Command started it serves
// and does not return.
func Main() {
	if os.Getenv(variable) == "" {
		return
	}
	requests, events, mark, err := worker.Inherited()
	if err == nil {
		err = worker.Serve(requests, events, mark, &interpreter{wake: make(chan struct{})})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	worker.EndGroup()
}

type interpreter struct {
	wake    chan struct{} // closed by release
	waiting sync.WaitGroup
}

func (t *interpreter) Execute(ctx context.Context, req worker.Execute, out *worker.Output) *worker.Done {
	done := &worker.Done{}
	for line := range strings.Lines(req.Code) {
		t.run(ctx, req, strings.TrimSuffix(line, "\n"), out, done)
		if done.Failure != nil {
			out.Fail(*done.Failure)
			return done
		}
	}
	for name, e := range req.Expressions {
		if done.Expressions == nil {
			done.Expressions = map[string]worker.Expression{}
		}
		if verb, what, _ := strings.Cut(e, " "); verb == "fail" {
			done.Expressions[name] = worker.Expression{Failure: failure("Fail", what)}
		} else {
			done.Expressions[name] = worker.Expression{Value: text("", e)}
		}
	}
	return done
}

func (t *interpreter) run(ctx context.Context, req worker.Execute, line string, out *worker.Output, done *worker.Done) {
	verb, what, _ := strings.Cut(line, " ")
	id, rest, _ := strings.Cut(what, " ")
	switch verb {
	case "":
	case "print":
		out.Print("stdout", what+"\n")
	case "write":
		out.Print("stdout", what)
	case "warn":
		out.Print("stderr", what+"\n")
	case "result":
		if !req.Quiet {
			out.Result(*text("", what))
		}
	case "show":
		out.Show(*text(id, rest))
	case "update":
		d := text(id, rest)
		d.Update = true
		out.Show(*d)
	case "clear":
		out.Clear(what == "wait")
	case "page":
		done.Page = text("", what)
	case "flood":
		n, _ := strconv.Atoi(what)
		for i := range n {
			out.Print("stdout", strconv.Itoa(i)+"\n")
		}
	case "pid":
		out.Result(*text("", strconv.Itoa(os.Getpid())))
	case "meta":
		done.Metadata = map[string]any{"said": what}
	case "fail":
		done.Failure = failure("Fail", what)
	case "exit":
		n, _ := strconv.Atoi(what)
		os.Exit(n)
	case "input", "password":
		answer, err := out.Ask(what, verb == "password")
		if err != nil {
			done.Failure = failure("InputError", err.Error())
			return
		}
		out.Print("stdout", answer+"\n")
	case "loop":
		<-ctx.Done()
		done.Failure = failure("Interrupted", "the cell was interrupted")
	case "stuck":
		select {}
	case "later", "later-input":
		wake := t.wake
		t.waiting.Go(func() {
			<-wake
			if verb == "later-input" {
				_, err := out.Ask(what, false)
				what = fmt.Sprint(err)
			}
			out.Print("stdout", what+"\n")
		})
	case "release":
		close(t.wake)
		t.waiting.Wait()
		t.wake = make(chan struct{})
	default:
		done.Failure = failure("SyntaxError", "unknown verb "+verb)
	}
}

func text(id, s string) *worker.Display {
	return &worker.Display{Data: map[string]any{"text/plain": s}, ID: id}
}

func failure(name, value string) *worker.Failure {
	return &worker.Failure{Name: name, Value: value, Traceback: []string{name + ": " + value}}
}

var verbs = []string{"print", "printer"}

// Complete knows two names.
func (t *interpreter) Complete(req worker.Complete) *worker.Completions {
	before := []rune(req.Code)[:req.Cursor]
	start := len(before)
	for start > 0 && before[start-1] != ' ' {
		start--
	}
	c := &worker.Completions{Start: start, End: req.Cursor}
	for _, v := range verbs {
		if strings.HasPrefix(v, string(before[start:])) {
			c.Matches = append(c.Matches, worker.Candidate{Text: v, Kind: "function", Signature: "(TEXT)"})
		}
	}
	return c
}

// Inspect knows everything but the word nothing.
func (t *interpreter) Inspect(req worker.Inspect) *worker.Inspection {
	if req.Code == "nothing" {
		return &worker.Inspection{}
	}
	return &worker.Inspection{Data: map[string]any{
		"text/plain": fmt.Sprintf("%s at %d, detail %d", req.Code, req.Cursor, req.Detail),
	}}
}

// Finished calls a cell incomplete that ends with a backslash.
func (t *interpreter) Finished(req worker.Finished) *worker.Completeness {
	if strings.HasSuffix(req.Code, `\`) {
		return &worker.Completeness{Status: "incomplete", Indent: "  "}
	}
	return &worker.Completeness{Status: "complete"}
}

// Restore has nothing to declare again.
func (t *interpreter) Restore(worker.Restore) {}
