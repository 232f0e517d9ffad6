package worker

import (
	"os"
)

type captured struct{}

// capture puts pipes in the place of os.Stdout and os.Stderr. The function that
// it returns undoes it.
func (s *server) capture() (restore func(), err error) {
	stdout, stderr := os.Stdout, os.Stderr
	restore = func() { os.Stdout, os.Stderr = stdout, stderr }
	for _, c := range []struct {
		file   **os.File
		stream string
	}{{&os.Stdout, "stdout"}, {&os.Stderr, "stderr"}} {
		r, w, err := os.Pipe()
		if err != nil {
			restore()
			return nil, err
		}
		*c.file = w
		go func() {
			buf := make([]byte, 32<<10)
			for {
				n, err := r.Read(buf)
				if out := s.running.last(); out != nil && n > 0 {
					s.outbox.put(Event{ID: out.id, Stream: &Stream{Name: c.stream, Text: string(buf[:n])}})
				}
				if err != nil {
					return
				}
			}
		}()
	}
	return restore, nil
}

// flush has nothing to do here: these pipes cannot be read without blocking.
func (s *server) flush() {}
