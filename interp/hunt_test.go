package interp_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"heddle/interp/worker"
)

func rss(pid int) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for l := range strings.Lines(string(b)) {
		if strings.HasPrefix(l, "VmRSS") {
			return strings.TrimSpace(l)
		}
	}
	return "?"
}

func TestHuntMany(t *testing.T) {
	for name, code := range map[string]func(i int) string{
		"var":   func(i int) string { return fmt.Sprintf("v%d := %d\nv%d + 1", i, i, i) },
		"same":  func(i int) string { return "x := 1\nx" },
		"loop":  func(i int) string { return "s := 0\nfor i := 0; i < 10; i++ { s += i }\nfmt.Println(s)" },
		"func":  func(i int) string { return fmt.Sprintf("func f%d() int { return %d }\nf%d()", i, i, i) },
		"refunc":  func(i int) string { return fmt.Sprintf("func f() int { return %d }\nf()", i) },
		"error": func(i int) string { return "undefinedThing()" },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			runCell(w, 1, "x := 1")
			fmt.Println(name, "start", rss(w.PID()))
			began := time.Now()
			var first time.Duration
			for i := range 2000 {
				if i == 1900 {
					began = time.Now()
				}
				runCell(w, i+1, code(i))
				if i == 99 {
					first = time.Since(began)
				}
			}
			fmt.Println(name, "first 100", first, "last 100", time.Since(began), rss(w.PID()))
		})
	}
}

func TestHuntBig(t *testing.T) {
	w := start(t)
	timed := func(name, code string) {
		began := time.Now()
		out := runCell(w, 1, code)
		if len(out) > 300 {
			out = out[:300] + "..."
		}
		fmt.Println(name, time.Since(began), out, rss(w.PID()))
	}
	timed("5000 lines", strings.Repeat("fmt.Print(1)\n", 5000))
	timed("5000 vars", func() string {
		var b strings.Builder
		for i := range 5000 {
			fmt.Fprintf(&b, "q%d := %d\n", i, i)
		}
		return b.String()
	}())
	timed("after", "q17")
	timed("func after", "func ff() {}")
	timed("long line", "s := \""+strings.Repeat("a", 1<<20)+"\"\nlen(s)")
	timed("long sum", "y := 1"+strings.Repeat(" + 1", 20000)+"\ny")
	timed("nest", strings.Repeat("(", 5000)+"1"+strings.Repeat(")", 5000))
	timed("nest2", strings.Repeat("{", 3000)+strings.Repeat("}", 3000))
	timed("huge nest", strings.Repeat("(", 200000))
	timed("magics", strings.Repeat("!true\n", 300))
	timed("magics many lines", strings.Repeat("x := 1; _ = x\n!\n", 1000))
	timed("bangs", "_ = []bool{\n"+strings.Repeat("!true,\n", 3000)+"}")
	timed("100MB", "fmt.Print(strings.Repeat(\"x\", 100<<20))")
	timed("1e6 lines", "for i := 0; i < 1000000; i++ { fmt.Println(i) }")
	timed("result huge", "make([]int, 10000000)")
	timed("result huge string", "strings.Repeat(\"x\", 50000000)")
}

func TestHuntInterrupt(t *testing.T) {
	for name, code := range map[string]string{
		"flood":    "for { fmt.Println(\"x\") }",
		"flood2":    "for { os.Stdout.WriteString(\"x\\n\") }",
		"loop":     "for {}",
		"loop2":     "n := 0\nfor { n++ }",
		"sleep":    "time.Sleep(time.Hour)",
		"chan":     "<-make(chan int)",
		"select":   "select {}",
		"deferred": "defer func() { for {} }()\nfmt.Println(1)",
		"deferred2": "defer func() { time.Sleep(time.Hour) }()\nfor {}",
		"shell":    "!sleep 100",
		"script":   "%%sh\nsleep 100",
		"compiled": "strings.Repeat(\"x\", 1<<34)",
		"goto": "a:\ngoto a",
		"recursion": "func f(n int) int { if n == 0 { return 0 }; return f(n-1) + f(n-1) }\nf(60)",
		"recover": "for { func() { defer func() { recover() }(); for {} }() }",
		"scan": "var s string\nfmt.Scanln(&s)",
		"user": "x := 5",
		"shelltrap": "!trap '' TERM INT; sleep 100",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			runCell(w, 1, "keep := 1")
			ctx, cancel := context.WithCancel(context.Background())
			go func() { time.Sleep(200 * time.Millisecond); cancel() }()
			began := time.Now()
			n := 0
			done, err := w.Do(ctx, worker.Request{Execute: &worker.Execute{Code: code, Cell: 2, AllowInput: true}}, func(e worker.Event) { n++ })
			took := time.Since(began)
			if done != nil && done.Failure != nil {
				fmt.Println(name, took, n, done.Failure.Value, "|", strings.TrimSpace(runCell(w, 3, "keep")))
			} else {
				fmt.Println(name, took, n, done, err, "|", strings.TrimSpace(runCell(w, 3, "keep")))
			}
		})
	}
}
