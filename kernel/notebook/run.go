package notebook

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"heddle/interp/worker"
)

// Options says how Run treats the cells.
type Options struct {
	Timeout     time.Duration // of one cell; 0: none
	AllowErrors bool          // a cell's error does not end the run
	// Progress, if not nil, is called before and after each cell that is run.
	Progress func(Step)
}

// A Step is the begin or the end of one cell's run.
type Step struct {
	Cell    int // index in Notebook.Cells
	Number  int // of the cell among those that are run, from 1
	Total   int // how many are run
	Ended   bool
	Took    time.Duration   // when it has ended
	Failure *worker.Failure // when it has ended with one
}

// A CellError is the error of a cell. It is the learner's, not ours.
type CellError struct {
	Cell    int // index in Notebook.Cells
	Count   int // the cell's execution count
	Failure worker.Failure
}

func (e *CellError) Error() string {
	return fmt.Sprintf("cell %d: %s: %s", e.Count, e.Failure.Name, e.Failure.Value)
}

// Run runs the code cells of n in order, and puts what they show in the place of
// their old outputs, as nbclient does. Blank cells and those tagged
// skip-execution are not run, and the latter keep their outputs.
//
// Run ends with a *CellError at the first cell that fails, unless errors are
// allowed or the cell is tagged raises-exception. A cell that takes longer than
// the timeout is interrupted and has failed. When ctx ends, so does the running
// cell, and Run returns ctx's error. In each case n has the outputs so far;
// nothing of n changes after Run has returned.
func Run(ctx context.Context, n *Notebook, w *worker.Worker, opt Options) error {
	r := &run{notebook: n, worker: w, opt: opt}
	defer r.close()
	var todo []int
	for i, c := range n.Cells {
		if c.Type != "code" || c.Tagged("skip-execution") {
			continue
		}
		c.Count, c.Outputs = 0, nil
		delete(c.Metadata, "execution") // the times of an older run
		if strings.TrimSpace(c.Source) != "" {
			todo = append(todo, i)
		}
	}
	for done, i := range todo {
		step := Step{Cell: i, Number: done + 1, Total: len(todo)}
		r.report(step)
		start := time.Now()
		failure, err := r.cell(ctx, n.Cells[i], done+1)
		step.Ended, step.Took, step.Failure = true, time.Since(start), failure
		r.report(step)
		if err != nil {
			return err
		}
		if failure != nil && !opt.AllowErrors && !n.Cells[i].Tagged("raises-exception") {
			return &CellError{Cell: i, Count: done + 1, Failure: *failure}
		}
	}
	return nil
}

func (r *run) report(s Step) {
	if r.opt.Progress != nil {
		r.opt.Progress(s)
	}
}

// cell runs one cell. The error is not the cell's.
func (r *run) cell(ctx context.Context, c *Cell, count int) (*worker.Failure, error) {
	cellCtx, cancel := ctx, context.CancelFunc(func() {})
	if r.opt.Timeout > 0 {
		cellCtx, cancel = context.WithTimeout(ctx, r.opt.Timeout)
	}
	defer cancel()
	c.Count = count
	out := &sink{run: r, cell: c}
	done, err := r.worker.Do(cellCtx, worker.Request{Execute: &worker.Execute{Code: c.Source, Cell: count}}, out.emit)
	var failure *worker.Failure
	crash, crashed := errors.AsType[*worker.Crash](err)
	switch {
	case crashed:
		failure = &crash.Failure
		out.emit(worker.Event{Failure: failure})
	case err != nil:
		return nil, fmt.Errorf("run cell %d: %w", count, err)
	default:
		failure = done.Failure
	}
	if ctx.Err() != nil {
		return failure, ctx.Err()
	}
	if failure != nil && cellCtx.Err() != nil {
		value := fmt.Sprintf("the cell did not end within %v", r.opt.Timeout)
		failure = &worker.Failure{
			Name:      "Timeout",
			Value:     value,
			Traceback: append([]string{"Timeout: " + value}, failure.Traceback...),
		}
	}
	return failure, nil
}
