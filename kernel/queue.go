package kernel

import (
	"context"
	"sync"
	"time"
)

// A queue holds requests that wait for their turn. put never blocks, so a
// client that sends many does not keep the kernel from reading the next.
type queue struct {
	added chan struct{} // holds one when there is something to look for
	mu    sync.Mutex
	items []*request
}

func newQueue() *queue { return &queue{added: make(chan struct{}, 1)} }

func (q *queue) put(r *request) {
	q.mu.Lock()
	q.items = append(q.items, r)
	q.mu.Unlock()
	select {
	case q.added <- struct{}{}:
	default:
	}
}

// next waits for the first request. It returns nil when ctx has ended; then
// rest has what is left.
func (q *queue) next(ctx context.Context) *request {
	for ctx.Err() == nil {
		if r := q.pop(); r != nil {
			return r
		}
		select {
		case <-q.added:
		case <-ctx.Done():
		}
	}
	return nil
}

// settle waits until nothing was put for as long as lull, at most for longest.
func (q *queue) settle(ctx context.Context, lull, longest time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	quiet := time.NewTimer(lull)
	defer quiet.Stop()
	for {
		select {
		case <-q.added:
			quiet.Reset(lull)
		case <-quiet.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (q *queue) pop() *request {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return nil
	}
	r := q.items[0]
	q.items[0] = nil
	q.items = q.items[1:]
	return r
}

// rest empties the queue.
func (q *queue) rest() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}
