package worker

import (
	"context"
	"errors"
	"io"
	"sync"
)

// Output is where one cell's output goes, also that of its goroutines after it
// has ended. Its methods may be called from many goroutines.
type Output struct {
	id         uint64
	server     *server
	allowInput bool
}

// Print sends text to the stream "stdout" or "stderr".
func (o *Output) Print(stream, text string) {
	if text == "" {
		return
	}
	o.send(Event{Stream: &Stream{Name: stream, Text: text}})
}

// Show sends a display, or the update of one.
func (o *Output) Show(d Display) { o.send(Event{Display: &d}) }

// Result sends the value of the cell's last expression.
func (o *Output) Result(d Display) { o.send(Event{Result: &d}) }

// Clear empties the cell's output.
func (o *Output) Clear(wait bool) { o.send(Event{Clear: &Clear{Wait: wait}}) }

// Fail shows the cell's error.
func (o *Output) Fail(f Failure) { o.send(Event{Failure: &f}) }

// Keep tells the kernel's end what the notebook holds now.
func (o *Output) Keep(k Kept) { o.send(Event{Kept: &k}) }

func (o *Output) send(e Event) {
	e.ID = o.id
	o.server.flush()
	o.server.outbox.put(e)
}

// Flush returns when the kernel's end has all output of all cells so far.
func (o *Output) Flush() {
	o.server.flush()
	o.server.outbox.flush()
}

// ErrNoInput is what reading os.Stdin gives where nobody can answer.
var ErrNoInput = errors.New("this front end gives no input: the cell reads os.Stdin, but allow_stdin is false")

// Ask shows prompt and waits for a line of input, which it returns without its
// newline.
func (o *Output) Ask(prompt string, password bool) (string, error) {
	if !o.allowInput {
		return "", ErrNoInput
	}
	answer := o.server.inputs.open(o.id)
	defer o.server.inputs.close(o.id)
	o.send(Event{Prompt: &Prompt{Text: prompt, Password: password}})
	in := <-answer
	switch {
	case in.EOF && in.Text != "":
		return "", errors.New(in.Text)
	case in.EOF:
		return "", io.EOF
	}
	return in.Text, nil
}

// inputs are the cells that wait for a line.
type inputs struct {
	mu      sync.Mutex
	waiting map[uint64]chan Input
}

func (w *inputs) open(id uint64) <-chan Input {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == nil {
		w.waiting = map[uint64]chan Input{}
	}
	c := make(chan Input, 1)
	w.waiting[id] = c
	return c
}

func (w *inputs) close(id uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.waiting, id)
}

// answer passes a line on; one that nobody waits for is dropped.
func (w *inputs) answer(in Input) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.waiting[in.Of]; c != nil {
		select {
		case c <- in:
		default:
		}
	}
}

// current is the cells that run or wait for their turn, and the one that
// started last.
type current struct {
	mu      sync.Mutex
	out     *Output
	cancels map[uint64]context.CancelFunc
}

func (c *current) add(id uint64, cancel context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancels == nil {
		c.cancels = map[uint64]context.CancelFunc{}
	}
	c.cancels[id] = cancel
}

func (c *current) start(out *Output) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = out
}

// interrupt ends the context of a cell that runs or is about to.
func (c *current) interrupt(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.cancels[id]; cancel != nil {
		cancel()
	}
}

// end forgets a cell. Its context lives on: its goroutines may, too.
func (c *current) end(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.cancels, id)
}

// last is the cell that started last, nil before the first.
func (c *current) last() *Output {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out
}
