// Package transport has the three ZeroMQ sockets that a Jupyter kernel serves:
// Router (shell, control, stdin), XPub (iopub) and Rep (heartbeat).
//
// Handshake and framing are zmq4's; accepting, queues, limits and closing are
// ours, because a peer that has no key can kill or block zmq4's own sockets.
// No peer, however it behaves, ends the process or stops another peer: one
// that breaks the protocol, exceeds a limit or does not read is disconnected
// and named in the log.
package transport

import (
	"errors"
	"log/slog"
	"time"
)

var (
	// ErrClosed is returned by a socket that was closed.
	ErrClosed = errors.New("transport: socket is closed")
	// ErrUnknownPeer says that no connected peer has the identity.
	ErrUnknownPeer = errors.New("transport: no peer with this identity")
	// ErrSlowPeer says that a peer did not read what was queued for it and was
	// disconnected.
	ErrSlowPeer = errors.New("transport: peer does not read")
)

// Options limits what peers can cost. A field that is zero gets its default.
type Options struct {
	Log *slog.Logger // default: nothing is logged

	// What a peer may send, in bytes a frame, bytes a message, frames a message.
	// Default 256 MiB, 256 MiB, 1024. When all peers of a socket together
	// are sending more than four times MaxMessage, a message over 1 MiB is
	// refused. XPub and Rep, made for subscriptions and pings, allow less.
	MaxFrame, MaxMessage int64
	MaxFrames            int

	// QueueBytes bounds what waits to be sent to one peer, in bytes; one message
	// may always wait. Default 64 MiB, for XPub 16 MiB.
	QueueBytes int64

	Handshake time.Duration // how long a peer may take to introduce itself, default 10 s
	Stall     time.Duration // how long a full iopub peer may take nothing, default 3 s
	MaxConns  int           // connections at a time, default 128
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	orDefault(&o.MaxFrame, 256<<20)
	orDefault(&o.MaxMessage, 256<<20)
	orDefault(&o.MaxFrames, 1024)
	orDefault(&o.QueueBytes, 64<<20)
	orDefault(&o.Handshake, 10*time.Second)
	orDefault(&o.Stall, 3*time.Second)
	orDefault(&o.MaxConns, 128)
	return o
}

func orDefault[T int | int64 | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// A Message is what one peer sent to a Router.
type Message struct {
	Identity []byte // who sent it; not to be modified
	Frames   [][]byte
}
