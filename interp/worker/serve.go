package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// An Interpreter is what a worker process runs cells with. Execute is called
// for one cell at a time; the others may be called while it runs.
type Interpreter interface {
	// Execute runs a cell. Its output goes to out, also after it has returned.
	// When ctx ends, so shall the cell, as soon and as gently as it can.
	Execute(ctx context.Context, req Execute, out *Output) *Done
	Complete(req Complete) *Completions
	Inspect(req Inspect) *Inspection
	Finished(req Finished) *Completeness
	// Restore declares what a worker before this one had declared.
	Restore(req Restore)
}

// Serve is the worker's end of the pipe: it answers the requests that it reads
// from in until in ends, and then returns without waiting for the cell that may
// still run. What the process prints by os.Stdout and os.Stderr goes to the
// cell that started last.
func Serve(in io.Reader, events io.Writer, mark *Mark, i Interpreter) error {
	s := &server{
		interpreter: i,
		outbox:      newOutbox(events, mark),
		cells:       make(chan cell, 1024),
	}
	restore, err := s.capture()
	if err != nil {
		return fmt.Errorf("capture standard output: %w", err)
	}
	defer restore()
	go s.runCells()
	dec := json.NewDecoder(bufio.NewReader(in))
	for {
		var req Request
		if err := dec.Decode(&req); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read a request: %w", err)
		}
		s.take(req)
	}
}

type server struct {
	interpreter Interpreter
	outbox      *outbox
	cells       chan cell // to run one after the other

	inputs   inputs
	running  current
	captured []*captured
}

// cell is an Execute or Restore request whose turn comes.
type cell struct {
	Request
	ctx context.Context // ends when the cell is interrupted
	out *Output
}

// take answers a request, or hands it to whoever will. It does not block.
func (s *server) take(req Request) {
	switch {
	case req.Execute != nil, req.Restore != nil:
		c := cell{Request: req, out: &Output{id: req.ID, server: s}}
		if req.Execute != nil {
			c.out.allowInput = req.Execute.AllowInput
			var cancel context.CancelFunc
			c.ctx, cancel = context.WithCancel(context.Background())
			s.running.add(req.ID, cancel)
		}
		s.cells <- c
	case req.Interrupt != nil:
		s.running.interrupt(req.Interrupt.Of)
		s.inputs.answer(Input{Of: req.Interrupt.Of, EOF: true, Text: "interrupted"})
	case req.Input != nil:
		s.inputs.answer(*req.Input)
	default:
		// Completion and inspection are answered while a cell runs.
		go s.ask(req)
	}
}

func (s *server) runCells() {
	for c := range s.cells {
		done := &Done{}
		if c.Restore != nil {
			s.interpreter.Restore(*c.Restore)
		} else {
			s.running.start(c.out)
			done = s.interpreter.Execute(c.ctx, *c.Execute, c.out)
			s.flush()
			s.running.end(c.ID)
		}
		s.outbox.put(Event{ID: c.ID, Done: done})
	}
}

// ask answers a question. A fault in answering it costs the answer and not the
// process, in which the learner's variables live.
func (s *server) ask(req Request) {
	done := &Done{Completions: &Completions{Matches: []Candidate{}}, Inspection: &Inspection{}, Finished: &Completeness{Status: "unknown"}}
	defer func() {
		_ = recover()
		s.outbox.put(Event{ID: req.ID, Done: done})
	}()
	switch {
	case req.Complete != nil:
		done.Completions = s.interpreter.Complete(*req.Complete)
	case req.Inspect != nil:
		done.Inspection = s.interpreter.Inspect(*req.Inspect)
	case req.Finished != nil:
		done.Finished = s.interpreter.Finished(*req.Finished)
	}
}
