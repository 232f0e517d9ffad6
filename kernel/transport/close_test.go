package transport

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

func TestRouterCloseDelivers(t *testing.T) {
	const n = 5000
	r, l := router(t, Options{})
	c := connect(t, l, zmq4.Dealer, "c")
	c.send("hi")
	recv(t, r)
	c.send("nobody receives this one")
	for i := range n {
		if err := r.Send([]byte("c"), bin([]string{fmt.Sprint(i), strings.Repeat("x", 1000)})); err != nil {
			t.Fatal(err)
		}
	}
	closed := make(chan error)
	go func() { closed <- r.Close(patience) }()
	for i := range n {
		c.want(fmt.Sprint(i), strings.Repeat("x", 1000))
	}
	gone(t, c)
	c.Close()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestRouterCloseWithinLinger(t *testing.T) {
	r, l := router(t, Options{})
	deaf := connect(t, l, zmq4.Dealer, "deaf")
	deaf.send("hi")
	recv(t, r)
	dialRaw(t, l) // a handshake that never ends
	for range 32 {
		if err := r.Send([]byte("deaf"), [][]byte{make([]byte, 1<<20)}); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	err := r.Close(50 * time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "not delivered") {
		t.Errorf("close: %v", err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("close took %v", d)
	}
}

// A peer that closes when we do is not waited for, nor is a handshake; one that
// does not close is waited for only shortly.
func TestRouterCloseIsPrompt(t *testing.T) {
	took := func(polite bool) time.Duration {
		r, l := router(t, Options{})
		half := dialRaw(t, l)
		if _, err := io.ReadFull(half, make([]byte, greetingSize)); err != nil {
			t.Fatal(err)
		}
		c := connect(t, l, zmq4.Dealer, "c")
		c.send("hi")
		recv(t, r)
		if err := r.Send([]byte("c"), bin([]string{"bye"})); err != nil {
			t.Fatal(err)
		}
		read := make(chan struct{})
		go func() {
			defer close(read)
			c.want("bye")
			gone(t, c)
			if polite {
				c.Close()
			}
		}()
		start := time.Now()
		if err := r.Close(patience); err != nil {
			t.Error(err)
		}
		d := time.Since(start)
		<-read
		return d
	}
	best := took(true)
	for i := 0; i < 4 && best >= eofWait; i++ { // the machine may be busy
		best = min(best, took(true))
	}
	if best >= eofWait {
		t.Errorf("with a polite peer: %v", best)
	}
	if d := took(false); d >= patience {
		t.Errorf("with another: %v", d)
	}
}

func TestXPubCloseDelivers(t *testing.T) {
	const n = 5000
	payload := strings.Repeat("x", 1000)
	for range 5 {
		x, l := xpub(t, Options{})
		subs := []*client{subscribed(t, l, ""), subscribed(t, l, "")}
		for i := range n {
			x.Send(bin([]string{"stream", fmt.Sprint(i), payload}))
		}
		closed := make(chan error)
		go func() { closed <- x.Close(patience) }()
		for _, c := range subs {
			for i := range n {
				c.want("stream", fmt.Sprint(i), payload)
			}
			gone(t, c)
			c.Close()
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		x.Send(bin([]string{"too late"}))
	}
}

// A subscription that comes while the socket closes costs nobody a message.
func TestXPubSubscribeWhileClosing(t *testing.T) {
	const n = 2000
	payload := strings.Repeat("x", 5000)
	x, l := xpub(t, Options{})
	c := subscribed(t, l, "")
	for i := range n {
		x.Send(bin([]string{"stream", fmt.Sprint(i), payload}))
	}
	closed := make(chan error)
	go func() { closed <- x.Close(patience) }()
	<-x.done
	c.send("\x01more")
	for i := range n {
		c.want("stream", fmt.Sprint(i), payload)
	}
	gone(t, c)
	c.Close()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
