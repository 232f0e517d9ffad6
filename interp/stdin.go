package interp

import (
	"io"
	"runtime"
	"sync"
)

// stdin is what a cell reads in the place of os.Stdin: each read asks the front
// end for a line.
type stdin struct {
	in *Interp

	mu   sync.Mutex
	rest string // of the line that was read last
}

func (s *stdin) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rest == "" && len(b) > 0 {
		line, err := s.in.ask("", false)
		if err != nil {
			return 0, err
		}
		s.rest = line + "\n"
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// ask asks the front end for a line; io.EOF is the learner's Ctrl-D. It panics
// where nobody can answer: a cell that ignores the error of fmt.Scan would go on
// as if it had been told something.
func (in *Interp) ask(prompt string, password bool) (string, error) {
	r := in.current()
	line, err := r.out.Ask(prompt, password)
	if r.Context().Err() != nil && r.Main() {
		runtime.Goexit()
	}
	if err != nil && err != io.EOF {
		panic(cellError{"NoInput", err.Error()})
	}
	return line, err
}
