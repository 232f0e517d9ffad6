package timing

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const ms = time.Millisecond

func TestFigures(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Duration(0), "0 ns"},
		{Duration(999), "999 ns"},
		{Duration(1000), "1.00 µs"},
		{Duration(45600), "45.6 µs"},
		{Duration(999_400), "999 µs"},
		{Duration(999_600), "1.00 ms"},
		{Duration(102 * ms), "102 ms"},
		{Duration(9_996 * time.Microsecond), "10.0 ms"},
		{Duration(99_960 * time.Microsecond), "100 ms"},
		{Duration(1234 * ms), "1.23 s"},
		{Duration(2 * time.Hour), "7,200 s"},
		{percent(0.004), "0.4 %"},
		{percent(0.0996), "10 %"},
		{percent(1.5), "150 %"},
		{size(0), "0 B"},
		{size(999), "999 B"},
		{size(1234), "1.23 kB"},
		{size(2.5e6), "2.50 MB"},
		{thousands(0), "0"},
		{thousands(-123), "-123"},
		{thousands(1234567), "1,234,567"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	odd := []time.Duration{1, 2, 4, 8, 16}
	even := []time.Duration{10, 20}
	for _, test := range []struct {
		of   []time.Duration
		q    float64
		want float64
	}{
		{odd, 0, 1}, {odd, 0.25, 2}, {odd, 0.5, 4}, {odd, 0.75, 8}, {odd, 1, 16},
		{even, 0.5, 15}, {even, 0.75, 17.5}, {even[:1], 0.75, 10},
	} {
		if got := quantile(test.of, test.q); got != test.want {
			t.Errorf("quantile(%v, %v) = %v, want %v", test.of, test.q, got, test.want)
		}
	}
}

func TestRunKeepsItsWord(t *testing.T) {
	calls := 0
	r := Run("nothing much", func() { calls++ })
	if n := len(r.Runs); n < 3 || n > 30 {
		t.Errorf("%d runs, want 3 to 30", n)
	}
	if calls <= len(r.Runs)*r.Batch {
		t.Errorf("%d calls for %d runs of %d: no warm-up", calls, len(r.Runs), r.Batch)
	}
	if r.Fastest > r.Median || r.Median > r.Slowest {
		t.Errorf("fastest %v, median %v, slowest %v", r.Fastest, r.Median, r.Slowest)
	}
	if r.Batch > 1 && len(r.Notes) == 0 {
		t.Errorf("%d calls in each run and no note says so", r.Batch)
	}
}

func TestWarnings(t *testing.T) {
	for _, test := range []struct {
		name string
		r    Result
		want string // in the only note; "" if there is none
	}{
		{"fine", Result{Batch: 1, Median: 100 * ms, Runs: []time.Duration{99 * ms, 100 * ms, 101 * ms}}, ""},
		{"far apart", Result{Batch: 1, Median: 100 * ms, Runs: []time.Duration{50 * ms, 100 * ms, 200 * ms}}, "far apart"},
		{"batch", Result{Batch: 4096, Median: 300, Runs: []time.Duration{300}}, "mean of 4,096 calls"},
		{"nothing", Result{Batch: maxBatch, Median: 1, Runs: []time.Duration{1}}, "too short to be measured"},
	} {
		got := strings.Join(test.r.warnings(), "\n")
		if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: the notes are %q, want %q", test.name, got, test.want)
		}
	}
}

func TestTable(t *testing.T) {
	r := Result{
		Name: `sum <b>&"`, Batch: 1, Engine: "compiled", Procs: 2, Allocs: 1200, Bytes: 5000,
		Runs:   []time.Duration{10 * ms, 11 * ms, 12 * ms},
		Median: 11 * ms, Fastest: 10 * ms, Slowest: 12 * ms,
		Notes: []string{"1 < 2"},
	}
	want := `            median  fastest  slowest  spread  runs  allocations   memory
------------------------------------------------------------------------
sum <b>&"  11.0 ms  10.0 ms  12.0 ms   9.1 %     3        1,200  5.00 kB
(compiled, GOMAXPROCS 2; spread: of the middle half of the runs; a warm-up is not counted)
Note: 1 < 2
`
	forms := r.Display()
	if got := forms["text/plain"]; got != want || r.String() != want {
		t.Errorf("text is\n%s\nwant\n%s", got, want)
	}
	page := forms["text/html"].(string)
	for _, part := range []string{"sum &lt;b&gt;&amp;&#34;", "1 &lt; 2", "--jp-content-font-color1"} {
		if !strings.Contains(page, part) {
			t.Errorf("the HTML lacks %q:\n%s", part, page)
		}
	}
	if strings.Contains(page, "<b>&") {
		t.Errorf("a name got into the HTML as it is:\n%s", page)
	}
}

func TestChance(t *testing.T) {
	// The tails of U in Mann and Whitney (1947), table I, doubled.
	for _, test := range []struct {
		n, m int
		wins float64
		want float64
	}{
		{3, 3, 9, 0.10}, {3, 3, 8, 0.20}, {5, 5, 25, 2.0 / 252}, {5, 5, 23, 8.0 / 252},
		{4, 4, 16, 2.0 / 70}, {5, 3, 15, 2.0 / 56}, {3, 5, 15, 2.0 / 56}, {5, 5, 12.5, 1},
	} {
		if got := chance(test.n, test.m, test.wins); got < test.want-1e-9 || got > test.want+1e-9 {
			t.Errorf("chance(%d, %d, %v) = %.4f, want %.4f", test.n, test.m, test.wins, got, test.want)
		}
	}
}

func result(name string, runs ...time.Duration) Result {
	m := meter{name: name, batch: 1, runs: runs}
	return m.result()
}

func TestVerdict(t *testing.T) {
	base := result("a", 100, 101, 102, 103, 104)
	for _, test := range []struct {
		b    Result
		want string
	}{
		{result("b", 50, 51, 51, 52, 53), "“b” is 2.00 times as fast as “a”: it was faster in 25 of 25 pairs of runs."},
		{result("b", 300, 301, 306, 303, 309), "“a” is 2.97 times as fast as “b”: it was faster in 25 of 25 pairs of runs."},
		{result("b", 99, 101, 103, 102, 100), "No verdict between “a” and “b”: their runs lie too close together."},
		{result("b", 100, 101, 102, 103, 104), "No verdict between “a” and “b”: their runs lie too close together."},
		{result("b", 50, 51, 52), "“b” is 2.00 times as fast as “a”: it was faster in 15 of 15 pairs of runs."},
		{result("b", 50), "No verdict between “a” and “b”: their runs lie too close together."},
	} {
		if got := verdict(base, test.b); got != test.want {
			t.Errorf("%v: %s\nwant %s", test.b.Runs, got, test.want)
		}
	}
}

func TestCompareTakesTurns(t *testing.T) {
	var order strings.Builder
	// Long enough for a run of its own whatever the machine, and no longer.
	step := func(name string) func() {
		return func() {
			order.WriteString(name)
			for start := time.Now(); time.Since(start) < shortRun; {
			}
		}
	}
	c := Compare(Case("a", step("a")), Case("b", step("b")), Case("c", step("c")))
	if len(c.Results) != 3 || len(c.Verdicts) != 2 {
		t.Fatalf("%d results, %d verdicts", len(c.Results), len(c.Verdicts))
	}
	var names []string
	for _, r := range c.Results {
		names = append(names, r.Name)
		if len(r.Runs) < 5 {
			t.Errorf("%s had %d runs, want at least 5", r.Name, len(r.Runs))
		}
	}
	if want := []string{"a", "b", "c"}; !reflect.DeepEqual(names, want) {
		t.Errorf("the results are in the order %v", names)
	}
	want := "abc" + strings.Repeat("abccba", 15)
	if got := order.String(); got != want[:len(got)] {
		t.Errorf("the order was %s, want %s", got, want[:len(got)])
	}
}

func TestCompareNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Compare() did not panic")
		}
	}()
	Compare()
}

func TestRound(t *testing.T) {
	for v, want := range map[float64]int{0: 1, 0.4: 1, 7: 7, 99.4: 99, 99.6: 100, 4_812_345: 4_800_000} {
		if got := round(v); got != want {
			t.Errorf("round(%v) = %d, want %d", v, got, want)
		}
	}
}
