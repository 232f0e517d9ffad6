package worker

import (
	"context"
	"errors"
	"log/slog"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// grace is how long an interrupt waits for the cell to end by itself before the
// process is killed: long enough for a cell's defers, short for a person.
const grace = 2 * time.Second

// ErrClosed is returned by Do after Close.
var ErrClosed = errors.New("worker is closed")

// Crash is the error of a request whose process died under it. Failure says it
// in the learner's words.
type Crash struct {
	Failure Failure
}

func (c *Crash) Error() string { return c.Failure.Name + ": " + c.Failure.Value }

// A Worker is the kernel's end of the pipe: one process at a time, replaced
// when it dies. Its methods may be called from many goroutines.
type Worker struct {
	command func() *exec.Cmd
	log     *slog.Logger

	mu      sync.Mutex
	process *process
	kept    Kept     // what the next process is told
	lost    []string // the variables of dead processes that were not defined again
	nextID  uint64
	closed  bool
}

// Start starts the first process. command makes the command line of a worker
// process; it is called again for each process that replaces another.
func Start(command func() *exec.Cmd, log *slog.Logger) (*Worker, error) {
	w := &Worker{command: command, log: log}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.replace(); err != nil {
		return nil, err
	}
	return w, nil
}

// replace starts a process and tells it what the one before had declared.
// w.mu is held.
func (w *Worker) replace() error {
	p, err := startProcess(w.command(), w.keep, w.log)
	if err != nil {
		return err
	}
	w.process = p
	w.lost = append(w.lost, w.kept.Variables...)
	w.kept.Variables = nil
	if len(w.kept.Declarations)+len(w.lost) > 0 {
		w.nextID++
		p.post(Request{ID: w.nextID, Restore: &Restore{Declarations: w.kept.Declarations, Lost: w.lost}})
	}
	return nil
}

// keep notes what the notebook holds now.
func (w *Worker) keep(p *process, k Kept) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p != w.process {
		return
	}
	if k.Declarations == nil {
		k.Declarations = w.kept.Declarations
	}
	w.kept = k
	w.lost = slices.DeleteFunc(w.lost, func(name string) bool { return slices.Contains(k.Variables, name) })
}

// current returns the living process, starting one if the last has died.
func (w *Worker) current() (*process, uint64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, 0, ErrClosed
	}
	if w.process.gone() {
		if err := w.replace(); err != nil {
			return nil, 0, err
		}
	}
	w.nextID++
	return w.process, w.nextID, nil
}

// Do sends req, whose ID it sets, and passes each event to emit, in the order in
// which the cell produced it, until the request's Done, which it returns.
// Events of goroutines that outlive the cell are passed to emit after Do has
// returned, one at a time. emit must not call Do.
//
// When ctx ends, the cell is interrupted; Do still waits for its Done, and kills
// the process when there is none after a grace period. It returns a *Crash if
// the process died before the request was done. The next Do finds a new
// process, with the notebook's declarations in it.
func (w *Worker) Do(ctx context.Context, req Request, emit func(Event)) (*Done, error) {
	return w.Begin(req, emit)(ctx)
}

// Begin is the first half of [Worker.Do]: it sends req and returns at once. The
// function that it returns is the other half.
func (w *Worker) Begin(req Request, emit func(Event)) (wait func(context.Context) (*Done, error)) {
	p, id, err := w.current()
	if err != nil {
		return func(context.Context) (*Done, error) { return nil, err }
	}
	req.ID = id
	c := p.open(id, emit)
	p.post(req)
	return func(ctx context.Context) (*Done, error) {
		if req.Execute == nil {
			// Only a cell has goroutines that print after it is done.
			defer p.forget(id)
		}
		return w.wait(ctx, p, id, c)
	}
}

func (w *Worker) wait(ctx context.Context, p *process, id uint64, c *call) (*Done, error) {
	var expired <-chan time.Time
	interrupt := ctx.Done()
	for {
		select {
		case done := <-c.done:
			return done, nil
		case <-p.dead:
			select {
			case done := <-c.done:
				return done, nil
			default:
				return nil, &Crash{Failure: w.obituary(p)}
			}
		case <-interrupt:
			interrupt = nil
			p.post(Request{Interrupt: &Interrupt{Of: id}})
			timer := time.NewTimer(grace)
			defer timer.Stop()
			expired = timer.C
		case <-expired:
			expired = nil
			p.kill(interrupted)
		}
	}
}

// obituary says why p died, and starts its successor so that it is ready when
// the next cell comes.
func (w *Worker) obituary(p *process) Failure {
	w.mu.Lock()
	lost := w.kept.Variables
	if w.process == p && !w.closed {
		if err := w.replace(); err != nil {
			w.log.Error("restart the worker", "err", err)
		}
	}
	w.mu.Unlock()
	return p.failure(lost)
}

// Answer sends what the user typed for a Prompt event; in.Of is that event's ID.
func (w *Worker) Answer(in Input) error {
	w.mu.Lock()
	p := w.process
	w.mu.Unlock()
	if p.gone() {
		return errors.New("the worker that asked for input has ended")
	}
	p.post(Request{Input: &in})
	return nil
}

// PID is the process id of the present worker process.
func (w *Worker) PID() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.process.cmd.Process.Pid
}

// Close ends the process and everything it started, and returns when it is gone.
func (w *Worker) Close() error {
	w.mu.Lock()
	w.closed = true
	p := w.process
	w.mu.Unlock()
	p.kill(closed)
	<-p.dead
	return nil
}
