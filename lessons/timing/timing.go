// Package timing measures how long a function takes, honestly: it runs it
// several times, shows how far the runs lie apart, and says in words when a
// figure is not worth much.
//
//	display.Show(timing.Environment())          // what this machine is
//	display.Show(timing.Run("sum", sum))        // one function
//	display.Show(timing.Compare(                // several, fairly
//		timing.Case("one after the other", serial),
//		timing.Case("concurrent", concurrent),
//	))
//
// A Recorder notes when each of several tasks is running; package chart draws
// that as a timeline. Calibrate finds how much work takes a given time.
package timing

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

const (
	minRuns   = 3
	maxRuns   = 30
	runBudget = time.Second // Run repeats f until this much time is used
	shortRun  = time.Millisecond
	maxBatch  = 1 << 20
)

// A Result says how long one function took.
type Result struct {
	Name  string
	Runs  []time.Duration // for one call, in the order of the runs
	Batch int             // calls in each run, whose mean is the run's figure

	Median, Fastest, Slowest time.Duration

	// Allocs and Bytes are what one call took from the heap, on average. The
	// rest of the program, and an interpreter at work, are counted with it.
	Allocs, Bytes float64

	Engine string   // "compiled" or "interpreted"
	Procs  int      // GOMAXPROCS while it ran
	Notes  []string // warnings, in words
}

// Run measures f: one run to warm up, which does not count, then at least
// three, and more (up to 30) while they take less than a second in all. An f
// shorter than a millisecond is called many times in each run.
func Run(name string, f func()) Result {
	notes := busyNotes()
	m := newMeter(name, f)
	for used := time.Duration(0); m.wants(used, minRuns, runBudget); {
		used += m.run()
	}
	r := m.result()
	r.Notes = append(r.Notes, notes...)
	return r
}

// A meter collects the runs of one function.
type meter struct {
	name          string
	f             func()
	batch         int
	runs          []time.Duration
	allocs, bytes uint64
}

// newMeter warms f up and finds how many calls make a run that the clock can
// tell well.
func newMeter(name string, f func()) *meter {
	m := &meter{name: name, f: f, batch: 1}
	for m.once() < shortRun && m.batch < maxBatch {
		m.batch *= 2
	}
	return m
}

// once calls f batch times and returns how long that took.
func (m *meter) once() time.Duration {
	start := time.Now()
	for range m.batch {
		m.f()
	}
	return time.Since(start)
}

// run adds one run and returns how long it took in all.
func (m *meter) run() time.Duration {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	took := m.once()
	runtime.ReadMemStats(&after)
	m.runs = append(m.runs, took/time.Duration(m.batch))
	m.allocs += after.Mallocs - before.Mallocs
	m.bytes += after.TotalAlloc - before.TotalAlloc
	return took
}

// wants reports whether another run is due after so much time.
func (m *meter) wants(used time.Duration, least int, budget time.Duration) bool {
	return len(m.runs) < least || len(m.runs) < maxRuns && used < budget
}

func (m *meter) result() Result {
	calls := float64(len(m.runs) * m.batch)
	sorted := slices.Sorted(slices.Values(m.runs))
	r := Result{
		Name:    m.name,
		Runs:    m.runs,
		Batch:   m.batch,
		Median:  time.Duration(quantile(sorted, 0.5)),
		Fastest: sorted[0],
		Slowest: sorted[len(sorted)-1],
		Allocs:  float64(m.allocs) / calls,
		Bytes:   float64(m.bytes) / calls,
		Engine:  Engine(),
		Procs:   runtime.GOMAXPROCS(0),
	}
	r.Notes = r.warnings()
	return r
}

// warnings says what makes the figures of r doubtful.
func (r Result) warnings() []string {
	var notes []string
	switch {
	case r.Batch >= maxBatch && r.Median < time.Nanosecond*2:
		notes = append(notes, fmt.Sprintf("%s: too short to be measured; "+
			"perhaps the compiler removed work whose result nobody uses.", r.Name))
	case r.Batch > 1:
		notes = append(notes, fmt.Sprintf("%s: each run is the mean of %s calls, "+
			"since one alone is too short for the clock.", r.Name, thousands(r.Batch)))
	}
	if r.Spread() > 0.25 {
		notes = append(notes, fmt.Sprintf("%s: the runs lie far apart. Something "+
			"else was at work; run it again before you trust the figure.", r.Name))
	}
	return notes
}

// Spread is how far the middle half of the runs lies apart (the upper quartile
// minus the lower), as a share of the median. 0.1 means 10 %.
func (r Result) Spread() float64 {
	if r.Median <= 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(r.Runs))
	return (quantile(s, 0.75) - quantile(s, 0.25)) / float64(r.Median)
}

// String returns the result as a table of text.
func (r Result) String() string { return r.table().text() }

// Display returns the result as a table, in text and in HTML.
func (r Result) Display() map[string]any { return r.table().display() }

func (r Result) table() table {
	return resultTable([]Result{r}, nil, r.Notes)
}

func resultTable(results []Result, verdicts, notes []string) table {
	t := table{
		head:    []string{"", "median", "fastest", "slowest", "spread", "runs", "allocations", "memory"},
		caption: fmt.Sprintf("%s, GOMAXPROCS %d; spread: of the middle half of the runs; a warm-up is not counted", results[0].Engine, results[0].Procs),
		lead:    verdicts,
		notes:   notes,
	}
	for _, r := range results {
		t.rows = append(t.rows, []string{
			r.Name, Duration(r.Median), Duration(r.Fastest), Duration(r.Slowest),
			percent(r.Spread()), fmt.Sprint(len(r.Runs)), thousands(int(r.Allocs + 0.5)), size(r.Bytes),
		})
	}
	return t
}

// quantile returns the value below which the share q of the sorted durations
// lies, in ns, between two of them in proportion; sorted is not empty.
func quantile(sorted []time.Duration, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return float64(sorted[i])
	}
	return float64(sorted[i]) + (at-float64(i))*float64(sorted[i+1]-sorted[i])
}
