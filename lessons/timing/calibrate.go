package timing

import "time"

// Calibrate finds the n for which f(n) takes about the target on this machine,
// interpreted or compiled, whatever it is. f must do n equal steps of work.
//
//	steps := timing.Calibrate(100*time.Millisecond, func(n int) { sum(n) })
//
// The result has two figures (such as 4800000), since more would pretend a
// precision that the clock does not have. Calibrate itself takes about as long
// as the target.
func Calibrate(target time.Duration, f func(n int)) int {
	const most = 1 << 50 // an f that does nothing must not be tried for ever
	took := func(n int) time.Duration {
		start := time.Now()
		f(n)
		return time.Since(start)
	}
	for n := 1; n < most; n *= 2 {
		if least := took(n); least >= target/8 && least > 0 {
			// The quickest of four: something else may have been at work.
			for range 3 {
				least = min(least, max(1, took(n)))
			}
			return round(float64(n) * float64(target) / float64(least))
		}
	}
	return most
}

// round keeps the first two figures of v, and at least 1.
func round(v float64) int {
	unit := 1
	for v/float64(unit) >= 99.5 {
		unit *= 10
	}
	return max(1, unit*int(v/float64(unit)+0.5))
}
