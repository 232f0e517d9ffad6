package transport

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

const eofWait = 500 * time.Millisecond // for a peer to answer our last byte by closing

var (
	errFull = errors.New("queue is full")
	errGone = errors.New("peer is gone")
)

// A peer is one connection: what is queued for it, and the goroutine that
// writes it.
type peer struct {
	raw   net.Conn
	guard *guard
	wire  *zmq4.Conn // set by the handshake
	id    string     // set by the handshake
	seq   uint64     // in order of accept
	limit int64      // of the queue, in bytes

	mu      sync.Mutex
	work    *sync.Cond // there is something for the writer to do
	queue   [][][]byte // the first message is the one being written
	bytes   int64      // that wait behind the first message
	pong    []byte     // the last PING's context, nil when it was answered
	full    time.Time  // when a message was first turned away, zero after one was written
	room    chan struct{}
	topics  map[string]struct{}
	writing bool // a writer serves the queue
	closing bool // write what is queued, then say goodbye
	dead    bool
	why     error // why it is dead, if that was our decision
}

func newPeer(c net.Conn, seq uint64, limit int64, g *guard) *peer {
	p := &peer{raw: c, guard: g, seq: seq, limit: limit, topics: make(map[string]struct{})}
	p.work = sync.NewCond(&p.mu)
	return p
}

// converse passes each message of the peer to got, while a writer empties the
// queue. It returns when the connection has ended.
func (p *peer) converse(got func(frames [][]byte) error) error {
	if !p.startWriting() {
		return ErrClosed
	}
	p.guard.pong = p.answer
	var writer sync.WaitGroup
	writer.Go(p.write)
	defer writer.Wait()
	defer p.kill(nil)
	for {
		msg, err := p.wire.RecvMsg()
		if err != nil {
			return err
		}
		if err := got(msg.Frames); err != nil {
			return err
		}
	}
}

func (p *peer) startWriting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writing = !p.closing && !p.dead
	return p.writing
}

// answer has a PING answered between two messages. A peer that sends PINGs and
// reads nothing costs one answer, not a queue of them.
func (p *peer) answer(context []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pong = context
	p.work.Signal()
}

// put queues a message. It never blocks. frames must not be modified after.
func (p *peer) put(frames [][]byte) error {
	size := weight(frames)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead || p.closing {
		return errGone
	}
	if len(p.queue) > 1 && p.bytes+size > p.limit {
		if p.full.IsZero() {
			p.full = time.Now()
		}
		return errFull
	}
	if len(p.queue) > 0 {
		p.bytes += size
	}
	p.queue = append(p.queue, frames)
	p.work.Signal()
	return nil
}

// putSlowly queues a message as soon as there is room for it. It kills a peer
// that takes nothing for as long as stall.
func (p *peer) putSlowly(frames [][]byte, stall time.Duration) error {
	for {
		if err := p.put(frames); err != errFull {
			return err
		}
		if err := p.waitForRoom(stall); err != nil {
			return err
		}
	}
}

func (p *peer) waitForRoom(stall time.Duration) error {
	p.mu.Lock()
	if p.full.IsZero() {
		p.mu.Unlock()
		return nil // something was written since put looked
	}
	if p.room == nil {
		p.room = make(chan struct{})
	}
	room := p.room
	idle := min(time.Since(p.full), p.guard.idle())
	p.mu.Unlock()
	if idle >= stall {
		p.kill(ErrSlowPeer)
		return ErrSlowPeer
	}
	patience := time.NewTimer(stall - idle)
	defer patience.Stop()
	select {
	case <-room:
	case <-patience.C:
	}
	return nil
}

// weight is what a message costs in memory, so that many small ones are
// bounded too.
func weight(frames [][]byte) int64 {
	const slice = 24
	n := int64(slice)
	for _, f := range frames {
		n += slice + int64(len(f))
	}
	return n
}

// write empties the queue until the peer is killed, or closing and empty.
func (p *peer) write() {
	err := p.writeAll()
	if err != nil {
		p.kill(err)
		return
	}
	if half, ok := p.raw.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	p.raw.SetReadDeadline(time.Now().Add(eofWait))
}

func (p *peer) writeAll() error {
	for {
		frames, pong, ok := p.next(false)
		if !ok {
			if err := p.guard.w.Flush(); err != nil {
				return err
			}
			if frames, pong, ok = p.next(true); !ok {
				return nil
			}
		}
		if pong != nil {
			if err := p.wire.SendCmd(zmq4.CmdPong, pong); err != nil {
				return err
			}
			continue
		}
		if err := p.wire.SendMsg(zmq4.NewMsgFrom(frames...)); err != nil {
			return err
		}
		p.wrote()
	}
}

// next returns what is to be written, a message or the answer to a PING. With
// wait, false means that there will be no more.
func (p *peer) next(wait bool) (frames [][]byte, pong []byte, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for wait && len(p.queue) == 0 && p.pong == nil && !p.closing && !p.dead {
		p.work.Wait()
	}
	switch {
	case p.dead:
		return nil, nil, false
	case p.pong != nil:
		pong, p.pong = p.pong, nil
		return nil, pong, true
	case len(p.queue) > 0:
		return p.queue[0], nil, true
	}
	return nil, nil, false
}

func (p *peer) wrote() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue[0] = nil
	if p.queue = p.queue[1:]; len(p.queue) > 0 {
		p.bytes -= weight(p.queue[0])
	} else {
		p.queue = nil // a burst's queue is not kept
	}
	p.full = time.Time{}
	p.wake()
}

// wake lets those who wait for room look again. p.mu is held.
func (p *peer) wake() {
	if p.room != nil {
		close(p.room)
		p.room = nil
	}
}

// finish lets the writer end once the queue is empty. A peer without a writer
// ends at once.
func (p *peer) finish() {
	p.mu.Lock()
	p.closing = true
	p.full = time.Time{}
	p.wake()
	p.work.Signal()
	writing := p.writing
	p.mu.Unlock()
	if !writing {
		p.kill(nil)
	}
}

// kill ends the connection at once. The first reason counts.
func (p *peer) kill(why error) {
	p.mu.Lock()
	if p.why == nil {
		p.why = why
	}
	p.dead = true
	p.full = time.Time{}
	p.wake()
	p.work.Signal()
	p.mu.Unlock()
	p.raw.Close()
}

// outcome says why a connection that has ended was ended by us, nil if it was
// not, and how many messages it did not get.
func (p *peer) outcome() (lost int, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue), p.why
}
