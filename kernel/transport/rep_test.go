package transport

import (
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

func TestRepEchoes(t *testing.T) {
	_, l := rep(t, Options{})
	req := connect(t, l, zmq4.Req, "")
	dealer := connect(t, l, zmq4.Dealer, "d")
	for range 3 {
		req.send("", "ping")
		dealer.send("", "one")
		dealer.send("", "two", "", "three")
		req.want("", "ping")
		dealer.want("", "one")
		dealer.want("", "two", "", "three")
	}
}

func TestRepFlood(t *testing.T) {
	h, l := rep(t, Options{})
	flood := connect(t, l, zmq4.Req, "")
	block := frame(0, string(make([]byte, 64<<10)))
	for sent := 0; ; sent += len(block) {
		flood.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		if _, err := flood.Conn.Write(block); err != nil {
			break // it is no longer read from
		}
		if sent > 1<<30 {
			t.Fatal("1 GB was taken from a peer that reads nothing")
		}
	}
	for range 3 {
		c := connect(t, l, zmq4.Req, "")
		c.send("", "ping")
		c.want("", "ping")
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}
