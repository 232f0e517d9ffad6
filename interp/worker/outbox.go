package worker

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// maxQueued bounds the text that waits for the pipe; a cell that prints
	// faster than it is read is slowed down to the reader's speed.
	maxQueued = 1 << 20
	// lull is how long printed text waits for more before it is sent: a flood
	// of lines becomes few messages, and nobody sees the wait.
	lull = 10 * time.Millisecond
	// enough text is sent without waiting for more.
	enough = 16 << 10
)

// outbox is the queue before the event pipe. Text that waits in it is noted in
// the mark, so that a process which dies takes none with it.
// What is printed to one stream of one cell without another event between
// becomes one event.
type outbox struct {
	mu     sync.Mutex
	room   sync.Cond // the queue was emptied
	queue  []Event
	texts  map[*Stream][]byte // the text of each stream event in the queue
	bytes  int
	urgent bool // the queue holds more than text
	mark   *Mark
	sent   uint64        // the mark's records before it are sent
	news   chan struct{} // holds one: look at the queue
	idle   bool          // what was taken from the queue is written
}

func newOutbox(w io.Writer, mark *Mark) *outbox {
	o := &outbox{mark: mark, texts: map[*Stream][]byte{}, news: make(chan struct{}, 1)}
	o.room.L = &o.mu
	go o.send(w)
	return o
}

func (o *outbox) put(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.bytes > maxQueued || o.full(e) {
		o.room.Wait()
	}
	o.idle = false
	if e.Stream == nil {
		o.urgent = true
		o.queue = append(o.queue, e)
	} else {
		o.append(e)
	}
	if o.urgent || o.bytes > enough || len(o.queue) == 1 {
		select {
		case o.news <- struct{}{}:
		default:
		}
	}
}

// append adds printed text, to the last event if that is of the same stream.
func (o *outbox) append(e Event) {
	o.bytes += headSize + len(e.Stream.Text)
	if e.Stream.End = *o.mark.end; len(e.Stream.Text) <= maxRecord {
		e.Stream.End = o.mark.note(e.ID, e.Stream)
	}
	if n := len(o.queue); n > 0 {
		last := o.queue[n-1]
		if last.ID == e.ID && last.Stream != nil && last.Stream.Name == e.Stream.Name {
			o.texts[last.Stream] = append(o.texts[last.Stream], e.Stream.Text...)
			last.Stream.End = e.Stream.End
			return
		}
	}
	o.texts[e.Stream] = []byte(e.Stream.Text)
	o.queue = append(o.queue, e)
}

// send writes the queue to w as it fills, until w is closed.
func (o *outbox) send(w io.Writer) {
	buf := bufio.NewWriterSize(w, 32<<10)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	wait := time.NewTimer(lull)
	wait.Stop()
	for range o.news {
		o.mu.Lock()
		waiting := !o.urgent && o.bytes < enough
		o.mu.Unlock()
		if waiting {
			wait.Reset(lull)
			select {
			case <-o.news:
				wait.Stop()
			case <-wait.C:
			}
		}
		batch, end := o.take()
		for _, e := range batch {
			if enc.Encode(e) != nil {
				return // the kernel is gone, and this process is about to follow
			}
		}
		if buf.Flush() != nil {
			return
		}
		o.mu.Lock()
		o.idle = len(o.queue) == 0
		o.sent = end
		o.room.Broadcast()
		o.mu.Unlock()
	}
}

// flush returns when everything that was put before it is written.
func (o *outbox) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.urgent = true
	for len(o.queue) > 0 || !o.idle {
		select {
		case o.news <- struct{}{}:
		default:
		}
		o.room.Wait()
	}
}

// take empties the queue and returns the end of its last record. A character
// that was printed only in part stays in it for the rest to come.
func (o *outbox) take() (batch []Event, end uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	queue := o.queue
	o.idle = false
	o.queue, o.bytes, o.urgent = nil, 0, false
	for i, e := range queue {
		if e.Stream == nil {
			continue
		}
		text := o.texts[e.Stream]
		delete(o.texts, e.Stream)
		if i == len(queue)-1 && len(text) > utf8.UTFMax {
			cut := len(text) - partial(text)
			if cut < len(text) {
				o.append(Event{ID: e.ID, Stream: &Stream{Name: e.Stream.Name, Text: string(text[cut:])}})
				text = text[:cut]
			}
		}
		e.Stream.Text = string(text)
	}
	o.room.Broadcast()
	return queue, *o.mark.end
}

// full says whether the mark has no room for an event before older ones are sent.
func (o *outbox) full(e Event) bool {
	return e.Stream != nil && *o.mark.end-o.sent+headSize+maxRecord > ringSize && !o.idle
}

// partial is the number of bytes at the end of text that begin a character
// without ending it.
func partial(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if c := text[len(text)-n]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(text[len(text)-n:]) {
				return n
			}
			break
		}
	}
	return 0
}
