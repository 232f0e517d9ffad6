package timing

import (
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	minRounds     = 5 // fewer could never give a verdict
	compareBudget = 2 * time.Second
	doubt         = 0.05 // chance of a verdict where there is no difference
)

// A Candidate is one of the functions that Compare measures; see Case.
type Candidate struct {
	name string
	f    func()
}

// Case names a function for Compare.
func Case(name string, f func()) Candidate {
	return Candidate{name, f}
}

// A Comparison holds the results of Compare, in the order of its cases.
type Comparison struct {
	Results  []Result
	Verdicts []string // each case after the first, against the first, in words
	Notes    []string // warnings, in words
}

// Compare measures several functions in turns: in each round every one of them
// runs once, every other round in reverse order, so that a slow moment of the
// machine hits all alike. There are at least five rounds, and more (up to 30)
// while they take less than two seconds in all; for the rest it is like Run.
//
// It calls one of two the faster only if chance alone would rarely (once in 20
// times) let it win so many of all the pairs of runs; that is the rank-sum
// test of Mann and Whitney (1947). Compare panics if there are no cases.
func Compare(cases ...Candidate) Comparison {
	if len(cases) == 0 {
		panic("timing.Compare: nothing to compare")
	}
	notes := busyNotes()
	var meters []*meter
	for _, c := range cases {
		meters = append(meters, newMeter(c.name, c.f))
	}
	for used := time.Duration(0); meters[0].wants(used, minRounds, compareBudget); {
		for _, m := range meters {
			used += m.run()
		}
		slices.Reverse(meters)
	}
	if len(meters[0].runs)%2 == 1 {
		slices.Reverse(meters) // back to the order of the cases
	}
	var c Comparison
	for _, m := range meters {
		r := m.result()
		c.Notes = append(c.Notes, r.Notes...)
		c.Results = append(c.Results, r)
	}
	for _, r := range c.Results[1:] {
		c.Verdicts = append(c.Verdicts, verdict(c.Results[0], r))
	}
	c.Notes = append(c.Notes, notes...)
	return c
}

// String returns the comparison as a table of text.
func (c Comparison) String() string { return c.table().text() }

// Display returns the comparison as a table, in text and in HTML.
func (c Comparison) Display() map[string]any { return c.table().display() }

func (c Comparison) table() table {
	return resultTable(c.Results, c.Verdicts, c.Notes)
}

// verdict says in words which of a and b is faster, if that can be said.
func verdict(a, b Result) string {
	wins := wins(b.Runs, a.Runs) // pairs of runs in which b is the faster
	pairs := float64(len(a.Runs) * len(b.Runs))
	winner, loser := b, a
	if wins < pairs/2 {
		winner, loser, wins = a, b, pairs-wins
	}
	if chance(len(a.Runs), len(b.Runs), wins) >= doubt || winner.Median >= loser.Median {
		return fmt.Sprintf("No verdict between “%s” and “%s”: their runs lie too close together.",
			a.Name, b.Name)
	}
	factor := "more than 1,000"
	if f := float64(loser.Median) / float64(winner.Median); f < 1000 {
		factor = figures(f)
	}
	return fmt.Sprintf("“%s” is %s times as fast as “%s”: it was faster in %s of %s pairs of runs.",
		winner.Name, factor, loser.Name, thousands(int(wins)), thousands(int(pairs)))
}

// wins counts the pairs of one run of a and one of b in which a's is shorter;
// equal ones count half. It is U in the rank-sum test.
func wins(a, b []time.Duration) float64 {
	u := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x < y:
				u++
			case x == y:
				u += 0.5
			}
		}
	}
	return u
}

// chance is the probability that one of two like functions wins at least so
// many of the n*m pairs of their runs; wins is at least half of them. It
// counts the orders of n+m runs by Mann and Whitney's recurrence, "On a test
// of whether one of two random variables is stochastically larger than the
// other", Annals of Mathematical Statistics 18 (1947).
func chance(n, m int, wins float64) float64 {
	// ways[j][u]: orders of i runs of one and j of the other with u wins,
	// as a share of all orders.
	ways := make([][]float64, m+1)
	for j := range ways {
		ways[j] = make([]float64, n*m+1)
		ways[j][0] = 1
	}
	for i := 1; i <= n; i++ {
		next := make([][]float64, m+1)
		next[0] = make([]float64, n*m+1)
		next[0][0] = 1
		for j := 1; j <= m; j++ {
			next[j] = make([]float64, n*m+1)
			// The last run is one of the i, after all j, or one of the j.
			p := float64(i) / float64(i+j)
			for u := 0; u <= i*j; u++ {
				next[j][u] = (1 - p) * next[j-1][u]
				if u >= j {
					next[j][u] += p * ways[j][u-j]
				}
			}
		}
		ways = next
	}
	tail := 0.0
	for u := int(math.Floor(wins)); u <= n*m; u++ {
		tail += ways[m][u]
	}
	return math.Min(1, 2*tail)
}
