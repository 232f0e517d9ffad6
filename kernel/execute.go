package kernel

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"heddle/interp/worker"
	"heddle/kernel/wire"
)

// A client that runs all cells sends them without waiting for replies, and a
// cell may fail faster than the next one is sent. Nothing tells when the client
// has sent the last, so the reply of a failed cell is held back until no cell
// has come for a lull: whatever came before it, the client sent without knowing.
const (
	lull     = 5 * time.Millisecond
	longHold = 250 * time.Millisecond // is given up then
)

// straggler bounds how long after that a cell may arrive that was sent before and
// is given up, too. The time of sending is the client's word: with its clock
// behind ours, a cell is given up wrongly only within this time, shorter than a
// person needs to react.
const straggler = 250 * time.Millisecond

// handle publishes busy, calls f, and publishes idle: for every request, here
// and nowhere else.
func (k *kernel) handle(r *request, f func(*request)) {
	defer k.busy(r)()
	f(r)
}

// busy publishes that r is under way, and returns what publishes that it is not
// any more.
func (k *kernel) busy(r *request) (idle func()) {
	k.publish(r.Message, "status", wire.Status{State: "busy"})
	runtime.Gosched() // it goes out now: the client has work to do on it while we have ours
	return func() { k.publish(r.Message, "status", wire.Status{State: "idle"}) }
}

// latecomer bounds how long the first cell waits for a subscriber. A client
// connects its sockets one by one and tries again every 100 ms, so a quick one
// can send a cell before it is able to hear what the cell prints.
const latecomer = time.Second

func (k *kernel) awaitAudience(ctx context.Context) {
	late := time.NewTimer(latecomer)
	defer late.Stop()
	select {
	case <-k.audience:
	case <-late.C:
	case <-ctx.Done():
	}
}

// runCells runs the cells one after the other, until ctx ends. Those that still
// wait then are answered, too.
func (k *kernel) runCells(ctx context.Context) {
	for r := k.cells.next(ctx); r != nil; r = k.cells.next(ctx) {
		if k.count == 0 {
			k.awaitAudience(ctx)
		}
		if k.isGivenUp(r) {
			k.handle(r, k.giveUp("the cell was not run, because one before it failed"))
			continue
		}
		// Before busy, so that whoever saw it can interrupt.
		cell, end := k.running.begin(ctx)
		k.handle(r, func(r *request) { k.execute(ctx, cell, r) })
		end()
	}
	for _, r := range k.cells.rest() {
		k.handle(r, k.giveUp("the cell was not run, because the kernel was shut down"))
	}
}

// isGivenUp says whether r was sent before the reply of the last failed cell.
func (k *kernel) isGivenUp(r *request) bool {
	if !r.arrived.After(k.failed) {
		return true
	}
	sent, ok := r.Sent()
	return ok && sent.Before(k.failed) && r.arrived.Before(k.failed.Add(straggler))
}

// giveUp answers a cell that is not run. It has no number, no input and no output.
func (k *kernel) giveUp(why string) func(*request) {
	return func(r *request) {
		r.metadata = map[string]any{"started": wire.Date(time.Now())}
		k.refuse(r, "ExecutionAborted", why)
	}
}

// execute runs a cell until its context ends; ctx is the kernel's.
func (k *kernel) execute(ctx, cell context.Context, r *request) {
	// JupyterLab computes a cell's time from "started", as ipykernel calls it.
	r.metadata = map[string]any{"started": wire.Date(time.Now())}
	var req wire.ExecuteRequest
	if !k.parse(r, &req) {
		return
	}
	number := 0 // a cell that does not count has none
	if req.Stores() {
		k.count++
		number = k.count
	}
	// The cell begins before its input is published, which saves a small one a
	// third of its time; what it does waits for that.
	out := k.newOutput(r, &req, number)
	wait := k.worker.Begin(worker.Request{Execute: &worker.Execute{
		Code:        req.Code,
		Cell:        number,
		Quiet:       req.Silent,
		AllowInput:  req.AllowStdin,
		Expressions: req.UserExpressions,
	}}, out.emit)
	if !req.Silent {
		k.publish(r.Message, "execute_input", wire.ExecuteInput{Code: req.Code, Count: k.count})
	}
	close(out.begun)
	if number > 0 {
		k.warn("write the history", k.history.add(number, req.Code))
	}
	done, err := wait(cell)
	out.over.Store(true)
	k.prompts.forget(r.Header.MsgID)
	if err != nil {
		done = &worker.Done{Failure: died(err)}
		if ctx.Err() == nil { // else the kernel ends, and a front end may have cleared the cell
			out.emit(worker.Event{Failure: done.Failure})
		}
	}
	if done.Failure != nil && req.Stops() {
		k.cells.settle(ctx, lull, longHold)
		k.failed = time.Now()
	}
	k.replyDone(r, done)
}

// died turns an error of Do into the cell's.
func died(err error) *worker.Failure {
	if crash, ok := errors.AsType[*worker.Crash](err); ok {
		return &crash.Failure
	}
	return &worker.Failure{Name: "WorkerError", Value: err.Error(), Traceback: []string{err.Error()}}
}

// replyDone sends the execute_reply. What the worker says about the run stands
// in the reply's metadata under "heddle".
func (k *kernel) replyDone(r *request, done *worker.Done) {
	if len(done.Metadata) > 0 {
		r.metadata["heddle"] = done.Metadata
	}
	if done.Failure != nil {
		e := failure(done.Failure)
		e.Status, e.ExecutionCount = "error", k.count
		k.reply(r, e)
		return
	}
	reply := wire.ExecuteReply{
		Status:          "ok",
		ExecutionCount:  k.count,
		Payload:         []wire.Payload{},
		UserExpressions: map[string]any{},
	}
	if done.Page != nil {
		reply.Payload = append(reply.Payload, wire.Payload{Source: "page", Data: done.Page.Data})
	}
	for name, e := range done.Expressions {
		reply.UserExpressions[name] = expression(e)
	}
	k.reply(r, reply)
}

func expression(e worker.Expression) any {
	if e.Value != nil {
		return wire.Expression{Status: "ok", Data: bundle(e.Value.Data), Metadata: object(e.Value.Metadata)}
	}
	f := wire.Error{Name: "WorkerError", Value: "the expression has no value", Traceback: []string{}}
	if e.Failure != nil {
		f = failure(e.Failure)
	}
	f.Status = "error"
	return f
}

// running is the cell under way, if there is one.
type running struct {
	mu   sync.Mutex
	stop context.CancelFunc
}

// begin makes the context of the next cell, which interrupt ends.
func (c *running) begin(parent context.Context) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancel(parent)
	c.set(cancel)
	return ctx, func() {
		c.set(nil)
		cancel()
	}
}

func (c *running) set(stop context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop = stop
}

func (c *running) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		c.stop()
	}
}
