package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// decoded is the events that were written, each as one word or more.
func decoded(t *testing.T, r io.Reader) (all []string) {
	t.Helper()
	dec := json.NewDecoder(r)
	for {
		var e Event
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		switch {
		case e.Stream != nil:
			all = append(all, fmt.Sprintf("%d %s %s", e.ID, e.Stream.Name, e.Stream.Text))
		case e.Clear != nil:
			all = append(all, fmt.Sprintf("%d clear", e.ID))
		case e.Done != nil:
			all = append(all, fmt.Sprintf("%d done", e.ID))
		}
	}
}

func printed(id uint64, stream, text string) Event {
	return Event{ID: id, Stream: &Stream{Name: stream, Text: text}}
}

func TestOutboxOrder(t *testing.T) {
	var b bytes.Buffer
	o := newOutbox(&b, NewMark())
	for _, e := range []Event{
		printed(1, "stdout", "a"), printed(1, "stdout", "b"), // one event
		printed(1, "stderr", "c"),
		printed(1, "stdout", "d"),
		{ID: 1, Clear: &Clear{}},
		printed(1, "stdout", "e"),
		printed(2, "stdout", "f"), printed(2, "stdout", "g"),
		{ID: 1, Done: &Done{}},
		printed(1, "stdout", "late"),
	} {
		o.put(e)
	}
	o.flush()
	want := []string{"1 stdout ab", "1 stderr c", "1 stdout d", "1 clear", "1 stdout e", "2 stdout fg", "1 done", "1 stdout late"}
	if got := decoded(t, &b); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestOutboxSplitCharacter prints a text byte by byte and lets the outbox send
// after each number of bytes: no character may be sent in parts.
func TestOutboxSplitCharacter(t *testing.T) {
	const text = "aé世\U0001F600z"
	for cut := range len(text) + 1 {
		var b bytes.Buffer
		o := newOutbox(&b, NewMark())
		for i := range len(text) {
			if i == cut {
				o.lull()
			}
			o.put(printed(1, "stdout", text[i:i+1]))
		}
		o.flush()
		var got strings.Builder
		for _, s := range decoded(t, &b) {
			got.WriteString(strings.TrimPrefix(s, "1 stdout "))
		}
		if got.String() != text {
			t.Errorf("sent after %d bytes: %q, want %q", cut, got.String(), text)
		}
	}
}

// TestOutboxLetsGo sees that half a character is not held for ever.
func TestOutboxLetsGo(t *testing.T) {
	for name, then := range map[string]func(o *outbox){
		"a second lull": func(o *outbox) { o.lull(); o.lull() },
		"another event": func(o *outbox) { o.lull(); o.put(Event{ID: 1, Done: &Done{}}) },
		"a flush":       func(o *outbox) { o.flush() },
	} {
		var b bytes.Buffer
		o := newOutbox(&b, NewMark())
		o.put(printed(1, "stdout", "abc\xe4\xb8"))
		then(o)
		got := strings.Join(decoded(t, &b), "")
		if !strings.Contains(got, "abc") || !strings.ContainsRune(got, utf8.RuneError) {
			t.Errorf("after %s: %q", name, got)
		}
	}
}

// gate is a writer that asks before each Write.
type gate struct {
	ask func()
	bytes.Buffer
}

func (g *gate) Write(b []byte) (int, error) {
	g.ask()
	return g.Buffer.Write(b)
}

// TestOutboxBackPressure prints more than may wait, faster than it is read: what
// waits stays bounded, and nothing is lost.
func TestOutboxBackPressure(t *testing.T) {
	const lines, width = 4000, 1000
	line := strings.Repeat("x", width-1) + "\n"
	most := 0
	g := &gate{}
	o := newOutbox(g, NewMark())
	g.ask = func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		most = max(most, o.bytes)
	}
	var printers sync.WaitGroup
	for id := range uint64(4) {
		printers.Go(func() {
			for range lines / 4 {
				o.put(printed(id, "stdout", line))
			}
		})
	}
	printers.Wait()
	o.flush()
	if most > maxQueued+width+headSize {
		t.Errorf("%d bytes waited, at most %d should", most, maxQueued)
	}
	total := 0
	for _, s := range decoded(t, &g.Buffer) {
		total += strings.Count(s, "\n")
	}
	if total != lines {
		t.Errorf("%d lines of %d arrived", total, lines)
	}
}

// TestOutboxManyPrinters sees that what each goroutine prints stays in order.
func TestOutboxManyPrinters(t *testing.T) {
	var b bytes.Buffer
	o := newOutbox(&b, NewMark())
	var printers sync.WaitGroup
	for id := range uint64(8) {
		printers.Go(func() {
			for i := range 500 {
				o.put(printed(id, "stdout", fmt.Sprintln(i)))
				if i%100 == 0 {
					o.flush()
				}
			}
			o.put(Event{ID: id, Done: &Done{}})
		})
	}
	printers.Wait()
	o.flush()
	texts := map[string]string{}
	for _, s := range decoded(t, &b) {
		id, rest, _ := strings.Cut(s, " ")
		texts[id] += strings.TrimPrefix(rest, "stdout ")
	}
	var want strings.Builder
	for i := range 500 {
		fmt.Fprintln(&want, i)
	}
	want.WriteString("done")
	for id, text := range texts {
		if text != want.String() {
			t.Errorf("cell %s: %.100q...", id, text)
		}
	}
	if len(texts) != 8 {
		t.Errorf("%d cells arrived", len(texts))
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestOutboxWithoutReader: when the kernel is gone, nobody waits for it.
func TestOutboxWithoutReader(t *testing.T) {
	o := newOutbox(broken{}, NewMark())
	for range 10 {
		o.put(printed(1, "stdout", strings.Repeat("x", maxQueued)))
		o.put(Event{ID: 1, Done: &Done{}})
	}
	o.flush()
}

// TestOutboxMarks sees that at every moment what is not written yet stands in
// the mark.
func TestOutboxMarks(t *testing.T) {
	mark := NewMark()
	var b bytes.Buffer
	o := newOutbox(&b, mark)
	all, arrived := "", ""
	var end uint64
	for i := range 3000 {
		text := fmt.Sprint(i, strings.Repeat("é", i%40), "\n")
		all += text
		o.put(printed(1, "stdout", text))
		o.mu.Lock()
		for o.writing {
			o.room.Wait()
		}
		dec := json.NewDecoder(bytes.NewReader(b.Bytes()))
		for {
			var e Event
			if dec.Decode(&e) != nil {
				break
			}
			arrived += e.Stream.Text
			end = e.Stream.End
		}
		b.Reset()
		rest := ""
		for _, e := range mark.since(end) {
			rest += e.Stream.Text
		}
		o.mu.Unlock()
		if arrived+rest != all {
			t.Fatalf("after line %d: %q and %q", i, arrived[max(0, len(arrived)-50):], rest)
		}
	}
}
