package timing

import (
	"fmt"
	"math/bits"
	"runtime"
	"sync"
	"time"
)

// finest is the shortest pause that a recording can show. Measured: a tick
// that comes every few microseconds is late by up to 0.7 ms now and then, for
// the collector or the operating system; a goroutine that waits for its turn
// waits 10 ms or more.
const finest = time.Millisecond

// A Recorder notes when each of several tasks is running. Its methods may be
// called from several goroutines.
//
//	rec := timing.NewRecorder("my tasks")
//	rec.Task("A", func(tick func()) {
//		for i := 0; i < n; i++ {
//			work(i)
//			tick() // still running
//		}
//	})
//	recording := rec.Stop()
type Recorder struct {
	title string

	mu    sync.Mutex
	start time.Time // of the first task
	procs int
	busy  []string // warnings from the time of the first task
	tasks []*track
	end   time.Duration // when Stop was called; 0 before
}

// A track is the record of one task while it may still run.
type track struct {
	mu       sync.Mutex
	name     string
	segments []Segment
	done     bool
	distance [65]int // how many ticks came so many (as a power of 2) ns after the last
}

// A Recording says when each task was running. All times are counted from the
// start of the first task.
type Recording struct {
	Title string
	Tasks []Track // in the order in which they started
	Took  time.Duration
	Procs int           // GOMAXPROCS when it began
	Gap   time.Duration // a task that did not tick for so long was not running
	Notes []string      // how it is to be read, and warnings, in words
}

// A Track is one task's part of a Recording.
type Track struct {
	Name       string
	Segments   []Segment // when it was running, in order
	Unfinished bool      // it was still at work when the recording was stopped
}

// A Segment is a time in which a task was running without a pause.
type Segment struct {
	Start, End time.Duration
}

// NewRecorder returns a recorder without any tasks. The title is shown above
// its timeline.
func NewRecorder(title string) *Recorder {
	return &Recorder{title: title}
}

// Task runs f in the calling goroutine and returns when f does; to run several
// tasks concurrently, start a goroutine for each. f calls tick after every
// small step, best some thousand times a second or more: as long as ticks
// follow each other closely the task counts as running, and where none comes
// for a while it was waiting. A tick costs some 60 ns.
func (r *Recorder) Task(name string, f func(tick func())) {
	r.mu.Lock()
	if r.start.IsZero() {
		r.busy = busyNotes()
		r.procs = runtime.GOMAXPROCS(0)
		r.start = time.Now()
	}
	start := r.start
	t := &track{name: name}
	now := time.Since(start)
	t.segments = []Segment{{now, now}}
	r.tasks = append(r.tasks, t)
	r.mu.Unlock()

	defer func() {
		t.tick(time.Since(start))
		t.mu.Lock()
		t.done = true
		t.mu.Unlock()
	}()
	f(func() { t.tick(time.Since(start)) })
}

// tick notes that the task was running at the time now.
func (t *track) tick(now time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := &t.segments[len(t.segments)-1]
	pause := now - last.End
	if pause < 0 {
		return // a second goroutine of the same task has ticked later
	}
	t.distance[bits.Len64(uint64(pause))]++
	if pause < finest {
		last.End = now
		return
	}
	t.segments = append(t.segments, Segment{now, now})
}

// Stop ends the recording and returns it. A task that has not finished is
// marked so; what it does after Stop is not recorded.
func (r *Recorder) Stop() Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := Recording{Title: r.title, Procs: r.procs}
	if r.procs == 0 {
		rec.Procs = runtime.GOMAXPROCS(0) // no task was run
	} else if r.end == 0 {
		r.end = time.Since(r.start)
	}
	var distance [65]int
	for _, t := range r.tasks {
		t.mu.Lock()
		for i, n := range t.distance {
			distance[i] += n
		}
		rec.Tasks = append(rec.Tasks, Track{Name: t.name, Unfinished: !t.done})
		t.mu.Unlock()
	}
	rec.Gap = gap(distance)
	for i, t := range r.tasks {
		t.mu.Lock()
		rec.Tasks[i].Segments = merge(t.segments, rec.Gap, r.end)
		t.mu.Unlock()
		for _, s := range rec.Tasks[i].Segments {
			rec.Took = max(rec.Took, s.End)
		}
	}
	rec.Notes = append(rec.notes(), r.busy...)
	return rec
}

// gap chooses the shortest pause that counts as waiting: ten times the usual
// (median) distance between ticks, and at least the finest.
func gap(distance [65]int) time.Duration {
	total := 0
	for _, n := range distance {
		total += n
	}
	seen := 0
	for i, n := range distance {
		if seen += n; 2*seen >= total {
			if usual := time.Duration(1) << min(i, 40); usual > finest/10 {
				return 10 * usual
			}
			break
		}
	}
	return finest
}

// merge joins segments whose distance is less than gap, and leaves out what
// came after the end.
func merge(segments []Segment, gap, end time.Duration) []Segment {
	var merged []Segment
	for _, s := range segments {
		s.End = min(s.End, end)
		if s.Start > end {
			break
		}
		if n := len(merged); n > 0 && s.Start-merged[n-1].End < gap {
			merged[n-1].End = s.End
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// Running is how long the task was running in all.
func (t Track) Running() time.Duration {
	var sum time.Duration
	for _, s := range t.Segments {
		sum += s.End - s.Start
	}
	return sum
}

// AtOnce is how many tasks were running at one time, on average over the whole
// recording: 1 for tasks that take turns, close to 2 where two processors were
// busy all the time.
func (r Recording) AtOnce() float64 {
	if r.Took == 0 {
		return 0
	}
	var sum time.Duration
	for _, t := range r.Tasks {
		sum += t.Running()
	}
	return float64(sum) / float64(r.Took)
}

// notes says in words how the recording is to be read.
func (r Recording) notes() []string {
	notes := []string{fmt.Sprintf("A pause of less than %.3g ms counts as running.", r.Gap.Seconds()*1000)}
	if r.Gap > 5*time.Millisecond {
		notes = append(notes, "Ticks came too rarely to show turns of 10 ms: call tick more often.")
	}
	for _, t := range r.Tasks {
		if t.Unfinished {
			notes = append(notes, t.Name+" had not finished.")
		}
	}
	return notes
}

// String returns the recording as a table of text.
func (r Recording) String() string { return r.table().text() }

// Display returns the recording as a table, in text and in HTML. Package chart
// draws it as a timeline.
func (r Recording) Display() map[string]any { return r.table().display() }

func (r Recording) table() table {
	t := table{
		head:    []string{"", "start", "end", "running", "turns"},
		caption: fmt.Sprintf("%s, GOMAXPROCS %d, took %s", r.Title, r.Procs, Duration(r.Took)),
		notes:   r.Notes,
	}
	for _, task := range r.Tasks {
		first, last := task.Segments[0], task.Segments[len(task.Segments)-1]
		t.rows = append(t.rows, []string{task.Name, Duration(first.Start), Duration(last.End),
			Duration(task.Running()), fmt.Sprint(len(task.Segments))})
	}
	return t
}
