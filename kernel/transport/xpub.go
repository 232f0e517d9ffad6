package transport

import (
	"net"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"
)

// What a subscriber may send: one short frame for each topic.
const (
	maxSubscription = 4 << 10
	maxTopics       = 1 << 10
	iopubQueue      = 16 << 20
)

// An XPub is the server's end of iopub. Its methods may be called from several
// goroutines.
type XPub struct {
	*server
	greet func(topic []byte) [][]byte
}

// NewXPub serves SUB and XSUB peers on l until Close. For each topic that a
// peer newly subscribes to, welcome is called and what it returns, unless nil,
// is queued for that peer; it may be called from several goroutines at a time.
func NewXPub(l net.Listener, welcome func(topic []byte) [][]byte, opt Options) *XPub {
	orDefault(&opt.QueueBytes, iopubQueue)
	opt = opt.withDefaults()
	lim := limits{min(opt.MaxFrame, maxSubscription), opt.MaxMessage, opt.MaxFrames}
	x := &XPub{server: newServer(zmq4.XPub, l, opt, lim), greet: welcome}
	x.start(x.talk)
	return x
}

// Send queues a message for each peer with a subscription that frames[0] begins
// with. Messages of one goroutine arrive in order. When a peer's queue is full,
// Send waits as long as the peer goes on reading; one that reads nothing for
// Options.Stall is disconnected. frames must not be modified afterwards.
func (x *XPub) Send(frames [][]byte) {
	if len(frames) == 0 {
		return
	}
	topic := string(frames[0])
	var full []*peer
	x.each(func(p *peer) {
		if p.wants(topic) && p.put(frames) == errFull {
			full = append(full, p)
		}
	})
	// Only now, so that a peer that does not read delays no other.
	for _, p := range full {
		p.putSlowly(frames, x.opt.Stall)
	}
}

// Close returns when every peer got what is queued for it, at the latest after
// linger; the error says how many messages were lost.
func (x *XPub) Close(linger time.Duration) error { return x.server.close(linger) }

func (x *XPub) talk(p *peer) error {
	return p.converse(func(frames [][]byte) error {
		if len(frames) != 1 || len(frames[0]) == 0 {
			return nil // an XSUB may send messages, and there is nobody to want them
		}
		topic := frames[0][1:]
		switch frames[0][0] {
		case 0:
			p.unsubscribe(string(topic))
		case 1:
			return x.subscribe(p, topic)
		}
		return nil
	})
}

func (x *XPub) subscribe(p *peer, topic []byte) error {
	added, err := p.subscribe(string(topic))
	if err != nil || !added || x.greet == nil {
		return err
	}
	if frames := x.greet(topic); frames != nil {
		p.putSlowly(frames, x.opt.Stall) // an error means that p has ended or is about to
	}
	return nil
}

// subscribe reports whether the topic is new.
func (p *peer) subscribe(topic string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, old := p.topics[topic]; old {
		return false, nil
	}
	if len(p.topics) == maxTopics {
		return false, refuse("more than %d topics", maxTopics)
	}
	p.topics[topic] = struct{}{}
	return true, nil
}

func (p *peer) unsubscribe(topic string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.topics, topic)
}

func (p *peer) wants(topic string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for t := range p.topics {
		if strings.HasPrefix(topic, t) {
			return true
		}
	}
	return false
}
