package chart

import (
	"math"
	"strconv"
)

// A scale maps values from 0 to max onto pixels from left to right.
type scale struct {
	max         float64
	left, right float64
}

func (s scale) at(v float64) float64 {
	return s.left + (s.right-s.left)*v/s.max
}

// ticks returns round values from 0 to at most max, at equal distances of 1, 2
// or 5 times a power of ten: at most n intervals.
func ticks(max float64, n int) []float64 {
	if max <= 0 || n < 1 {
		return []float64{0}
	}
	step := math.Pow(10, math.Floor(math.Log10(max/float64(n))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if max/(step*factor) <= float64(n) {
			step *= factor
			break
		}
	}
	var values []float64
	for i := 0.0; i*step <= max*(1+1e-9); i++ {
		values = append(values, i*step)
	}
	return values
}

// number writes a tick's value as short as it can be, 1200 as 1,200.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'g', 12, 64)
	if math.Abs(v) >= 1e12 {
		return s
	}
	whole := len(s)
	for i, c := range s {
		if c == '.' {
			whole = i
			break
		}
	}
	for i := whole - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
