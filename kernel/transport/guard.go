package transport

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// The first byte of a ZMTP frame, https://rfc.zeromq.org/spec/23/.
const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4
)

const (
	greetingSize = 64
	maxCommand   = 1 << 10
	bufferSize   = 4 << 10 // a kernel has many idle connections
	writeChunk   = 64 << 10
	bigMessage   = 1 << 20
)

var errRefused = errors.New("peer breaks a rule")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errRefused, fmt.Sprintf(format, args...))
}

// limits is what a peer may send.
type limits struct {
	frame, message int64
	frames         int
}

// A guard is the net.Conn below zmq4. zmq4 allocates whatever a frame header
// asks for and answers PING in the middle of a message that is being sent, so
// the guard reads each header first, refuses what is over a limit, and after
// the handshake keeps commands to itself.
type guard struct {
	net.Conn
	r     *bufio.Reader
	w     *bufio.Writer
	born  time.Time
	moved atomic.Int64 // when the peer last took bytes, as a time.Duration since born
	lim   limits
	held  *atomic.Int64 // bytes of the messages that all peers of the socket are sending

	open bool                 // the handshake is over
	pong func(context []byte) // called by Read for each PING once open

	greeting int     // bytes of the peer's greeting still to be read
	buf      [9]byte // the header that was read last
	head     []byte  // what zmq4 has not read of it
	body     int64   // what zmq4 has not read of the frame's body
	more     bool    // the message has another frame
	frames   int     // of the message so far
	size     int64   // of the message so far, in bytes
}

func newGuard(c net.Conn, lim limits, held *atomic.Int64) *guard {
	g := &guard{Conn: c, born: time.Now(), lim: lim, held: held, greeting: greetingSize}
	g.r = bufio.NewReaderSize(c, bufferSize)
	g.w = bufio.NewWriterSize(meter{g}, bufferSize)
	return g
}

func (g *guard) Read(p []byte) (int, error) {
	if g.greeting > 0 {
		n, err := g.r.Read(p[:min(len(p), g.greeting)])
		g.greeting -= n
		return n, err
	}
	if len(g.head) == 0 && g.body == 0 {
		if err := g.next(); err != nil {
			return 0, err
		}
	}
	if len(g.head) > 0 {
		n := copy(p, g.head)
		g.head = g.head[n:]
		return n, nil
	}
	n, err := g.r.Read(p[:min(int64(len(p)), g.body)])
	g.body -= int64(n)
	return n, err
}

// next reads headers up to the first one that zmq4 may see.
func (g *guard) next() error {
	for {
		if !g.more {
			g.release()
		}
		flags, size, err := g.header()
		if err != nil {
			if g.more && err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		switch {
		case flags&^(flagMore|flagLong|flagCommand) != 0:
			return refuse("reserved flags %#x", flags)
		case flags&flagCommand == 0 && !g.open:
			return refuse("a message before the handshake's end")
		case flags&flagCommand == 0:
			return g.admit(flags, size)
		case flags&flagMore != 0:
			return refuse("a command of several frames")
		case size > maxCommand:
			return refuse("a command of %d bytes", size)
		case !g.open:
			g.body = int64(size)
			return nil
		}
		if err := g.command(int(size)); err != nil {
			return err
		}
	}
}

func (g *guard) header() (flags byte, size uint64, err error) {
	if _, err := io.ReadFull(g.r, g.buf[:1]); err != nil {
		return 0, 0, err
	}
	n := 2
	if g.buf[0]&flagLong != 0 {
		n = 9
	}
	if _, err := io.ReadFull(g.r, g.buf[1:n]); err != nil {
		return 0, 0, fmt.Errorf("frame header: %w", err)
	}
	g.head = g.buf[:n]
	if n == 9 {
		return g.buf[0], binary.BigEndian.Uint64(g.buf[1:]), nil
	}
	return g.buf[0], uint64(g.buf[1]), nil
}

// admit counts a frame of a message.
func (g *guard) admit(flags byte, size uint64) error {
	g.frames++
	switch {
	case size > uint64(g.lim.frame):
		return refuse("a frame of %d bytes", size)
	case int64(size) > g.lim.message-g.size:
		return refuse("a message of more than %d bytes", g.lim.message)
	case g.frames > g.lim.frames:
		return refuse("a message of more than %d frames", g.lim.frames)
	}
	g.size += int64(size)
	// Small messages always pass: peers that announce much and send nothing
	// stop big ones only.
	if g.held.Add(int64(size)) > 4*g.lim.message && g.size > bigMessage {
		return refuse("all peers together are sending too much")
	}
	g.body = int64(size)
	g.more = flags&flagMore != 0
	return nil
}

// release forgets the message that was read last. The reader holds it no
// longer: it asks for the next one only when it has passed it on.
func (g *guard) release() {
	g.held.Add(-g.size)
	g.size, g.frames = 0, 0
}

// command reads a command's body and, if it is a PING, has it answered. Others
// need no answer.
func (g *guard) command(size int) error {
	body := make([]byte, size)
	if _, err := io.ReadFull(g.r, body); err != nil {
		return fmt.Errorf("command: %w", err)
	}
	g.head = nil
	if size == 0 || int(body[0]) > size-1 {
		return refuse("a command without a name")
	}
	end := 1 + int(body[0])
	name, rest := string(body[1:end]), body[end:]
	const ttl = 2 // bytes
	if name == "PING" && len(rest) >= ttl {
		g.pong(rest[ttl:])
	}
	return nil
}

// Write passes the handshake on at once and buffers what follows it: zmq4
// writes each frame's header and body apart. Whoever writes messages flushes w.
func (g *guard) Write(p []byte) (int, error) {
	if g.open {
		return g.w.Write(p)
	}
	return g.Conn.Write(p)
}

// idle is how long the peer has taken nothing.
func (g *guard) idle() time.Duration {
	return time.Since(g.born) - time.Duration(g.moved.Load())
}

// A meter writes a big buffer in pieces, so that moved tells a peer that reads
// slowly from one that does not read.
type meter struct{ g *guard }

func (m meter) Write(p []byte) (n int, err error) {
	for err == nil && n < len(p) {
		var k int
		k, err = m.g.Conn.Write(p[n:min(len(p), n+writeChunk)])
		n += k
		if k > 0 {
			m.g.moved.Store(int64(time.Since(m.g.born)))
		}
	}
	return n, err
}
