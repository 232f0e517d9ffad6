package transport

import (
	"bytes"
	"encoding/binary"
	"net"
	"sync/atomic"
	"testing"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// A recording is a connection that plays what a peer sends and takes all.
type recording struct {
	net.Conn
	in *bytes.Reader
}

func (r recording) Read(p []byte) (int, error)  { return r.in.Read(p) }
func (r recording) Write(p []byte) (int, error) { return len(p), nil }

// FuzzGuard holds the messages that zmq4 reads through the guard against those
// that a plain reading of the same bytes finds. With raw, the peer's handshake
// is fuzzed too and may only not go through.
func FuzzGuard(f *testing.F) {
	lim := limits{frame: 3 << 20, message: 4 << 20, frames: 5}
	f.Fuzz(func(t *testing.T, stream []byte, raw bool) {
		in := stream
		if !raw {
			in = append(hello("DEALER", "id"), stream...)
		}
		var held atomic.Int64
		g := newGuard(recording{in: bytes.NewReader(in)}, lim, &held)
		pongs := 0
		g.pong = func([]byte) { pongs++ }
		var wire *zmq4.Conn
		err := caught(func() (err error) {
			wire, err = zmq4.Open(g, null.Security(), zmq4.Router, nil, true, nil)
			return err
		})
		if err != nil {
			if !raw {
				t.Fatalf("a right handshake: %v", err)
			}
			return
		}
		g.open = true
		var got [][][]byte
		for {
			msg, err := wire.RecvMsg()
			if err != nil {
				break
			}
			got = append(got, msg.Frames)
		}
		g.release()
		if n := held.Load(); n != 0 {
			t.Errorf("%d bytes are still held", n)
		}
		if raw {
			return
		}
		want, pings := parse(stream, lim)
		if pongs != pings {
			t.Errorf("%d PINGs, %d answers", pings, pongs)
		}
		if len(got) != len(want) {
			t.Fatalf("%d messages, want %d", len(got), len(want))
		}
		for i := range want {
			if !equal(got[i], want[i]) {
				t.Errorf("message %d: %q, want %q", i, short(got[i]), short(want[i]))
			}
		}
	})
}

// parse reads b up to its end or to the first thing that a peer may not send.
func parse(b []byte, lim limits) (messages [][][]byte, pings int) {
	var frames [][]byte
	var total uint64
	for len(b) >= 2 {
		flags, size, rest := b[0], uint64(b[1]), b[2:]
		if flags&2 != 0 {
			if len(b) < 9 {
				return
			}
			size, rest = binary.BigEndian.Uint64(b[1:]), b[9:]
		}
		if flags > 7 || size > uint64(len(rest)) {
			return
		}
		body := rest[:size]
		b = rest[size:]
		if flags&4 != 0 {
			if flags&1 != 0 || size > 1024 || size == 0 || int(body[0]) > len(body)-1 {
				return
			}
			if bytes.HasPrefix(body, []byte("\x04PING")) && size >= 7 {
				pings++
			}
			continue
		}
		frames = append(frames, body)
		if total += size; len(frames) > lim.frames || size > uint64(lim.frame) || total > uint64(lim.message) {
			return
		}
		if flags&1 == 0 {
			messages = append(messages, frames)
			frames, total = nil, 0
		}
	}
	return
}

// A big frame is not copied on its way out.
func TestGuardWritesBigFramesDirectly(t *testing.T) {
	big := make([]byte, 10*writeChunk)
	var pieces int
	g := newGuard(taking{take: func(p []byte) {
		if at := pieces * writeChunk; len(p) != writeChunk || &p[0] != &big[at] {
			t.Errorf("write %d: %d bytes, not the frame's own", pieces, len(p))
		}
		pieces++
	}}, limits{}, new(atomic.Int64))
	g.open = true
	g.Write(big)
	if pieces != 10 {
		t.Errorf("%d writes", pieces)
	}
}

type taking struct {
	net.Conn
	take func(p []byte)
}

func (c taking) Write(p []byte) (int, error) { c.take(p); return len(p), nil }
