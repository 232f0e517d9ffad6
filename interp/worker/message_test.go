package worker

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"
	"time"
)

// roundTrip sees that what decodes stays what it is when it is sent on.
func roundTrip[T any](t *testing.T, data []byte) (all []T) {
	for dec := json.NewDecoder(bytes.NewReader(data)); ; {
		var first, second T
		if dec.Decode(&first) != nil {
			return all
		}
		once, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%q decodes and does not encode: %v", data, err)
		}
		if err := json.Unmarshal(once, &second); err != nil {
			t.Fatalf("%s does not decode: %v", once, err)
		}
		if twice, _ := json.Marshal(second); !bytes.Equal(once, twice) {
			t.Fatalf("%s has become %s", once, twice)
		}
		all = append(all, first)
	}
}

// FuzzEvent gives any bytes to the kernel's end, as what came out of the pipe.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"stream":{"name":"stdout","text":"a\n","end":17}}` + "\n" + `{"id":1,"done":{}}`,
		`{"id":1,"result":{"data":{"text/plain":"1"}}}`, `{"id":2,"kept":{"declarations":[{"cell":1,"line":1,"text":"x"}],"variables":["a"]}}`,
		`{"id":1,"done":{"failure":{"ename":"E","evalue":"v","traceback":["t"]}}}`, `{}`, `null`, `[]`, `{"id":-1}`, `{"id":1,"display":{"data":{"x":[1e400]}}}`, "\x00", `{"id":1`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, e := range roundTrip[Event](t, data) {
			p := &process{calls: map[uint64]*call{1: {emit: func(Event) {}, done: make(chan *Done, 1)}}, keep: func(*process, Kept) {}}
			p.pass(e)
		}
	})
}

// FuzzRequest gives any bytes to the worker's end.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"execute":{"code":"x","cell":1,"expressions":{"a":"b"}}}`, `{"id":2,"complete":{"code":"é","cursor":1}}`,
		`{"id":3,"restore":{"declarations":[{"cell":1,"line":2,"text":"func f() {}"}],"lost":["x"]}}`, `{"interrupt":{"of":1}}`, `{"input":{"of":1,"eof":true}}`, `{}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { roundTrip[Request](t, data) })
}

// TestDoneTwice: a cell that writes on the event pipe cannot stop the kernel's
// end from reading.
func TestDoneTwice(t *testing.T) {
	p := &process{log: slog.New(slog.DiscardHandler), calls: map[uint64]*call{1: {emit: func(Event) {}, done: make(chan *Done, 1)}}}
	passed := make(chan bool)
	go func() {
		p.pass(Event{ID: 1, Done: &Done{}})
		p.pass(Event{ID: 1, Done: &Done{}})
		close(passed)
	}()
	select {
	case <-passed:
	case <-time.After(10 * time.Second):
		t.Error("the reader waits for ever")
	}
}

func TestDiagnose(t *testing.T) {
	for _, test := range []struct{ stderr, name, what string }{
		{"runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n\nruntime stack:\n", "StackOverflow", "the goroutine's stack outgrew its limit"},
		{"fatal error: concurrent map writes\n\ngoroutine 1 [running]:\n", "FatalError", "fatal error: concurrent map writes"},
		{"fatal error: sync: unlock of unlocked mutex\n", "FatalError", "fatal error: sync: unlock of unlocked mutex"},
		{"runtime: out of memory: cannot allocate 4194304-byte block (1 in use)\nfatal error: out of memory\n", "OutOfMemory", "the cell needed more memory than the worker's limit of " + Limit().String()},
		{"fatal error: runtime: cannot allocate memory\n", "OutOfMemory", "the cell needed more memory than the worker's limit of " + Limit().String()},
		{"panic: words\n\ngoroutine 7 [running]:\n", "panic", "in a goroutine: words"},
		{"panic: first [recovered, repanicked]\n", "panic", "in a goroutine: first"},
		{"panic: out of memory\n\ngoroutine 7 [running]:\n", "panic", "in a goroutine: out of memory"},
		{"something\npanic: queue: stack overflow\n", "panic", "in a goroutine: queue: stack overflow"},
		{"SIGSEGV: segmentation violation\nPC=0x1\n", "Crash", "SIGSEGV: segmentation violation"},
	} {
		p := &process{}
		if _, err := p.stderr.Write([]byte(test.stderr)); err != nil {
			t.Error(err)
		}
		if name, what, _ := p.diagnose(notKilled); name != test.name || what != test.what {
			t.Errorf("%q: %s, %q, want %s, %q", test.stderr, name, what, test.name, test.what)
		}
	}
}

// TestReport: of a long report the part with the cause is kept.
func TestReport(t *testing.T) {
	noise := bytes.Repeat([]byte("noise\n"), maxReport/6)
	var r report
	for range 3 {
		r.Write(noise)
	}
	r.Write([]byte("fatal error: the cause\n"))
	for range 3 {
		r.Write(noise)
	}
	if text := r.String(); len(text) > maxReport || !bytes.Contains([]byte(text), []byte("fatal error: the cause")) {
		t.Errorf("%d bytes, without the cause", len(text))
	}
}
