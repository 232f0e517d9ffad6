package worker

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestMarkPosition(t *testing.T) {
	m := NewMark()
	if m.At() != "" {
		t.Errorf("before the first statement: %q", m.At())
	}
	*m.Word() = Position(7, 123456)
	if m.At() != "cell 7, line 123456" {
		t.Errorf("at %q", m.At())
	}
}

// TestMarkRing notes records of all sizes, many times around the ring, and reads
// the last of them back.
func TestMarkRing(t *testing.T) {
	m := NewMark()
	random := rand.New(rand.NewPCG(1, 2))
	type record struct {
		event Event
		start uint64
	}
	var all []record
	for i := range 2000 {
		size := random.IntN(600)
		if i%100 == 0 {
			size = random.IntN(maxRecord + 1)
		}
		e := printed(random.Uint64(), []string{"stdout", "stderr"}[i%2], strings.Repeat(fmt.Sprint(i%10), size))
		start := *m.end
		if end := m.note(e.ID, e.Stream); end != start+headSize+uint64(size) || end != *m.end {
			t.Fatalf("record %d of %d bytes ends at %d, it began at %d", i, size, end, start)
		}
		all = append(all, record{e, start})
	}
	for i := len(all) - 1; i >= 0 && *m.end-all[i].start <= ringSize; i-- {
		got := m.since(all[i].start)
		if len(got) != len(all)-i {
			t.Fatalf("since record %d: %d records, want %d", i, len(got), len(all)-i)
		}
		for k, e := range got {
			want := all[i+k].event
			if e.ID != want.ID || e.Stream.Name != want.Stream.Name || e.Stream.Text != want.Stream.Text {
				t.Fatalf("since record %d: record %d differs", i, i+k)
			}
		}
	}
	if got := m.since(*m.end); len(got) > 0 {
		t.Errorf("%d records since the end", len(got))
	}
	if got := m.since(0); len(got) > 0 {
		t.Errorf("%d records of what was written over", len(got))
	}
	if got := m.since(*m.end + 1); len(got) > 0 {
		t.Errorf("%d records since behind the end", len(got))
	}
}

// FuzzMark reads a ring that a dying process has written over.
func FuzzMark(f *testing.F) {
	f.Add(uint64(0), uint64(40), []byte("\x01\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00text"))
	f.Add(uint64(0), uint64(16), []byte("\x01\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add(uint64(ringSize-3), uint64(ringSize+20), []byte("abc"))
	f.Add(^uint64(0), ^uint64(0), []byte{})
	f.Add(^uint64(0)-20, ^uint64(0), []byte{})
	f.Fuzz(func(t *testing.T, from, end uint64, ring []byte) {
		m := NewMark()
		copy(m.ring, ring)
		*m.end = end
		total := 0
		for _, e := range m.since(from) {
			total += headSize + len(e.Stream.Text)
		}
		if total > ringSize {
			t.Errorf("%d bytes out of a ring of %d", total, ringSize)
		}
	})
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]Bytes{
		"1073741824": 1 << 30, "4GiB": 4 << 30, "4G": 4 << 30, "512 MiB": 512 << 20, "1.5gb": 3 << 29, "0": 0, "1KiB": 1024,
	} {
		if got, err := ParseBytes(text); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "GiB", "-1", "4XiB", "NaN", "Inf", "4 GiB more", "1e300", "4BiG"} {
		if got, err := ParseBytes(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
	for b, want := range map[Bytes]string{0: "0 B", 1023: "1023 B", 1 << 20: "1 MiB", 3 << 29: "1.5 GiB"} {
		if b.String() != want {
			t.Errorf("%d is %q", uint64(b), b.String())
		}
	}
}
