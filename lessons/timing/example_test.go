package timing_test

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"heddle/lessons/timing"
)

func ExampleRun() {
	r := timing.Run("join", func() { _ = strings.Repeat("abc", 1000) })
	fmt.Println(r.Name, len(r.Runs) >= 3, r.Fastest <= r.Median)
	// fmt.Println(r) prints a table
	// Output: join true true
}

func ExampleCompare() {
	c := timing.Compare(
		timing.Case("short", func() { _ = strings.Repeat("abc", 10) }),
		timing.Case("long", func() { _ = strings.Repeat("abc", 10_000) }),
	)
	for _, r := range c.Results {
		fmt.Println(r.Name)
	}
	// Output:
	// short
	// long
}

func ExampleRecorder() {
	rec := timing.NewRecorder("two tasks")
	var wg sync.WaitGroup
	for _, name := range []string{"A", "B"} {
		wg.Go(func() {
			rec.Task(name, func(tick func()) {
				for range 1000 {
					tick()
				}
			})
		})
	}
	wg.Wait()
	recording := rec.Stop()
	fmt.Println(recording.Title, len(recording.Tasks))
	// Output: two tasks 2
}

func ExampleCalibrate() {
	sum := func(n int) {
		total := 0
		for i := range n {
			total += i
		}
	}
	n := timing.Calibrate(time.Millisecond, sum)
	fmt.Println(n > 0)
	// Output: true
}

func ExampleDuration() {
	fmt.Println(timing.Duration(1234567 * time.Nanosecond))
	// Output: 1.23 ms
}
