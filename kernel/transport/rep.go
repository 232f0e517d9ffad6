package transport

import (
	"net"

	"github.com/go-zeromq/zmq4"
)

const maxPing = 1 << 20

// A Rep is the kernel's heartbeat: it sends each message back to its sender.
type Rep struct{ s *server }

// NewRep serves REQ and DEALER peers on l until Close.
func NewRep(l net.Listener, opt Options) *Rep {
	opt = opt.withDefaults()
	lim := limits{min(opt.MaxFrame, maxPing), min(opt.MaxMessage, maxPing), opt.MaxFrames}
	h := &Rep{newServer(zmq4.Rep, l, opt, lim)}
	h.s.start(echo)
	return h
}

// Close disconnects all peers and ends the heartbeat.
func (h *Rep) Close() error { return h.s.close(0) }

// echo answers in the goroutine that reads: a peer that does not read is no
// longer read from, and nothing piles up. It keeps no REQ-REP order, whose
// errors would have to end something.
func echo(p *peer) error {
	p.guard.pong = func(context []byte) {
		if p.wire.SendCmd(zmq4.CmdPong, context) == nil {
			p.guard.w.Flush()
		}
	}
	for {
		msg, err := p.wire.RecvMsg()
		if err != nil {
			return err
		}
		if err := p.wire.SendMsg(msg); err != nil {
			return err
		}
		if err := p.guard.w.Flush(); err != nil {
			return err
		}
	}
}
