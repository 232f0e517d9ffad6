package worker

import (
	"bufio"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Why the kernel's end killed a process.
type reason int

const (
	notKilled reason = iota
	interrupted
	closed
	garbled // it wrote something on the event pipe that is no event
)

// process is one worker process, from its start to its end.
type process struct {
	cmd      *exec.Cmd
	requests *os.File
	mark     *Mark
	stderr   report
	log      *slog.Logger
	keep     func(*process, Kept)
	printed  uint64        // the mark's records before it have arrived
	dead     chan struct{} // closed when it is gone and all its events were passed on

	mu    sync.Mutex
	calls map[uint64]*call
	why   reason

	sending sync.Mutex // held while a request is written
}

// call is a request under way, or a cell that is done and may still print.
type call struct {
	emit func(Event)
	done chan *Done // holds one
}

func startProcess(cmd *exec.Cmd, keep func(*process, Kept), log *slog.Logger) (*process, error) {
	p := &process{
		cmd:   cmd,
		log:   log,
		keep:  keep,
		dead:  make(chan struct{}),
		calls: map[uint64]*call{},
	}
	cmd.Stderr = &p.stderr
	cmd.WaitDelay = time.Second // a grandchild may hold stderr open
	events, err := p.connect()
	if err != nil {
		return nil, err
	}
	go p.live(events)
	return p, nil
}

// live owns the process: it reads its events and waits for both ends.
func (p *process) live(events *os.File) {
	var reader sync.WaitGroup
	reader.Go(func() { p.read(events) })
	if err := p.cmd.Wait(); err != nil {
		p.log.Debug("worker ended", "err", err)
	}
	p.killGroup() // what it started dies with it
	p.requests.Close()
	reader.Wait()
	for _, e := range p.mark.since(p.printed) {
		p.pass(e)
	}
	close(p.dead)
}

func (p *process) read(events *os.File) {
	defer events.Close()
	dec := json.NewDecoder(bufio.NewReaderSize(events, 64<<10))
	for {
		var e Event
		if err := dec.Decode(&e); err != nil {
			if !ended(err) {
				p.log.Error("read from the worker", "err", err)
				p.kill(garbled)
			}
			return
		}
		if e.Stream != nil {
			p.printed = e.Stream.End
		}
		p.pass(e)
	}
}

// pass hands an event to its request.
func (p *process) pass(e Event) {
	if e.Kept != nil {
		p.keep(p, *e.Kept)
		return
	}
	p.mu.Lock()
	c := p.calls[e.ID]
	p.mu.Unlock()
	switch {
	case c == nil: // the answer to a Restore
	case e.Done != nil:
		select {
		case c.done <- e.Done:
		default: // it is done already
		}
	default:
		c.emit(e)
	}
}

func (p *process) open(id uint64, emit func(Event)) *call {
	c := &call{emit: emit, done: make(chan *Done, 1)}
	p.mu.Lock()
	p.calls[id] = c
	p.mu.Unlock()
	return c
}

func (p *process) forget(id uint64) {
	p.mu.Lock()
	delete(p.calls, id)
	p.mu.Unlock()
}

// post sends a request. One that a dead process does not take is lost; whoever
// waits sees that it is dead. A process that takes nothing is killed.
func (p *process) post(req Request) {
	text, err := json.Marshal(req)
	if err != nil {
		p.log.Error("encode a request", "err", err)
		return
	}
	p.sending.Lock()
	defer p.sending.Unlock()
	_ = p.requests.SetWriteDeadline(time.Now().Add(grace))
	if _, err := p.requests.Write(append(text, '\n')); errors.Is(err, os.ErrDeadlineExceeded) {
		p.kill(interrupted)
	}
}

func (p *process) gone() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// kill ends the process and everything it started. The first reason counts.
func (p *process) kill(why reason) {
	p.mu.Lock()
	if p.why == notKilled {
		p.why = why
	}
	p.mu.Unlock()
	p.killGroup()
}
