package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

func recv(t testing.TB, r *Router) Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	m, err := r.Recv(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRouterIdentities(t *testing.T) {
	r, l := router(t, Options{})
	ids := []string{"a", "\x00", "a\x00b", "\x00\x00\x00", strings.Repeat("\xff", 255)}
	var clients []*client
	for _, id := range ids {
		c := connect(t, l, zmq4.Dealer, id)
		c.send("from", id)
		m := recv(t, r)
		if string(m.Identity) != id || !equal(m.Frames, bin([]string{"from", id})) {
			t.Fatalf("received %q %q from %q", m.Identity, short(m.Frames), id)
		}
		clients = append(clients, c)
	}
	for _, id := range ids {
		if err := r.Send([]byte(id), bin([]string{"to", id})); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range clients {
		c.want("to", ids[i])
	}
}

func TestRouterMakesIdentities(t *testing.T) {
	r, l := router(t, Options{})
	seen := make(map[string]*client)
	for range 3 {
		c := connect(t, l, zmq4.Dealer, "")
		c.send("hi")
		seen[string(recv(t, r).Identity)] = c
	}
	if len(seen) != 3 || seen[""] != nil {
		t.Fatalf("identities %v", seen)
	}
	for id, c := range seen {
		if err := r.Send([]byte(id), bin([]string{id})); err != nil {
			t.Fatal(err)
		}
		c.want(id)
	}
}

func TestRouterSizes(t *testing.T) {
	l := echoing(t, Options{})
	many := make([]string, 200)
	for i := range many {
		many[i] = strings.Repeat("m", i*i)
	}
	var edges []string
	for _, n := range []int{0, 1, 254, 255, 256, 257, 4087, 4094, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20} {
		edges = append(edges, strings.Repeat("e", n))
	}
	c := connect(t, l, zmq4.Dealer, "sizes")
	for _, frames := range [][]string{{""}, {"", ""}, many, edges, {strings.Repeat("h", 100<<20)}, {"end"}} {
		sent := make(chan struct{})
		go func() { defer close(sent); c.send(frames...) }()
		c.want(frames...)
		<-sent
	}
}

func TestRouterUnknownPeer(t *testing.T) {
	r, l := router(t, Options{})
	if err := r.Send([]byte("nobody"), nil); !errors.Is(err, ErrUnknownPeer) {
		t.Errorf("before the first peer: %v", err)
	}
	c := connect(t, l, zmq4.Dealer, "here")
	c.send("hi")
	recv(t, r)
	if err := r.Send([]byte("nobody"), bin([]string{"x"})); !errors.Is(err, ErrUnknownPeer) {
		t.Errorf("with another peer: %v", err)
	}
	r.Send([]byte("here"), bin([]string{"y"}))
	c.want("y")
}

func TestRouterRecvEnds(t *testing.T) {
	r, _ := router(t, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Recv(ctx); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	got := make(chan error)
	go func() { _, err := r.Recv(context.Background()); got <- err }()
	if err := r.Close(0); err != nil {
		t.Error(err)
	}
	if err := <-got; err != ErrClosed {
		t.Errorf("closed: %v", err)
	}
	if err := r.Send(nil, nil); err != ErrClosed {
		t.Errorf("send after close: %v", err)
	}
	if err := r.Close(0); err != ErrClosed {
		t.Errorf("second close: %v", err)
	}
}

func TestRouterSameIdentity(t *testing.T) {
	r, l := router(t, Options{})
	var before *client
	for i := range 20 { // a client that flaps
		c := connect(t, l, zmq4.Dealer, "same")
		c.send("hi")
		recv(t, r)
		if err := r.Send([]byte("same"), bin([]string{fmt.Sprint(i)})); err != nil {
			t.Fatal(err)
		}
		c.want(fmt.Sprint(i))
		if before != nil {
			gone(t, before)
		}
		before = c
	}
}

// The connection that was accepted last wins, also if its handshake was first.
func TestRouterOrderOfAccept(t *testing.T) {
	log := newJournal()
	r, l := router(t, Options{Log: slog.New(log)})
	older := dialRaw(t, l)
	if _, err := io.ReadFull(older, make([]byte, greetingSize)); err != nil {
		t.Fatal(err)
	}
	newer := connect(t, l, zmq4.Dealer, "same")
	newer.send("hi")
	recv(t, r)
	older.Write(hello("DEALER", "same"))
	gone(t, older)
	log.await(t, errReplaced.Error())
	if err := r.Send([]byte("same"), bin([]string{"x"})); err != nil {
		t.Fatal(err)
	}
	newer.want("x")
}

func TestRouterPeerDoesNotRead(t *testing.T) {
	log := newJournal()
	r, l := router(t, Options{Log: slog.New(log), QueueBytes: 1 << 20})
	deaf := connect(t, l, zmq4.Dealer, "deaf")
	deaf.send("hi")
	recv(t, r)
	good := connect(t, l, zmq4.Dealer, "good")
	block := [][]byte{make([]byte, 64<<10)}
	for i := 0; ; i++ {
		err := r.Send([]byte("deaf"), block)
		good.send("ping")
		if err := r.Send(recv(t, r).Identity, bin([]string{"pong"})); err != nil {
			t.Fatal(err)
		}
		good.want("pong")
		if errors.Is(err, ErrSlowPeer) {
			break
		}
		if err != nil || i > 2000 {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if s := log.await(t, ErrSlowPeer.Error()); !strings.Contains(s, "WARN") || strings.Contains(s, "lost=0") {
		t.Error(s)
	}
	if err := r.Send([]byte("deaf"), block); !errors.Is(err, ErrUnknownPeer) {
		t.Errorf("after: %v", err)
	}
	deaf = connect(t, l, zmq4.Dealer, "deaf")
	deaf.send("back")
	r.Send(recv(t, r).Identity, bin([]string{"good"}))
	deaf.want("good")
}

// What was written makes room again.
func TestRouterQueueEmpties(t *testing.T) {
	r, l := router(t, Options{QueueBytes: 200_000})
	c := connect(t, l, zmq4.Dealer, "c")
	c.send("hi")
	recv(t, r)
	payload := strings.Repeat("x", 10_000)
	for range 200 {
		for range 10 {
			if err := r.Send([]byte("c"), bin([]string{payload})); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			c.want(payload)
		}
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	l := echoing(b, Options{})
	c := connect(b, l, zmq4.Dealer, "bench")
	frames := make([][]byte, 7)
	for i := range frames {
		frames[i] = make([]byte, 1024/7)
	}
	msg := zmq4.NewMsgFrom(frames...)
	c.SetDeadline(time.Time{})
	b.ReportAllocs()
	for b.Loop() {
		if err := c.wire.SendMsg(msg); err != nil {
			b.Fatal(err)
		}
		if err := c.w.Flush(); err != nil {
			b.Fatal(err)
		}
		if _, err := c.wire.RecvMsg(); err != nil {
			b.Fatal(err)
		}
	}
}
