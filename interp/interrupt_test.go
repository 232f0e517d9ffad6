package interp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heddle/interp/worker"
)

// TestInterrupt interrupts cells while they do all kinds of things. Each prints
// "go" when it is there. None may cost a variable.
func TestInterrupt(t *testing.T) {
	for name, code := range map[string]string{
		"loop":               `fmt.Println("go"); for {}`,
		"counting":           "n := 0\nfmt.Println(\"go\")\nfor { n++ }",
		"flood":              `for { fmt.Println("go") }`,
		"flood by os.Stdout": `for { os.Stdout.WriteString("go\n") }`,
		"sleep":              `fmt.Println("go"); time.Sleep(time.Hour)`,
		"deferred loop":      "defer func() { fmt.Println(\"go\"); for {} }()",
		"deferred sleep":     "defer func() { fmt.Println(\"go\"); time.Sleep(time.Hour) }()",
		"recovering":         "fmt.Println(\"go\")\nfor { func() { defer func() { recover() }(); for {} }() }",
		"goroutines":         "go func() { for {} }()\nfmt.Println(\"go\")\nfor {}",
		"shell":              "!echo go; sleep 1000",
		"stubborn shell":     "!trap '' TERM INT; echo go; sleep 1000",
		"script":             "%%sh\necho go\nsleep 1000",
		"goto":               "again:\nfmt.Println(\"go\")\ngoto again",
		"recursion":          "func f(n int) int { if n == 0 { return 0 }; return f(n-1) + f(n-1) }\nfmt.Println(\"go\")\nf(60)",
		"input":              "var s string\nfmt.Println(\"go\")\nfmt.Scanln(&s)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			runCell(w, 1, "kept := 42")
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			done, err := w.Do(ctx, worker.Request{Execute: &worker.Execute{Code: code, Cell: 2, AllowInput: true}}, func(e worker.Event) {
				if e.Stream != nil && strings.Contains(e.Stream.Text, "go") {
					cancel()
				}
			})
			if err != nil || done.Failure == nil || done.Failure.Name != "Interrupted" {
				t.Fatalf("%+v, %v", done, err)
			}
			if v := done.Failure.Value; strings.Contains(v, "cell 1") {
				t.Errorf("it names another cell: %s", v)
			}
			if got := runCell(w, 3, "kept"); got != "result 42\n" {
				t.Errorf("afterwards: %s", got)
			}
			if got := runCell(w, 4, "s := 0\nfor i := 0; i < 1000; i++ { s += i }\ns"); got != "result 499500\n" {
				t.Errorf("a loop afterwards: %s", got)
			}
		})
	}
}

// TestInterruptBefore: a cell that is interrupted before it starts, or while it
// is checked, ends as well.
func TestInterruptBefore(t *testing.T) {
	w := start(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, code := range []string{"for {}", "time.Sleep(time.Hour)", strings.Repeat("fmt.Sprint(1)\n", 300) + "for {}", "!sleep 1000", "%%sh\nsleep 1000"} {
		done, err := w.Do(ctx, worker.Request{Execute: &worker.Execute{Code: code, Cell: 1}}, func(worker.Event) {})
		if err != nil || done.Failure == nil || done.Failure.Name != "Interrupted" {
			t.Errorf("%.30q: %+v, %v", code, done, err)
		}
	}
}

// TestLateOutput: what a goroutine prints after its cell has ended goes to that
// cell, also after it has slept.
func TestLateOutput(t *testing.T) {
	w := start(t)
	late := make(chan string, 100)
	_, err := w.Do(context.Background(), worker.Request{Execute: &worker.Execute{Cell: 1, Code: "start := make(chan bool)\ngo func() { <-start; time.Sleep(time.Millisecond); fmt.Println(\"late\"); close(start) }()"}}, func(e worker.Event) {
		if e.Stream != nil {
			late <- e.Stream.Text
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := runCell(w, 2, "start <- true\n<-start\nfmt.Println(\"mine\")"); got != "stdout \"mine\\n\"\n" {
		t.Errorf("the second cell: %s", got)
	}
	select {
	case got := <-late:
		if got != "late\n" {
			t.Errorf("the first cell got %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Error("the first cell got nothing")
	}
}

// TestExpressions are Jupyter's user_expressions.
func TestExpressions(t *testing.T) {
	w := start(t)
	done, err := w.Do(context.Background(), worker.Request{Execute: &worker.Execute{Cell: 1, Code: "x := 20", Expressions: map[string]string{
		"sum": "x + 1", "two": "strconv.Atoi(\"7\")", "no": "nope", "statement": "y := 1", "void": "println(1)", "panic": "func() int { panic(\"p\") }()", "empty": "",
	}}}, func(worker.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sum": "21", "two": "7, <nil>", "no": "CompileError", "statement": "CompileError", "void": "CompileError", "panic": "panic", "empty": "CompileError",
	} {
		got := "nothing"
		if e := done.Expressions[name]; e.Value != nil {
			got = e.Value.Data["text/plain"].(string)
		} else if e.Failure != nil {
			got = e.Failure.Name
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := runCell(w, 2, "y"); !strings.Contains(got, "undefined: y") {
		t.Errorf("an expression defined a variable: %s", got)
	}
}
