package transport

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

const patience = 60 * time.Second // a test that hangs ends with an error

// A client is a well-behaved peer: zmq4's wire, dialed, with buffers.
type client struct {
	net.Conn
	t    testing.TB
	r    *bufio.Reader
	w    *bufio.Writer
	wire *zmq4.Conn
}

func (c *client) Read(p []byte) (int, error) {
	if c.wire == nil { // zmq4.Open writes, then reads
		c.w.Flush()
	}
	return c.r.Read(p)
}

func (c *client) Write(p []byte) (int, error) { return c.w.Write(p) }

func connect(t testing.TB, l net.Listener, typ zmq4.SocketType, id string) *client {
	t.Helper()
	return open(t, dialRaw(t, l), typ, id)
}

func dialRaw(t testing.TB, l net.Listener) net.Conn {
	t.Helper()
	raw, err := net.Dial(l.Addr().Network(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	raw.SetDeadline(time.Now().Add(patience))
	return raw
}

func open(t testing.TB, raw net.Conn, typ zmq4.SocketType, id string) *client {
	t.Helper()
	c := &client{Conn: raw, t: t, r: bufio.NewReader(raw), w: bufio.NewWriter(raw)}
	wire, err := zmq4.Open(c, null.Security(), typ, zmq4.SocketIdentity(id), false, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.wire = wire
	return c
}

func (c *client) send(frames ...string) {
	c.t.Helper()
	if err := c.wire.SendMsg(zmq4.NewMsgFrom(bin(frames)...)); err != nil {
		c.t.Fatal(err)
	}
	if err := c.w.Flush(); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) want(frames ...string) {
	c.t.Helper()
	msg, err := c.wire.RecvMsg()
	if err != nil {
		c.t.Fatalf("receive: %v, want %q", err, short(bin(frames)))
	}
	if !equal(msg.Frames, bin(frames)) {
		c.t.Fatalf("received %q, want %q", short(msg.Frames), short(bin(frames)))
	}
}

func bin(frames []string) [][]byte {
	b := make([][]byte, len(frames))
	for i, f := range frames {
		b[i] = []byte(f)
	}
	return b
}

func equal(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func short(frames [][]byte) []string {
	var s []string
	for _, f := range frames[:min(len(frames), 10)] {
		s = append(s, string(f[:min(len(f), 40)]))
	}
	return s
}

// gone fails the test unless the server ends the connection.
func gone(t testing.TB, c net.Conn) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(patience))
	for buf := make([]byte, 64<<10); ; {
		_, err := c.Read(buf)
		if e, ok := err.(net.Error); ok && e.Timeout() {
			t.Fatal("the connection is still open")
		}
		if err != nil {
			return
		}
	}
}

// journal is a log handler that hands over each record's text.
type journal chan string

func (j journal) Enabled(context.Context, slog.Level) bool { return true }
func (j journal) WithAttrs([]slog.Attr) slog.Handler       { return j }
func (j journal) WithGroup(string) slog.Handler            { return j }
func (j journal) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprint(&b, r.Level, " ", r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprint(&b, " ", a); return true })
	j <- b.String()
	return nil
}

// await returns the next entry with the word in it.
func (j journal) await(t testing.TB, word string) string {
	t.Helper()
	for late := time.After(patience); ; {
		select {
		case s := <-j:
			if strings.Contains(s, word) {
				return s
			}
		case <-late:
			t.Fatalf("no %q in the log", word)
		}
	}
}

func newJournal() journal { return make(journal, 10_000) }

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := Listen("tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func router(t testing.TB, opt Options) (*Router, net.Listener) {
	l := listen(t)
	r := NewRouter(l, opt)
	closes(t, func() { r.Close(0) })
	return r, l
}

// echoing is a router whose kernel sends everything back.
func echoing(t testing.TB, opt Options) net.Listener {
	r, l := router(t, opt)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			m, err := r.Recv(context.Background())
			if err != nil {
				return
			}
			r.Send(m.Identity, m.Frames)
		}
	}()
	t.Cleanup(func() { r.Close(0); <-ended })
	return l
}

func xpub(t testing.TB, opt Options) (*XPub, net.Listener) {
	l := listen(t)
	x := NewXPub(l, greet, opt)
	closes(t, func() { x.Close(0) })
	return x, l
}

func greet(topic []byte) [][]byte { return bin([]string{"welcome", string(topic)}) }

func rep(t testing.TB, opt Options) (*Rep, net.Listener) {
	l := listen(t)
	h := NewRep(l, opt)
	closes(t, func() { h.Close() })
	return h, l
}

var serving atomic.Int32 // sockets

// closes has a socket closed after the test. When it was the last, none of our
// goroutines may be left.
func closes(t testing.TB, socket func()) {
	serving.Add(1)
	t.Cleanup(func() {
		socket()
		if serving.Add(-1) > 0 {
			return
		}
		// A goroutine that was waited for may still have to take its last step.
		for late := time.Now().Add(patience); ours() != ""; runtime.Gosched() {
			if time.Now().After(late) {
				t.Fatalf("a goroutine outlives Close:\n%s", ours())
			}
		}
	})
}

// ours returns the stack of a goroutine that the package started, if any.
func ours() string {
	buf := make([]byte, 1<<20)
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "transport.(*server)") || strings.Contains(g, "transport.(*peer)") {
			return g
		}
	}
	return ""
}

// The bytes of ZMTP, for peers that are not well-behaved.

func greeting() []byte {
	g := make([]byte, greetingSize)
	g[0], g[9], g[10] = 0xff, 0x7f, 3
	copy(g[12:], "NULL")
	return g
}

func frame(flags byte, body string) []byte {
	if len(body) < 256 {
		return append([]byte{flags, byte(len(body))}, body...)
	}
	return append(header(flags, uint64(len(body))), body...)
}

func header(flags byte, size uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{flags | flagLong}, size)
}

func property(name, value string) string {
	b := append([]byte{byte(len(name))}, name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return string(append(b, value...))
}

func ready(properties ...string) []byte {
	return frame(flagCommand, "\x05READY"+strings.Join(properties, ""))
}

// hello is a whole, right handshake.
func hello(typ, id string) []byte {
	return append(greeting(), ready(property("Socket-Type", typ), property("Identity", id))...)
}
