package transport

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/go-zeromq/zmq4"
)

func TestTooManyConnections(t *testing.T) {
	log := newJournal()
	l := echoing(t, Options{Log: slog.New(log), MaxConns: 2})
	first := connect(t, l, zmq4.Dealer, "1")
	second := connect(t, l, zmq4.Dealer, "2")
	gone(t, dialRaw(t, l))
	log.await(t, "too many connections")
	first.Close()
	log.await(t, "connection ended")
	third := connect(t, l, zmq4.Dealer, "3")
	for _, c := range []*client{second, third} {
		c.send("hi")
		c.want("hi")
	}
}

// Peers that announce much and send nothing cost an address, not all memory.
func TestAnnouncedTooMuch(t *testing.T) {
	const mebi = 1 << 20
	log := newJournal()
	l := echoing(t, Options{Log: slog.New(log), MaxFrame: 8 * mebi, MaxMessage: 8 * mebi})
	var idle []*client
	for range 5 {
		c := connect(t, l, zmq4.Dealer, "")
		c.Conn.Write(header(0, 8*mebi))
		idle = append(idle, c)
	}
	log.await(t, "sending too much")
	c := connect(t, l, zmq4.Dealer, "")
	c.send(strings.Repeat("x", mebi))
	c.want(strings.Repeat("x", mebi))
	for _, c := range idle {
		c.Close()
	}
	for range len(idle) - 1 { // one was refused
		log.await(t, "connection ended")
	}
	sent := make(chan struct{})
	go func() { defer close(sent); c.send(strings.Repeat("x", 8*mebi)) }()
	c.want(strings.Repeat("x", 8*mebi))
	<-sent
}

// failing is a listener that is out of file descriptors at first.
type failing struct {
	net.Listener
	times int
}

func (f *failing) Accept() (net.Conn, error) {
	if f.times > 0 {
		f.times--
		return nil, &net.OpError{Op: "accept", Err: fmt.Errorf("too many open files")}
	}
	return f.Listener.Accept()
}

func TestAcceptFails(t *testing.T) {
	log := newJournal()
	l := listen(t)
	h := NewRep(&failing{l, 3}, Options{Log: slog.New(log)})
	defer h.Close()
	c := connect(t, l, zmq4.Req, "")
	c.send("", "ping")
	c.want("", "ping")
	log.await(t, "too many open files")
}
