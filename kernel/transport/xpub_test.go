package transport

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// subscribed is a SUB that has its welcome.
func subscribed(t testing.TB, l net.Listener, topic string) *client {
	t.Helper()
	c := connect(t, l, zmq4.Sub, "")
	c.send("\x01" + topic)
	c.want("welcome", topic)
	return c
}

func TestXPubWelcome(t *testing.T) {
	x, l := xpub(t, Options{})
	for range 2 { // each peer gets its own
		c := subscribed(t, l, "")
		c.send("\x01a\x00")
		c.want("welcome", "a\x00")
		c.send("\x01") // it has that one
		c.send("\x00a\x00")
		c.send("\x01a\x00")
		c.want("welcome", "a\x00")
	}
	if err := x.Close(0); err != nil {
		t.Error(err)
	}
}

func TestXPubNoWelcome(t *testing.T) {
	for _, welcome := range []func([]byte) [][]byte{nil, func([]byte) [][]byte { return nil }} {
		l := listen(t)
		x := NewXPub(l, welcome, Options{})
		c := connect(t, l, zmq4.Sub, "")
		c.send("\x01a")
		c.w.Write(frame(flagCommand, "\x04PING\x00\x00subscribed"))
		c.w.Flush()
		c.want("subscribed")
		x.Send(bin([]string{"a"}))
		c.want("a")
		x.Close(0)
	}
}

func TestXPubTopics(t *testing.T) {
	x, l := xpub(t, Options{})
	all, a, ab := subscribed(t, l, ""), subscribed(t, l, "a"), subscribed(t, l, "ab")
	ab.send("\x01c")
	ab.want("welcome", "c")
	none := connect(t, l, zmq4.Sub, "")
	for _, topic := range []string{"a", "ab", "abc", "b", "c", ""} {
		x.Send(bin([]string{topic, "news"}))
	}
	x.Send(nil)
	all.send("\x00")
	ab.send("\x00ab", "not a subscription")
	ab.send("\x00ab")
	for _, c := range []*client{all, ab, none} {
		c.send("\x01last")
	}
	for _, topic := range []string{"a", "ab", "abc", "b", "c", ""} {
		all.want(topic, "news")
	}
	for _, topic := range []string{"a", "ab", "abc"} {
		a.want(topic, "news")
	}
	for _, topic := range []string{"ab", "abc", "c"} {
		ab.want(topic, "news")
	}
	for _, c := range []*client{all, ab, none} {
		c.want("welcome", "last")
	}
	x.Send(bin([]string{"ab"}))
	x.Send(bin([]string{"last"}))
	a.want("ab")
	for _, c := range []*client{all, ab, none} {
		c.want("last")
	}
}

func TestXPubTooManyTopics(t *testing.T) {
	_, l := xpub(t, Options{})
	c := connect(t, l, zmq4.Sub, "")
	for i := range maxTopics + 1 {
		c.wire.SendMsg(zmq4.NewMsgString(fmt.Sprint("\x01", i)))
	}
	c.w.Flush()
	gone(t, c)
	subscribed(t, l, "")
}

func TestXPubPeerDoesNotRead(t *testing.T) {
	const n = 20_000
	log := newJournal()
	x, l := xpub(t, Options{Log: slog.New(log), QueueBytes: 1 << 20, Stall: 300 * time.Millisecond})
	deaf := subscribed(t, l, "")
	good := subscribed(t, l, "")
	sent := make(chan struct{})
	payload := strings.Repeat("x", 1000)
	go func() {
		defer close(sent)
		for i := range n {
			x.Send(bin([]string{"stream", fmt.Sprint(i), payload}))
		}
	}()
	for i := range n {
		good.want("stream", fmt.Sprint(i), payload)
	}
	<-sent
	if s := log.await(t, ErrSlowPeer.Error()); !strings.Contains(s, "WARN") {
		t.Error(s)
	}
	gone(t, deaf)
	again := subscribed(t, l, "")
	x.Send(bin([]string{"stream"}))
	again.want("stream")
	good.want("stream")
}

// While Send waits for one peer, the others have the message already.
func TestXPubWaitsForOneOnly(t *testing.T) {
	x, l := xpub(t, Options{QueueBytes: 1000, Stall: patience})
	subscribed(t, l, "") // and reads no more
	var good []*client
	for range 5 {
		good = append(good, subscribed(t, l, "good"))
	}
	var senders sync.WaitGroup
	defer senders.Wait()
	defer x.Close(0) // lets them go
	sent := make(chan struct{})
	senders.Go(func() {
		defer close(sent)
		for !x.closed() {
			x.Send([][]byte{[]byte("deaf"), make([]byte, 64<<10)})
			select {
			case sent <- struct{}{}:
			case <-x.done:
			}
		}
	})
	for full := false; !full; {
		select {
		case <-sent:
		case <-time.After(200 * time.Millisecond): // if Send is only late, the test proves less
			full = true
		}
	}
	for range 4 {
		senders.Go(func() { x.Send(bin([]string{"good", "news"})) })
		for _, c := range good {
			c.want("good", "news")
		}
	}
}

// A peer that reads, but slower than the cell prints, loses nothing, however
// long it takes.
func TestXPubSlowsDown(t *testing.T) {
	const n = 20_000
	x, l := xpub(t, Options{QueueBytes: 2000})
	c := subscribed(t, l, "")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for i := range n {
			x.Send(bin([]string{"stream", fmt.Sprint(i)}))
		}
	}()
	for i := range n {
		c.want("stream", fmt.Sprint(i))
	}
	<-sent
}

// narrow is a listener whose connections buffer little, so that a peer's pace
// is soon felt.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		c.(*net.TCPConn).SetWriteBuffer(32 << 10)
	}
	return c, err
}

// A peer that takes longer than Stall for one message, but takes something all
// the time, stays. One ticks, so that it is slow for certain.
func TestXPubProgress(t *testing.T) {
	const size = 6 << 20
	log := newJournal()
	l := listen(t)
	x := NewXPub(narrow{l}, greet, Options{Log: slog.New(log), QueueBytes: 1000, Stall: 400 * time.Millisecond})
	defer x.Close(0)
	raw := dialRaw(t, l)
	raw.(*net.TCPConn).SetReadBuffer(32 << 10)
	c := open(t, raw, zmq4.Sub, "")
	c.send("\x01")
	c.want("welcome", "")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for range 3 { // the first is being written, the second waits, the third finds no room
			x.Send([][]byte{make([]byte, size)})
		}
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	start := time.Now()
	for rest := int64(3 * (9 + size)); rest > 0; {
		if time.Since(start) < 2*time.Second {
			<-tick.C
		}
		k, err := io.CopyN(io.Discard, c.r, min(rest, 32<<10))
		if err != nil {
			t.Fatalf("with %d bytes to come: %v", rest, err)
		}
		rest -= k
	}
	<-sent
	x.Send(bin([]string{"end"}))
	c.want("end")
}
