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
	// lull is how long printed text waits for more before it is sent: a flood
	// of lines becomes few messages, and nobody sees the wait.
	lull = 10 * time.Millisecond
	// enough text is sent without waiting for more.
	enough = 16 << 10
	// maxQueued bounds the text that waits while other text is being written. A
	// cell that prints faster than it is read is slowed down to the reader's
	// speed. The mark holds at least as much.
	maxQueued = 2 * enough
)

// outbox is the queue before the event pipe. What is printed to one stream of
// one cell without another event between becomes one event. Text that waits is
// noted in the mark, so that a process which dies takes none with it.
//
// There is no goroutine that sends: whoever puts something that must not wait
// writes the queue, or leaves it to the one who is writing already.
type outbox struct {
	mu      sync.Mutex
	room    sync.Cond // the queue was emptied, or all of it was written
	queue   []Event
	texts   map[*Stream][]byte // the text of each stream event in the queue
	bytes   int                // of text in the queue, with its records' heads
	urgent  bool               // the queue must not wait
	due     bool               // it has waited for a lull
	held    *Stream            // the part of a character that was kept back
	writing bool
	closed  bool        // the kernel's end is gone
	timer   *time.Timer // sends what has waited for a lull
	mark    *Mark

	// Of the one who is writing.
	buf *bufio.Writer
	enc *json.Encoder
}

func newOutbox(w io.Writer, mark *Mark) *outbox {
	o := &outbox{texts: map[*Stream][]byte{}, mark: mark, buf: bufio.NewWriterSize(w, 32<<10)}
	o.room.L = &o.mu
	o.enc = json.NewEncoder(o.buf)
	o.enc.SetEscapeHTML(false)
	o.timer = time.AfterFunc(time.Hour, o.lull)
	o.timer.Stop()
	return o
}

// put adds an event to the queue. It waits while the queue is full.
func (o *outbox) put(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.bytes >= maxQueued && !o.closed {
		o.room.Wait()
	}
	if e.Stream == nil {
		o.urgent = true
		o.queue = append(o.queue, e)
	} else {
		o.print(e)
	}
	if o.urgent || o.bytes >= enough {
		o.write()
	} else if len(o.queue) == 1 {
		o.timer.Reset(lull)
	}
}

// print adds printed text, to the last event if that is of the same stream.
func (o *outbox) print(e Event) {
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

// write writes the queue until it may wait again. o.mu is held, but not while it
// writes; it returns at once if another is writing, who will see what is new.
func (o *outbox) write() {
	if o.writing {
		return
	}
	o.writing = true
	for (o.urgent || o.due || o.bytes >= enough) && !o.closed {
		batch := o.take()
		o.mu.Unlock()
		err := o.encode(batch)
		o.mu.Lock()
		o.closed = o.closed || err != nil
	}
	o.writing = false
	if len(o.queue) > 0 {
		o.timer.Reset(lull)
	}
	o.room.Broadcast()
}

func (o *outbox) encode(batch []Event) error {
	for _, e := range batch {
		if e.Stream != nil && e.Stream.Text == "" {
			continue
		}
		if err := o.enc.Encode(e); err != nil {
			return err
		}
	}
	return o.buf.Flush()
}

// lull sends text that has waited for more to come.
func (o *outbox) lull() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.due = len(o.queue) > 0
	o.write()
}

// flush returns when everything that was put before it is written.
func (o *outbox) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.queue) > 0 || o.writing {
		o.urgent = len(o.queue) > 0
		if o.writing {
			o.room.Wait()
		} else {
			o.write()
		}
		if o.closed {
			return
		}
	}
}

// take empties the queue. A character that was printed only in part stays in it
// for the rest to come, until the next lull.
func (o *outbox) take() []Event {
	queue, ends, held := o.queue, o.urgent, o.held
	o.queue, o.bytes, o.urgent, o.due, o.held = nil, 0, false, false, nil
	for i, e := range queue {
		if e.Stream == nil {
			continue
		}
		text := o.texts[e.Stream]
		delete(o.texts, e.Stream)
		if n := partial(text); n > 0 && i == len(queue)-1 && !ends && e.Stream != held {
			o.held = &Stream{Name: e.Stream.Name, End: e.Stream.End}
			o.texts[o.held] = text[len(text)-n:]
			o.queue = append(o.queue, Event{ID: e.ID, Stream: o.held})
			text = text[:len(text)-n]
		}
		e.Stream.Text = string(text)
	}
	o.room.Broadcast()
	return queue
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
