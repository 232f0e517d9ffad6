package transport

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

var errReplaced = errors.New("a newer connection has the same identity")

// A Router is the server's end of shell, control and stdin. Its methods may be
// called from several goroutines.
type Router struct {
	*server
	in chan Message

	mu   sync.Mutex
	byID map[string]*peer
}

// NewRouter serves DEALER, REQ and ROUTER peers on l until Close.
func NewRouter(l net.Listener, opt Options) *Router {
	opt = opt.withDefaults()
	lim := limits{opt.MaxFrame, opt.MaxMessage, opt.MaxFrames}
	r := &Router{
		server: newServer(zmq4.Router, l, opt, lim),
		in:     make(chan Message),
		byID:   make(map[string]*peer),
	}
	r.start(r.talk)
	return r
}

// Recv returns the next message of any peer. A peer without an identity gets
// one of ours. After Close, Recv returns ErrClosed.
func (r *Router) Recv(ctx context.Context) (Message, error) {
	select {
	case <-ctx.Done():
		return Message{}, ctx.Err()
	case <-r.done:
		return Message{}, ErrClosed
	case m := <-r.in:
		return m, nil
	}
}

// Send queues a message for the peer with the identity and returns at once.
// Messages of one goroutine arrive in order. It returns ErrUnknownPeer if there
// is no such peer, ErrSlowPeer if so much is queued already that the peer was
// disconnected. frames must not be modified afterwards.
func (r *Router) Send(identity []byte, frames [][]byte) error {
	if r.closed() {
		return ErrClosed
	}
	r.mu.Lock()
	p := r.byID[string(identity)]
	r.mu.Unlock()
	if p == nil {
		return fmt.Errorf("%w: %x", ErrUnknownPeer, identity)
	}
	switch p.put(frames) {
	case nil:
		return nil
	case errFull:
		p.kill(ErrSlowPeer)
		return fmt.Errorf("%w: %x", ErrSlowPeer, identity)
	default:
		return fmt.Errorf("%w: %x", ErrUnknownPeer, identity)
	}
}

// Close returns when every peer got what is queued for it, at the latest after
// linger; the error says how many messages were lost. What peers send
// meanwhile is dropped.
func (r *Router) Close(linger time.Duration) error { return r.server.close(linger) }

func (r *Router) talk(p *peer) error {
	if p.id == "" {
		p.id = "\x00" + rand.Text() // as libzmq: a peer's own identity has no zero in front
	}
	if !r.join(p) {
		return errReplaced
	}
	defer r.leave(p)
	identity := []byte(p.id)
	return p.converse(func(frames [][]byte) error {
		select {
		case r.in <- Message{Identity: identity, Frames: frames}:
		case <-r.done:
		}
		return nil
	})
}

// join makes p the peer with its identity, unless one that was accepted later
// has it already: a handshake may take long, and the old connection of a
// client that reconnects is a dead one.
func (r *Router) join(p *peer) bool {
	r.mu.Lock()
	old := r.byID[p.id]
	newest := old == nil || old.seq < p.seq
	if newest {
		r.byID[p.id] = p
	}
	r.mu.Unlock()
	if newest && old != nil {
		old.kill(errReplaced)
	}
	return newest
}

func (r *Router) leave(p *peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID[p.id] == p {
		delete(r.byID, p.id)
	}
}
