package install

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// play runs two seconds of silence, ten with a note, and ends with err: in the
// time of synctest, which takes none.
func play(t *testing.T, terminal bool, err error) string {
	var out strings.Builder
	synctest.Test(t, func(t *testing.T) {
		p := &Progress{w: &out, terminal: terminal}
		got := p.Do("making tea", func(note func(string)) error {
			time.Sleep(2 * time.Second)
			note("boiling")
			time.Sleep(10 * time.Second)
			return err
		})
		if got != err {
			t.Errorf("got error %v, want %v", got, err)
		}
	})
	return out.String()
}

func TestProgressInPlainLines(t *testing.T) {
	const want = "making tea: 1s\nmaking tea: boiling, 6s\nmaking tea: boiling, 11s\nmaking tea: done, 12s\n"
	if got := play(t, false, nil); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := play(t, false, errors.New("no water")); !strings.HasSuffix(got, "making tea: stopped after 12s\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	got := play(t, true, nil)
	if strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, "\n") {
		t.Errorf("must be one line: %q", got)
	}
	drawn := strings.Split(strings.TrimSuffix(got, "\n"), "\r")[1:]
	if len(drawn) < 50 {
		t.Errorf("drawn %d times", len(drawn))
	}
	for _, text := range drawn {
		if len(text) != width {
			t.Errorf("%q has %d columns, want %d", text, len(text), width)
		}
	}
	if last := strings.TrimSpace(drawn[len(drawn)-1]); last != "making tea: done, 12s" {
		t.Errorf("the last line is %q", last)
	}
}

func TestProgressKeepsQuietAboutQuickThings(t *testing.T) {
	var out strings.Builder
	synctest.Test(t, func(t *testing.T) {
		p := NewProgress(&out)
		if err := p.Do("blinking", func(func(string)) error { time.Sleep(900 * time.Millisecond); return nil }); err != nil {
			t.Error(err)
		}
	})
	if out.Len() > 0 {
		t.Errorf("it said %q", out.String())
	}
	var silent *Progress
	silent.Say("not heard")
	if err := silent.Do("nothing", func(func(string)) error { return nil }); err != nil {
		t.Error(err)
	}
}
