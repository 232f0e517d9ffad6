package chart

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"heddle/lessons/timing"
)

// mostSegments is how many segments are drawn at most; more cannot be told
// apart and make the notebook slow.
const mostSegments = 3000

// Timeline draws recordings one above the other on one time axis, with a row
// for each task: a bar where the task was running, a thin line where it had
// begun but was not running. Tasks of the same name have the same colour. Rows
// are in the order of the names, shorter names first: B, C, B2, B10.
func Timeline(title string, recordings ...timing.Recording) Chart {
	t := newTimeline(title, recordings)
	return newChart(t.vegaLite(), t.svg(), t.text())
}

// A timeline is what all forms of the chart are drawn from. Times are in ms.
type timeline struct {
	title  string
	panels []panel
	max    float64 // the end of the time axis, above 0
	notes  []string
}

// A panel shows one recording.
type panel struct {
	title string
	head  string // title and figures
	rows  []row
}

// A row shows one task.
type row struct {
	name       string
	color      string
	start, end float64 // of the task
	runs       []span
}

// A span is a time in which a task was running.
type span struct{ start, end float64 }

func newTimeline(title string, recordings []timing.Recording) timeline {
	t := timeline{title: title}
	rank := ranks(recordings)
	for _, rec := range recordings {
		processors := "1 processor"
		if rec.Procs != 1 {
			processors = fmt.Sprintf("%d processors", rec.Procs)
		}
		p := panel{title: rec.Title, head: fmt.Sprintf("%s (%s): took %s, %.1f running on average",
			shorten(rec.Title, 40), processors, timing.Duration(rec.Took), rec.AtOnce())}
		for _, task := range rec.Tasks {
			r := row{name: task.Name, color: color(rank[task.Name])}
			for _, s := range task.Segments {
				r.runs = append(r.runs, span{ms(s.Start), ms(s.End)})
			}
			if n := len(r.runs); n > 0 {
				r.start, r.end = r.runs[0].start, r.runs[n-1].end
			}
			t.max = max(t.max, r.end)
			p.rows = append(p.rows, r)
		}
		slices.SortStableFunc(p.rows, func(a, b row) int { return rank[a.name] - rank[b.name] })
		t.panels = append(t.panels, p)
		for _, n := range rec.Notes {
			t.note(n)
		}
	}
	if t.max == 0 {
		t.max = 1
	}
	t.thin()
	return t
}

// ranks numbers the names of all tasks in the order of their rows.
func ranks(recordings []timing.Recording) map[string]int {
	rank := map[string]int{}
	for _, rec := range recordings {
		for _, task := range rec.Tasks {
			rank[task.Name] = 0
		}
	}
	names := slices.SortedFunc(maps.Keys(rank), func(a, b string) int {
		return cmp.Or(len(a)-len(b), strings.Compare(a, b))
	})
	for i, name := range names {
		rank[name] = i
	}
	return rank
}

// note adds a note unless it is there.
func (t *timeline) note(s string) {
	for _, n := range t.notes {
		if n == s {
			return
		}
	}
	t.notes = append(t.notes, s)
}

// thin joins spans across ever longer pauses until few enough are left.
func (t *timeline) thin() {
	count := func() (n int) {
		for _, p := range t.panels {
			for _, r := range p.rows {
				n += len(r.runs)
			}
		}
		return n
	}
	total := count()
	if total <= mostSegments {
		return
	}
	pause := t.max / 1000
	for ; pause < t.max; pause *= 2 {
		for _, p := range t.panels {
			for i := range p.rows {
				p.rows[i].runs = join(p.rows[i].runs, pause)
			}
		}
		if count() <= mostSegments {
			break
		}
	}
	t.note(fmt.Sprintf("Thinned from %s to %s bars: pauses under %.2g ms are not drawn.",
		number(float64(total)), number(float64(count())), pause))
}

func join(runs []span, pause float64) []span {
	var joined []span
	for _, r := range runs {
		if n := len(joined); n > 0 && r.start-joined[n-1].end < pause {
			joined[n-1].end = r.end
		} else {
			joined = append(joined, r)
		}
	}
	return joined
}

// reading says how to read the chart.
func (t timeline) reading() string {
	return strings.Join(append([]string{"Bar: running. Thin line: begun, but waiting."}, t.notes...), " ")
}

// describe says in sentences what the chart shows, for those who cannot see it.
func (t timeline) describe() string {
	var b strings.Builder
	b.WriteString("Timeline of tasks, time in milliseconds.")
	for _, p := range t.panels {
		fmt.Fprintf(&b, " %s.", p.head)
		for i, r := range p.rows {
			if i == 8 {
				fmt.Fprintf(&b, " And %d more tasks.", len(p.rows)-i)
				break
			}
			fmt.Fprintf(&b, " %s: %.0f to %.0f ms, %s.", r.name, r.start, r.end, turns(len(r.runs)))
		}
	}
	return b.String()
}

func turns(n int) string {
	if n == 1 {
		return "running without a pause"
	}
	return fmt.Sprintf("running in %d turns", n)
}

// tip is what a pointer over a bar shows.
func (r row) tip(s span) string {
	return fmt.Sprintf("%s: %.1f to %.1f ms, running for %.1f ms", r.name, s.start, s.end, s.end-s.start)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

const (
	columns = 60 // of the text form
	full    = '█'
	part    = '▒'
	waits   = '·'
)

// text draws the timeline with characters, one row for each task.
func (t timeline) text() string {
	var b strings.Builder
	fmt.Fprintln(&b, t.title)
	width := 4
	for _, p := range t.panels {
		for _, r := range p.rows {
			width = max(width, len([]rune(shorten(r.name, 16))))
		}
	}
	for _, p := range t.panels {
		fmt.Fprintf(&b, "\n%s\n", p.head)
		for _, r := range p.rows {
			fmt.Fprintf(&b, "%-*s |%s|\n", width, shorten(r.name, 16), t.cells(r))
		}
	}
	// The bars of a row stand between two strokes, at 0 and at the end.
	marks, labels := []rune(strings.Repeat("-", columns+2)), []rune(strings.Repeat(" ", columns+16))
	free := 0
	for _, v := range ticks(t.max, 6) {
		at := int(v/t.max*(columns+1) + 0.5)
		if label := []rune(number(v)); at >= free {
			marks[at] = '+'
			free = at + copy(labels[at:], label) + 1
		}
	}
	fmt.Fprintf(&b, "%*s %s\n", width, "", string(marks))
	fmt.Fprintf(&b, "%*s %s\n", width, "ms", strings.TrimRight(string(labels), " "))
	fmt.Fprintf(&b, "\n%c running, %c part of the time, %c waiting\n", full, part, waits)
	for _, n := range t.notes {
		fmt.Fprintln(&b, n)
	}
	return b.String()
}

// cells draws one row: each character stands for one part of the time axis.
func (t timeline) cells(r row) string {
	each := t.max / columns
	cells := make([]rune, columns)
	next := 0 // the first span that may reach into the column
	for i := range cells {
		from, to := float64(i)*each, float64(i+1)*each
		running, touched := 0.0, false
		for next < len(r.runs) && r.runs[next].end < from {
			next++
		}
		for _, s := range r.runs[next:] {
			if s.start >= to {
				break
			}
			part := max(0, min(s.end, to)-max(s.start, from))
			running += part
			// A turn that just reaches in is not shown, but a moment is.
			touched = touched || part > each/50 || s.end-s.start <= each/50
		}
		switch {
		case running >= each/2:
			cells[i] = full
		case touched:
			cells[i] = part
		case r.start < to && r.end > from:
			cells[i] = waits
		default:
			cells[i] = ' '
		}
	}
	return string(cells)
}
