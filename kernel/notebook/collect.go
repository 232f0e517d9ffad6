package notebook

import (
	"sync"

	"heddle/interp/worker"
)

// run is one call of Run.
type run struct {
	notebook *Notebook
	worker   *worker.Worker
	opt      Options

	mu     sync.Mutex // guards closed and the outputs of all cells
	closed bool
}

// close keeps goroutines that outlive the run from changing the notebook.
func (r *run) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// A sink puts the events of one cell, also those that come after its end, into
// the cell's outputs.
type sink struct {
	run   *run
	cell  *Cell
	clear bool // when the next output comes
}

func (s *sink) emit(e worker.Event) {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	if s.run.closed {
		return
	}
	switch {
	case e.Stream != nil:
		s.print(e.Stream)
	case e.Display != nil:
		s.show(e.Display)
	case e.Result != nil:
		o := bundle("execute_result", e.Result)
		o.fields["execution_count"] = s.cell.Count
		s.add(o)
	case e.Clear != nil && e.Clear.Wait:
		s.clear = true
	case e.Clear != nil:
		s.cell.Outputs, s.clear = nil, false
	case e.Failure != nil:
		s.add(&Output{fields: map[string]any{
			"output_type": "error",
			"ename":       e.Failure.Name,
			"evalue":      e.Failure.Value,
			"traceback":   append([]string{}, e.Failure.Traceback...),
		}})
	}
}

// print merges text that comes in a row.
func (s *sink) print(t *worker.Stream) {
	if n := len(s.cell.Outputs); n > 0 && !s.clear {
		if last := s.cell.Outputs[n-1]; last.Type() == "stream" && last.fields["name"] == t.Name {
			last.stream = append(last.stream, t.Text...)
			return
		}
	}
	s.add(&Output{
		fields: map[string]any{"output_type": "stream", "name": t.Name},
		stream: []byte(t.Text),
	})
}

// show replaces what was shown under the same id, in whichever cell, and adds
// the display unless it is no more than an update.
func (s *sink) show(d *worker.Display) {
	o := bundle("display_data", d)
	if d.ID != "" {
		for _, c := range s.run.notebook.Cells {
			for _, old := range c.Outputs {
				if old.displayID == d.ID {
					old.fields["data"], old.fields["metadata"] = o.fields["data"], o.fields["metadata"]
				}
			}
		}
	}
	if !d.Update {
		o.displayID = d.ID
		s.add(o)
	}
}

func (s *sink) add(o *Output) {
	if s.clear {
		s.cell.Outputs, s.clear = nil, false
	}
	s.cell.Outputs = append(s.cell.Outputs, o)
}

func bundle(kind string, d *worker.Display) *Output {
	return &Output{fields: map[string]any{
		"output_type": kind,
		"data":        orEmpty(d.Data),
		"metadata":    orEmpty(d.Metadata),
	}}
}
