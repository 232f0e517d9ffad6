package transport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

const maxIdentity = 255 // bytes, by ZMTP

// A server accepts the connections of one socket and gives each its goroutine.
type server struct {
	typ   zmq4.SocketType
	l     net.Listener
	opt   Options
	lim   limits
	serve func(*peer) error // talks to a peer until its connection ends

	held  atomic.Int64 // see guard
	done  chan struct{}
	tasks sync.WaitGroup

	mu    sync.Mutex
	peers map[*peer]struct{}
	lost  int // messages that were still queued for peers when they ended
}

func newServer(typ zmq4.SocketType, l net.Listener, opt Options, lim limits) *server {
	return &server{typ: typ, l: l, opt: opt, lim: lim,
		done: make(chan struct{}), peers: make(map[*peer]struct{})}
}

// start begins to accept; close ends what it starts.
func (s *server) start(serve func(*peer) error) {
	s.serve = serve
	s.tasks.Go(s.accept)
}

func (s *server) accept() {
	const shortest, longest = 5 * time.Millisecond, time.Second
	pause := shortest
	for seq := uint64(1); ; seq++ {
		c, err := s.l.Accept()
		if err == nil {
			pause = shortest
			s.admit(c, seq)
			continue
		}
		if s.closed() {
			return
		}
		// Out of file descriptors, most likely: let some go first.
		s.opt.Log.Warn("transport: accept", "socket", s.typ, "err", err)
		select {
		case <-s.done:
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longest)
	}
}

func (s *server) closed() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// admit starts the goroutine of a new connection, unless there are too many.
func (s *server) admit(c net.Conn, seq uint64) {
	p := newPeer(c, seq, s.opt.QueueBytes, newGuard(c, s.lim, &s.held))
	s.mu.Lock()
	crowded := len(s.peers) >= s.opt.MaxConns
	ok := !crowded && !s.closed()
	if ok {
		s.peers[p] = struct{}{}
		s.tasks.Go(func() { s.handle(p) })
	}
	s.mu.Unlock()
	if ok {
		return
	}
	c.Close()
	if crowded {
		s.opt.Log.Warn("transport: too many connections", "socket", s.typ, "max", s.opt.MaxConns)
	}
}

func (s *server) handle(p *peer) {
	err := caught(func() error {
		if err := s.handshake(p); err != nil {
			return err
		}
		return s.serve(p)
	})
	p.kill(nil)
	p.guard.release()
	lost, why := p.outcome()
	s.mu.Lock()
	delete(s.peers, p)
	s.lost += lost
	s.mu.Unlock()
	if why != nil {
		err = why
	}
	log := s.opt.Log.Warn
	switch {
	case why == nil && ordinary(err): // a client that leaves wants nothing more
		log = s.opt.Log.Debug
	case s.closed() && lost == 0:
		log = s.opt.Log.Debug
	}
	log("transport: connection ended", "socket", s.typ, "from", p.raw.RemoteAddr(),
		"identity", fmt.Sprintf("%x", p.id), "lost", lost, "err", err)
}

// ordinary says whether err is how a connection ends whose client has left, or
// has come back.
func ordinary(err error) bool {
	for _, e := range []error{io.EOF, syscall.ECONNRESET, syscall.EPIPE, errReplaced} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// caught calls f and turns a panic into an error: zmq4 panics on some of what a
// peer can send.
func caught(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return f()
}

func (s *server) handshake(p *peer) error {
	if err := p.raw.SetDeadline(time.Now().Add(s.opt.Handshake)); err != nil {
		return err
	}
	wire, err := zmq4.Open(p.guard, null.Security(), s.typ, nil, true, nil)
	if err != nil {
		return err
	}
	p.wire, p.id, p.guard.open = wire, wire.Peer.Meta["Identity"], true
	if len(p.id) > maxIdentity {
		return refuse("an identity of %d bytes", len(p.id))
	}
	return p.raw.SetDeadline(time.Time{})
}

// close stops accepting, lets peers get what is queued for them within linger,
// and returns when all goroutines of the server have ended.
func (s *server) close(linger time.Duration) error {
	s.mu.Lock()
	if s.closed() {
		s.mu.Unlock()
		return ErrClosed
	}
	close(s.done)
	lostBefore := s.lost
	s.mu.Unlock()
	err := s.l.Close()
	s.each((*peer).finish)

	ended := make(chan struct{})
	go func() {
		s.tasks.Wait()
		close(ended)
	}()
	patience := time.NewTimer(linger)
	defer patience.Stop()
	select {
	case <-ended:
	case <-patience.C:
		s.each(func(p *peer) { p.kill(nil) })
		<-ended
	}
	if lost := s.lost - lostBefore; lost > 0 {
		return fmt.Errorf("close: %d messages were not delivered within %v", lost, linger)
	}
	return err
}

func (s *server) each(f func(*peer)) {
	s.mu.Lock()
	peers := make([]*peer, 0, len(s.peers))
	for p := range s.peers {
		peers = append(peers, p)
	}
	s.mu.Unlock()
	for _, p := range peers {
		f(p)
	}
}
