package worker

import (
	"bufio"
	"encoding/json"
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
	requests chan Request
	mark     *Mark
	stderr   report
	log      *slog.Logger
	keep     func(*process, Kept)
	printed  uint64        // the mark's records before it have arrived
	dead     chan struct{} // closed when it is gone and all its events were passed on

	mu    sync.Mutex
	calls map[uint64]*call
	why   reason
}

// call is a request under way, or a cell that is done and may still print.
type call struct {
	emit func(Event)
	done chan *Done // holds one
}

func startProcess(cmd *exec.Cmd, keep func(*process, Kept), log *slog.Logger) (*process, error) {
	p := &process{
		cmd:      cmd,
		requests: make(chan Request),
		log:      log,
		keep:     keep,
		dead:     make(chan struct{}),
		calls:    map[uint64]*call{},
	}
	cmd.Stderr = &p.stderr
	cmd.WaitDelay = time.Second // a grandchild may hold stderr open
	requests, events, err := p.connect()
	if err != nil {
		return nil, err
	}
	go p.live(requests, events)
	return p, nil
}

// live owns the process: it starts the writer and the reader of its pipes, and
// waits for all three.
func (p *process) live(requests, events *os.File) {
	ended := make(chan struct{})
	var pipes sync.WaitGroup
	pipes.Go(func() { p.write(requests, ended) })
	pipes.Go(func() { p.read(events) })
	if err := p.cmd.Wait(); err != nil {
		p.log.Debug("worker ended", "err", err)
	}
	p.killGroup() // what it started dies with it
	close(ended)
	pipes.Wait()
	for _, e := range p.mark.since(p.printed) {
		p.pass(e)
	}
	close(p.dead)
}

func (p *process) write(requests *os.File, ended <-chan struct{}) {
	defer requests.Close()
	enc := json.NewEncoder(requests)
	for {
		select {
		case req := <-p.requests:
			if err := enc.Encode(req); err != nil {
				p.log.Debug("write to the worker", "err", err)
				<-ended
				return
			}
		case <-ended:
			return
		}
	}
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
		c.done <- e.Done
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

// post sends a request, unless the process is dead: then nobody answers, and
// whoever waits sees that it is dead.
func (p *process) post(req Request) {
	select {
	case p.requests <- req:
	case <-p.dead:
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
