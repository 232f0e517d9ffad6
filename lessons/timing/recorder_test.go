package timing

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorded is a recorder whose tasks ticked at the given times.
func recorded(stopped time.Duration, tasks map[string][]time.Duration) *Recorder {
	r := &Recorder{title: "test", start: time.Now(), procs: 2, end: stopped}
	for _, name := range []string{"A", "B"} {
		ticks, ok := tasks[name]
		if !ok {
			continue
		}
		t := &track{name: name, done: true, segments: []Segment{{ticks[0], ticks[0]}}}
		for _, at := range ticks[1:] {
			t.tick(at)
		}
		r.tasks = append(r.tasks, t)
	}
	return r
}

// every lists times from start to end at equal distances.
func every(start, end, distance time.Duration) (times []time.Duration) {
	for at := start; at <= end; at += distance {
		times = append(times, at)
	}
	return times
}

func TestRecording(t *testing.T) {
	us := time.Microsecond
	turns := append(every(0, 10*ms, 50*us), every(20*ms, 30*ms, 50*us)...)
	tests := []struct {
		name     string
		stopped  time.Duration
		ticks    []time.Duration
		want     []Segment
		wantGap  time.Duration
		wantNote string
	}{
		{"two turns", 100 * ms, turns, []Segment{{0, 10 * ms}, {20 * ms, 30 * ms}}, ms, "less than 1 ms"},
		{"a short pause", 100 * ms, []time.Duration{0, 10 * us, 900 * us, 910 * us}, []Segment{{0, 910 * us}}, ms, ""},
		{"one moment", 100 * ms, []time.Duration{5 * ms}, []Segment{{5 * ms, 5 * ms}}, ms, ""},
		{"slow ticks", 500 * ms, every(0, 200*ms, 2*ms), []Segment{{0, 200 * ms}}, 10 << 21, "too rarely"},
		{"stopped early", 25 * ms, turns, []Segment{{0, 10 * ms}, {20 * ms, 25 * ms}}, ms, ""},
		{"stopped in the pause", 15 * ms, turns, []Segment{{0, 10 * ms}}, ms, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rec := recorded(test.stopped, map[string][]time.Duration{"A": test.ticks}).Stop()
			if got := rec.Tasks[0].Segments; !reflect.DeepEqual(got, test.want) {
				t.Errorf("segments are %v, want %v", got, test.want)
			}
			if rec.Gap != test.wantGap {
				t.Errorf("gap is %v, want %v", rec.Gap, test.wantGap)
			}
			if notes := strings.Join(rec.Notes, " "); !strings.Contains(notes, test.wantNote) {
				t.Errorf("notes are %q, want %q in them", notes, test.wantNote)
			}
		})
	}
}

func TestAtOnce(t *testing.T) {
	one := every(0, 10*ms, 100*time.Microsecond)
	two := every(10*ms, 20*ms, 100*time.Microsecond)
	for _, test := range []struct {
		a, b []time.Duration
		want float64
	}{{one, two, 1}, {one, one, 2}} {
		rec := recorded(time.Second, map[string][]time.Duration{"A": test.a, "B": test.b}).Stop()
		if got := rec.AtOnce(); got != test.want {
			t.Errorf("%v running at once, want %v", got, test.want)
		}
	}
	if got := NewRecorder("empty").Stop(); got.AtOnce() != 0 || len(got.Tasks) != 0 || got.String() == "" {
		t.Errorf("an empty recording is %v", got)
	}
}

func TestRecorderSerial(t *testing.T) {
	r := NewRecorder("serial")
	for _, name := range []string{"A", "B", "C"} {
		r.Task(name, func(tick func()) {
			for range 1000 {
				tick()
			}
		})
	}
	rec := r.Stop()
	last := time.Duration(0)
	for i, task := range rec.Tasks {
		if want := string(rune('A' + i)); task.Name != want || task.Unfinished {
			t.Errorf("task %d is %+v", i, task)
		}
		for _, s := range task.Segments {
			if s.Start < last || s.End < s.Start {
				t.Errorf("%s: %v begins before %v", task.Name, s, last)
			}
			last = s.End
		}
	}
	if rec.Took != last {
		t.Errorf("took %v, the last task ended at %v", rec.Took, last)
	}
}

func TestRecorderStoppedWhileTasksRun(t *testing.T) {
	r := NewRecorder("forgotten Wait")
	begun, goOn := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			r.Task("A", func(tick func()) {
				tick()
				begun <- true
				tick() // at the same time as Stop
				<-goOn
				tick()
			})
		})
	}
	for range 4 {
		<-begun
	}
	rec := r.Stop()
	close(goOn)
	wg.Wait()
	for _, task := range rec.Tasks {
		if !task.Unfinished {
			t.Error("a task counts as finished that is not")
		}
	}
	again := r.Stop()
	if again.Took > r.end {
		t.Errorf("what came after Stop was recorded: %v > %v", again.Took, r.end)
	}
	if s := rec.String(); !strings.Contains(s, "A had not finished.") {
		t.Errorf("the text does not tell of unfinished tasks:\n%s", s)
	}
}

func TestRecorderTaskThatPanics(t *testing.T) {
	r := NewRecorder("panic")
	func() {
		defer func() { recover() }()
		r.Task("A", func(func()) { panic("no") })
	}()
	if rec := r.Stop(); len(rec.Tasks) != 1 || rec.Tasks[0].Unfinished {
		t.Errorf("recording is %+v", rec)
	}
}
