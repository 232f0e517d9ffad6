//go:build unix

package worker

import (
	"os"
	"sync"
	"syscall"
)

// captured is the reading end of a pipe that stands where os.Stdout or
// os.Stderr stood. What is written to it by Go code that knows nothing of cells
// is taken out in order with what the cells print: see flush.
type captured struct {
	stream string
	fd     int

	mu     sync.Mutex
	buf    []byte
	closed bool // by the cell; the descriptor may be another file by now
}

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
		raw, err := r.SyscallConn()
		if err != nil {
			restore()
			return nil, err
		}
		cap := &captured{stream: c.stream, buf: make([]byte, 32<<10)}
		if err := raw.Control(func(fd uintptr) { cap.fd = int(fd) }); err != nil {
			restore()
			return nil, err
		}
		s.captured = append(s.captured, cap)
		go func() {
			// The callback returns false, and so waits, when the pipe is empty.
			_ = raw.Read(func(uintptr) bool { return !cap.drain(s) })
			r.Close()
		}()
	}
	return restore, nil
}

// flush takes what was captured before now. Whoever sends an event calls it
// first, so that output keeps the order in which the cell produced it.
func (s *server) flush() {
	for _, c := range s.captured {
		c.drain(s)
	}
}

// drain passes on what the pipe holds. It reports whether the pipe is still
// open.
func (c *captured) drain(s *server) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed {
		n, err := syscall.Read(c.fd, c.buf)
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 {
			c.closed = err != syscall.EAGAIN
			return !c.closed
		}
		if out := s.running.last(); out != nil {
			s.outbox.put(Event{ID: out.id, Stream: &Stream{Name: c.stream, Text: string(c.buf[:n])}})
		}
	}
	return false
}
