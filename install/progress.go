package install

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const (
	patience = time.Second            // what is done sooner is not worth a line
	redraw   = 200 * time.Millisecond // of the line on a terminal
	repeat   = 5 * time.Second        // of a line in a log
	width    = 79                     // of a line on a terminal, which must not wrap
)

// Progress tells a person what is being done, when that takes longer than a
// second: on a terminal in one line that is kept up to date, otherwise in plain
// lines, at most one in five seconds. A nil *Progress says nothing.
type Progress struct {
	w        io.Writer
	terminal bool
}

// NewProgress returns a Progress that writes to w.
func NewProgress(w io.Writer) *Progress {
	p := &Progress{w: w}
	if f, ok := w.(*os.File); ok && os.Getenv("TERM") != "dumb" {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// Say writes a line that is worth reading however quick things go.
func (p *Progress) Say(format string, args ...any) {
	if p != nil {
		fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// Do runs f, which is known to the person as what, and returns its error. f may
// call note, from any goroutine, with what it is at. Only one Do may run at a
// time.
func (p *Progress) Do(what string, f func(note func(string)) error) error {
	if p == nil {
		return f(func(string) {})
	}
	l := &line{Progress: p, what: what, start: time.Now()}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		l.keep(end)
	}()
	err := f(l.note)
	close(end)
	<-ended
	l.finish(err)
	return err
}

// line is one thing that is being done.
type line struct {
	*Progress
	what  string
	start time.Time
	shown bool

	mu sync.Mutex
	at string // what f last noted
}

func (l *line) note(at string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = at
}

func (l *line) keep(end <-chan struct{}) {
	every := repeat
	if l.terminal {
		every = redraw
	}
	next := time.NewTimer(patience)
	defer next.Stop()
	for {
		select {
		case <-end:
			return
		case <-next.C:
			l.show()
			next.Reset(every)
		}
	}
}

func (l *line) show() {
	l.shown = true
	l.mu.Lock()
	at := l.at
	l.mu.Unlock()
	if at != "" {
		at += ", "
	}
	l.print(fmt.Sprintf("%s: %s%s", l.what, at, l.took()), "")
}

func (l *line) finish(err error) {
	switch {
	case !l.shown:
	case err != nil:
		l.print(l.what+": stopped after "+l.took(), "\n")
	default:
		l.print(l.what+": done, "+l.took(), "\n")
	}
}

func (l *line) took() string { return time.Since(l.start).Round(time.Second).String() }

func (l *line) print(text, end string) {
	if !l.terminal {
		fmt.Fprintln(l.w, text)
		return
	}
	if r := []rune(text); len(r) > width {
		text = string(r[:width-3]) + "..."
	}
	fmt.Fprintf(l.w, "\r%-*s%s", width, text, end)
}
