package loom_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"heddle/interp/loom"
)

func TestGoroutinesBelongToTheirCell(t *testing.T) {
	if loom.Current() != nil {
		t.Fatal("a goroutine that no cell started has a cell")
	}
	c := loom.NewCell(context.Background(), 7, nil)
	end := c.Run(func() {
		var wg sync.WaitGroup
		wg.Go(func() {
			var inner sync.WaitGroup
			inner.Go(func() {
				if loom.Current() != c {
					t.Error("a goroutine's goroutine lost its cell")
				}
			})
			inner.Wait()
		})
		wg.Wait()
	})
	if end != (loom.Ending{}) {
		t.Errorf("ended as %+v", end)
	}
}

func TestEnding(t *testing.T) {
	for _, test := range []struct {
		name string
		f    func()
		want loom.Ending
	}{
		{"return", func() {}, loom.Ending{}},
		{"panic", func() { panic("p") }, loom.Ending{Panic: "p", Panicked: true}},
		{"Goexit", runtime.Goexit, loom.Ending{Goexit: true}},
	} {
		if got := loom.NewCell(context.Background(), 1, nil).Run(test.f); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestCancelReachesSleepAndPoll(t *testing.T) {
	flag := false
	loom.StopFlag(&flag)
	for name, f := range map[string]func(){
		"sleep": func() { loom.Sleep(time.Hour) },
		"poll": func() {
			for {
				loom.Poll()
			}
		},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		deferred := false
		cancelled := make(chan struct{})
		go func() { cancel(); close(cancelled) }()
		end := loom.NewCell(ctx, 1, nil).Run(func() {
			defer func() { deferred = true }()
			f()
		})
		<-cancelled
		if !end.Goexit || !deferred {
			t.Errorf("%s: ended as %+v, deferred calls run: %v", name, end, deferred)
		}
	}
}
