// Package loom knows the goroutines of the notebook's cells.
//
// So far it knows which cell a goroutine belongs to, through any depth of go
// statements, and how to end a cell's goroutines at the places where they ask:
// in Poll and Sleep. What a goroutine waits for, and the verdict that none can
// go on, are to come into the same records.
package loom

import (
	"context"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"
)

// G is what is known of a goroutine. It stands where the Go runtime keeps a
// goroutine's pprof labels, which a new goroutine inherits from the one that
// started it: so a goroutine finds its record in a few nanoseconds, and one
// started by compiled code that knows nothing of cells has one too.
type G struct {
	labels []label // what the runtime and its profiles read; must come first
	cell   *Cell
}

// label has the layout of internal/runtime/pprof/label.Label.
type label struct{ key, value string }

//go:linkname setLabels runtime/pprof.runtime_setProfLabel
func setLabels(unsafe.Pointer)

//go:linkname getLabels runtime/pprof.runtime_getProfLabel
func getLabels() unsafe.Pointer

// mine tells the loom's records from the labels of other code.
const mine = "heddle cell"

// Cell is one run of a cell: what its goroutines have in common.
type Cell struct {
	// Number is the cell's execution count.
	Number int
	// Print takes what a goroutine of the cell prints to the stream "stdout" or
	// "stderr".
	Print func(stream, text string)
	// Owner is whatever the interpreter wants to find from a goroutine.
	Owner any

	ctx  context.Context
	main string // the goroutine that Run started, as its stack names it
}

// NewCell is a cell that is cancelled when ctx ends.
func NewCell(ctx context.Context, number int, print func(stream, text string)) *Cell {
	return &Cell{Number: number, Print: print, ctx: ctx}
}

// Context ends when the cell is cancelled.
func (c *Cell) Context() context.Context { return c.ctx }

// An Ending is how the main goroutine of a cell ended.
type Ending struct {
	Panic    any  // the value of a panic that nothing recovered
	Panicked bool // also by panic(nil)
	Goexit   bool // by runtime.Goexit, of its own or because the cell was cancelled
}

// Run runs f as the main goroutine of the cell and returns when it has ended.
func (c *Cell) Run(f func()) (end Ending) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.enter()
		c.main = goroutine()
		end.Goexit = true
		defer func() {
			if r := recover(); r != nil {
				end = Ending{Panic: r, Panicked: true}
			}
		}()
		f()
		end.Goexit = false
	}()
	<-done
	return end
}

// enter makes the calling goroutine, and all it will start, one of the cell.
func (c *Cell) enter() {
	setLabels(unsafe.Pointer(&G{labels: []label{{mine, ""}}, cell: c}))
}

// Current returns the cell that the calling goroutine belongs to, nil if none.
func Current() *Cell {
	g := (*G)(getLabels())
	if g == nil || len(g.labels) != 1 || g.labels[0].key != mine {
		return nil
	}
	return g.cell
}

// Main says whether the calling goroutine is the one that Run started.
func (c *Cell) Main() bool { return goroutine() == c.main }

// goroutine is the runtime's number for the calling goroutine, which Go shows
// only at the head of a stack.
func goroutine() string {
	var buf [32]byte
	head := string(buf[:runtime.Stack(buf[:], false)])
	if fields := strings.Fields(head); len(fields) > 1 {
		return fields[1]
	}
	return head
}

// stopping is set while some cell is being cancelled. Interpreted loops read it
// and call Poll when it is set.
var stopping atomic.Pointer[bool]

// StopFlag hands in the variable that interpreted loops read.
func StopFlag(flag *bool) { stopping.Store(flag) }

// Stop makes loops call Poll, until Go.
func Stop() { setStop(true) }

// Go ends what Stop began: loops run at full speed again.
func Go() { setStop(false) }

func setStop(v bool) {
	if flag := stopping.Load(); flag != nil {
		*flag = v
	}
}

// Poll ends the calling goroutine, running its deferred calls, if its cell has
// been cancelled.
func Poll() {
	if c := Current(); c != nil && c.ctx.Err() != nil {
		runtime.Goexit()
	}
}

// Sleep is time.Sleep that ends with the cell.
func Sleep(d time.Duration) {
	c := Current()
	if c == nil {
		time.Sleep(d)
		return
	}
	if d <= 0 {
		runtime.Gosched()
		Poll()
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.ctx.Done():
		runtime.Goexit()
	}
}
