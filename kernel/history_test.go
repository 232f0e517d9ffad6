package kernel

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"heddle/kernel/wire"
)

// Two kernels, one after the other, and what the second says of both.
func TestHistoryOverSessions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "history")
	keep := func(c *Config) { c.History = file }
	c := startKernel(t, keep).connect(t)
	c.execute("print a")
	c.execute("result 1")
	c.send(c.shell, "execute_request", nil, wire.ExecuteRequest{Code: "print hidden", Silent: true})
	c.next(c.shellIn)
	c = startKernel(t, keep).connect(t)
	c.execute("print a")
	c.execute("print b/c")

	for _, test := range []struct{ request, want string }{
		{`"hist_access_type":"tail","n":3`, "2 result 1|1 print a|2 print b/c"},
		{`"hist_access_type":"tail","n":0`, ""},
		{`"hist_access_type":"tail","n":null`, "1 print a|2 result 1|1 print a|2 print b/c"},
		{`"hist_access_type":"tail","n":2,"output":true`, "1 [print a <nil>]|2 [print b/c <nil>]"},
		{`"hist_access_type":"range","session":0,"start":1,"stop":2`, "1 print a"},
		{`"hist_access_type":"range","session":-1`, "1 print a|2 result 1"},
		{`"hist_access_type":"range","session":-1,"start":2,"stop":null,"output":true`, "2 [result 1 1]"},
		{`"hist_access_type":"range","session":0,"start":-1`, "2 print b/c"},
		{`"hist_access_type":"range","session":0,"start":1,"stop":-1`, "1 print a"},
		{`"hist_access_type":"range","session":-2`, ""},
		{`"hist_access_type":"range","session":7`, ""},
		{`"hist_access_type":"search","pattern":"print*"`, "1 print a|1 print a|2 print b/c"},
		{`"hist_access_type":"search","pattern":"print*","unique":true`, "1 print a|2 print b/c"},
		{`"hist_access_type":"search","pattern":"print*","n":1`, "2 print b/c"},
		{`"hist_access_type":"search","pattern":"print"`, ""},
		{`"hist_access_type":"search"`, "1 print a|2 result 1|1 print a|2 print b/c"},
	} {
		var reply wire.HistoryReply
		c.ask("history_request", json.RawMessage("{"+test.request+"}"), &reply)
		var got []string
		for _, row := range reply.History {
			got = append(got, fmt.Sprint(row[1], " ", row[2]))
		}
		if reply.Status != "ok" || strings.Join(got, "|") != test.want {
			t.Errorf("%s\ngot  %s\nwant %s", test.request, strings.Join(got, "|"), test.want)
		}
	}
}

func TestHistoryWithoutFile(t *testing.T) {
	c := startKernel(t).connect(t)
	c.execute("print a")
	var reply wire.HistoryReply
	c.ask("history_request", json.RawMessage(`{"hist_access_type":"tail"}`), &reply)
	if reply.Status != "ok" || len(reply.History) > 0 {
		t.Errorf("%+v", reply)
	}
}

func TestHistorySkipsDamage(t *testing.T) {
	h := openHistory(filepath.Join(t.TempDir(), "history"))
	must(t, h.add(1, "a"))
	f, err := os.OpenFile(h.path, os.O_WRONLY|os.O_APPEND, 0)
	must(t, err)
	_, err = f.WriteString("\n{\"session\":1,\"li") // as kill -9 may leave it
	must(t, err)
	must(t, f.Close())
	must(t, h.add(2, "b\nc"))
	must(t, h.addOutput(2, "d"))
	must(t, h.addOutput(9, "of no cell"))
	got, err := h.read()
	must(t, err)
	d := "d"
	want := []entry{{h.session, 1, "a", nil}, {h.session, 2, "b\nc", &d}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

// Four kernels write at once, and one of them sets the full file aside: no
// record is lost, mixed or out of its kernel's order.
func TestHistoryIsShared(t *testing.T) {
	const kernels, cells = 4, 500
	path := filepath.Join(t.TempDir(), "history")
	var writers sync.WaitGroup
	for n := range kernels {
		writers.Go(func() {
			h := openHistory(path)
			h.session, h.maxFile = int64(n+1), 60_000 // of 90,000
			for i := range cells {
				if err := h.add(i+1, "print"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	h := openHistory(path)
	entries, err := h.read()
	must(t, err)
	_, err = os.Stat(h.aside())
	must(t, err)
	lines := map[int64]int{}
	for _, e := range entries {
		if lines[e.Session]++; e.Line != lines[e.Session] {
			t.Fatalf("session %d: line %d where %d should be", e.Session, e.Line, lines[e.Session])
		}
	}
	if len(entries) != kernels*cells {
		t.Errorf("%d entries", len(entries))
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := openHistory(filepath.Join(t.TempDir(), "history"))
	h.maxFile = 5_000
	must(t, os.WriteFile(h.path+".lock", nil, 0o600)) // of a kernel that was killed
	old := time.Now().Add(-2 * staleLock)
	must(t, os.Chtimes(h.path+".lock", old, old))
	for i := range 1_000 {
		must(t, h.add(i+1, "print"))
	}
	must(t, h.add(1_001, strings.Repeat("x", 2*maxText)))
	var size int64
	for _, path := range []string{h.path, h.aside()} {
		info, err := os.Stat(path)
		must(t, err)
		size += info.Size()
	}
	if most := 2*h.maxFile + maxText + 1_000; size > most {
		t.Errorf("%d bytes, want at most %d", size, most)
	}
	entries, err := h.read()
	must(t, err)
	if n := len(entries); n < 50 || entries[n-1].Line != 1_001 || entries[n-2].Line != 1_000 {
		t.Errorf("%d entries", n)
	}
}

func TestHistoryThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	s := startKernel(t, func(c *Config) { c.History = filepath.Join(file, "history") })
	c := s.connect(t)
	c.execute("print a")
	c.execute("print b")
	if n := strings.Count(s.log.String(), "write the history"); n != 1 {
		t.Errorf("said %d times: %s", n, s.log)
	}
}

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "a\nb/c", true},
		{"a*c", "abbc", true},
		{"a*c", "abcd", false},
		{"a?c", "aüc", true},
		{"a?c", "ac", false},
		{"[ab]c", "bc", true},
		{"[^ab]c", "bc", false},
		{"[a-c]", "b", true},
		{"[", "[", true},
		{"[]", "[]", true},
		{"[z-a]", "[z-a]", true},
		{`a.b\(`, `a.b\(`, true},
		{"a.b", "axb", false},
		{"ü*", "üx", true},
		{"*print(*", "fmt.print(1)", true},
	} {
		if got := glob(test.pattern)(test.text); got != test.want {
			t.Errorf("glob(%q)(%q) = %v", test.pattern, test.text, got)
		}
	}
}

func FuzzParseHistory(f *testing.F) {
	f.Add([]byte("\n{\"session\":1,\"line\":1,\"source\":\"a\"}\n{\"session\":1,\"line\":1,\"output\":\"b\"}"), "a*")
	f.Fuzz(func(t *testing.T, text []byte, pattern string) {
		for _, e := range parseHistory(text) {
			if e.Session == 0 {
				t.Errorf("%+v", e)
			}
			glob(pattern)(e.Source)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
