package transport

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A target is a socket under attack, and the proof that it still serves.
type target struct {
	name  string
	peer  zmq4.SocketType // what a client of it is
	l     net.Listener
	serve func(t *testing.T)
}

func targets(t *testing.T, opt Options) []target {
	router := echoing(t, opt)
	x, pub := xpub(t, opt)
	_, beat := rep(t, opt)
	return []target{
		{"router", zmq4.Dealer, router, func(t *testing.T) {
			c := connect(t, router, zmq4.Dealer, "good")
			c.send("", "still", "there")
			c.want("", "still", "there")
			c.Close()
		}},
		{"xpub", zmq4.Sub, pub, func(t *testing.T) {
			c := connect(t, pub, zmq4.Sub, "")
			c.send("\x01good")
			c.want("welcome", "good")
			x.Send(bin([]string{"good", "news"}))
			c.want("good", "news")
			c.Close()
		}},
		{"rep", zmq4.Req, beat, func(t *testing.T) {
			c := connect(t, beat, zmq4.Req, "")
			c.send("", "ping")
			c.want("", "ping")
			c.Close()
		}},
	}
}

func TestAttacks(t *testing.T) {
	join := func(parts ...[]byte) []byte {
		var b []byte
		for _, p := range parts {
			b = append(b, p...)
		}
		return b
	}
	is := func(typ string) string { return property("Socket-Type", typ) }
	patched := func(at int, b string) []byte {
		g := greeting()
		copy(g[at:], b)
		return g
	}
	const mebi = 1 << 20
	// Each is sent by a peer of the right type and must end its connection.
	attacks := []struct {
		name  string
		bytes func(typ string) []byte
	}{
		{"http", func(string) []byte { return []byte("GET / HTTP/1.1\r\nHost: " + strings.Repeat("x", 80)) }},
		{"zeros", func(string) []byte { return make([]byte, 200) }},
		{"zmtp 2", func(string) []byte { return patched(10, "\x01") }},
		{"curve", func(string) []byte { return patched(12, "CURVE") }},
		{"server flag", func(string) []byte { return patched(32, "\x07") }},
		{"unknown type", func(string) []byte { return join(greeting(), ready(is("NONSENSE"))) }},
		{"other type", func(string) []byte { return join(greeting(), ready(is("PULL"))) }},
		{"no type", func(string) []byte { return join(greeting(), ready()) }},
		{"cut ready in name", func(string) []byte { return join(greeting(), frame(flagCommand, "\x05READY\x0bSock")) }},
		{"cut ready in size", func(string) []byte {
			return join(greeting(), frame(flagCommand, "\x05READY\x0bSocket-Type\x00"))
		}},
		{"cut ready in value", func(string) []byte {
			return join(greeting(), frame(flagCommand, "\x05READY\x0bSocket-Type\x00\x00\x00\x06DEA"))
		}},
		{"value of 4 GB", func(string) []byte {
			return join(greeting(), frame(flagCommand, "\x05READY\x0bSocket-Type\xff\xff\xff\xffDEALER"))
		}},
		{"empty command", func(string) []byte { return join(greeting(), frame(flagCommand, "")) }},
		{"no ready", func(string) []byte { return join(greeting(), frame(flagCommand, "\x04PING\x00\x00")) }},
		{"message first", func(string) []byte { return join(greeting(), frame(0, "hi")) }},
		{"message of 1 MB first", func(string) []byte { return join(greeting(), header(0, mebi)) }},
		{"ready of 2 frames", func(typ string) []byte {
			return join(greeting(), frame(flagCommand|flagMore, "\x05READY"+is(typ)), frame(0, ""))
		}},
		{"ready over 1 KB", func(typ string) []byte {
			return join(greeting(), ready(is(typ), property("X", strings.Repeat("x", maxCommand))))
		}},
		{"ready of 2^60", func(string) []byte { return join(greeting(), header(flagCommand, 1<<60)) }},
		{"identity of 300", func(typ string) []byte { return hello(typ, strings.Repeat("i", 300)) }},

		{"frame of 2^60", func(typ string) []byte { return join(hello(typ, ""), header(0, 1<<60)) }},
		{"frame of 1 TB", func(typ string) []byte { return join(hello(typ, ""), header(0, 1<<40)) }},
		{"frame of 2^64-1", func(typ string) []byte { return join(hello(typ, ""), header(flagMore, 1<<64-1)) }},
		{"frame too big", func(typ string) []byte { return join(hello(typ, ""), header(0, mebi+1)) }},
		{"message too big", func(typ string) []byte {
			part := frame(flagMore, strings.Repeat("x", mebi))
			return join(hello(typ, ""), part, part, part)
		}},
		{"too many frames", func(typ string) []byte {
			return join(hello(typ, ""), []byte(strings.Repeat(string(frame(flagMore, "")), 1025)))
		}},
		{"reserved flags", func(typ string) []byte { return join(hello(typ, ""), frame(8, "hi")) }},
		{"command over 1 KB", func(typ string) []byte {
			return join(hello(typ, ""), frame(flagCommand, "\x04PING"+strings.Repeat("x", maxCommand)))
		}},
		{"command of 1 TB", func(typ string) []byte { return join(hello(typ, ""), header(flagCommand, 1<<40)) }},
		{"command of 2 frames", func(typ string) []byte {
			return join(hello(typ, ""), frame(flagCommand|flagMore, "\x04PING\x00\x00"))
		}},
		{"command of nothing", func(typ string) []byte { return join(hello(typ, ""), frame(flagCommand, "")) }},
		{"command cut in name", func(typ string) []byte { return join(hello(typ, ""), frame(flagCommand, "\x09PING")) }},
	}
	opt := Options{MaxFrame: mebi, MaxMessage: 2 * mebi, Handshake: 2 * patience} // refused, not timed out
	for _, target := range targets(t, opt) {
		for _, a := range attacks {
			t.Run(target.name+"/"+a.name, func(t *testing.T) {
				c := dialRaw(t, target.l)
				c.Write(a.bytes(string(target.peer))) // may be refused before all is written
				gone(t, c)
				target.serve(t)
			})
		}
	}
}

// What is cut short stays open, waiting for the rest, and must stop nobody.
func TestHalfOpen(t *testing.T) {
	for _, target := range targets(t, Options{}) {
		whole := append(hello(string(target.peer), "half"), frame(flagMore, "one")...)
		whole = append(whole, header(0, 4000)...)
		for _, n := range []int{0, 1, 10, 63, 64, 65, 90, len(whole) - 14, len(whole) - 9, len(whole) - 1, len(whole)} {
			t.Run(fmt.Sprintf("%s/%d", target.name, n), func(t *testing.T) {
				c := dialRaw(t, target.l)
				if _, err := c.Write(whole[:n]); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(c, make([]byte, greetingSize)); err != nil {
					t.Fatal(err) // it is served, so what follows is served beside it
				}
				target.serve(t)
			})
		}
	}
}

func TestHandshakeEnds(t *testing.T) {
	for _, target := range targets(t, Options{Handshake: time.Millisecond}) {
		gone(t, dialRaw(t, target.l))
	}
}

func TestFuzzedHandshakes(t *testing.T) {
	const connections = 250
	seed := rand.Uint64()
	t.Logf("random seed %d", seed)
	targets := targets(t, Options{})
	for _, seed := range []uint64{1, seed} {
		rnd := rand.New(rand.NewPCG(seed, 0))
		for _, target := range targets {
			for range connections {
				b := append(hello(string(target.peer), "fuzz"), frame(flagMore, "\x01a")...)
				b = append(b, frame(flagCommand, "\x04PING\x00\x00context")...)
				b = append(b, frame(0, "end")...)
				c := dialRaw(t, target.l)
				c.Write(mutate(rnd, b))
				c.(*net.TCPConn).CloseWrite()
				gone(t, c)
				c.Close()
			}
			target.serve(t)
		}
	}
}

func mutate(rnd *rand.Rand, b []byte) []byte {
	for range 1 + rnd.IntN(4) {
		at := rnd.IntN(len(b))
		if rnd.IntN(3) > 0 {
			at = max(greetingSize, at) % len(b) // behind the greeting there is more to break
		}
		switch rnd.IntN(5) {
		case 0:
			b[at] = byte(rnd.Uint32())
		case 1:
			b[at] ^= 1 << rnd.IntN(8)
		case 2:
			b = b[:at+1]
		case 3:
			b = append(b[:at:at], append(make([]byte, rnd.IntN(9)), b[at:]...)...)
		case 4:
			b = append(b[:at+1:at+1], b[min(len(b), at+1+rnd.IntN(9)):]...)
		}
	}
	return b
}

func TestPingInMidMessage(t *testing.T) {
	for _, target := range targets(t, Options{}) {
		if target.name == "xpub" {
			continue // nothing comes back but the PONG; TestPingXPub
		}
		t.Run(target.name, func(t *testing.T) {
			c := connect(t, target.l, target.peer, "")
			c.w.Write(frame(flagMore, "a"))
			c.w.Write(frame(flagCommand, "\x04PING\x00\x00context"))
			c.w.Flush()
			c.want("context") // zmq4 hands over a command's body as a message
			c.w.Write(frame(0, "b"))
			c.w.Flush()
			c.want("a", "b")
			target.serve(t)
		})
	}
}

func TestPingXPub(t *testing.T) {
	_, l := xpub(t, Options{})
	c := connect(t, l, zmq4.Sub, "")
	c.w.Write(frame(flagCommand, "\x04PING\x00\x00context"))
	c.w.Write(frame(flagCommand, "\x05OTHER"))
	c.send("\x01a")
	c.want("context")
	c.want("welcome", "a")
}

// A peer that floods with PINGs and reads nothing must not pile up answers.
func TestPingFlood(t *testing.T) {
	for _, target := range targets(t, Options{}) {
		t.Run(target.name, func(t *testing.T) {
			c := connect(t, target.l, target.peer, "")
			pings := []byte(strings.Repeat(string(frame(flagCommand, "\x04PING\x00\x00"+strings.Repeat("x", 200))), 300))
			for range 200 {
				c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
				if _, err := c.Conn.Write(pings); err != nil {
					break // not read from any more: also an answer
				}
			}
			target.serve(t)
		})
	}
}
