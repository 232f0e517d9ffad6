package worker

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"unsafe"
)

// A Mark is what a worker leaves behind when it dies: the line that ran last,
// and what was printed last and not sent yet. The kernel shares the memory it
// stands in, so it survives a fatal error that nothing can stop.
type Mark struct {
	line *int64  // cell<<32 | line
	end  *uint64 // how many bytes were ever written to ring
	ring []byte
}

// The ring's records are of at most maxRecord bytes of text; what is longer is
// sent without waiting and stands in no record.
const (
	markSize   = 16 + ringSize
	ringSize   = 256 << 10 // over twice what an outbox lets wait
	headSize   = 16        // request, stream, length
	maxRecord  = 32 << 10
	stderrFlag = 1 << 31
)

// NewMark is a mark that no other process reads.
func NewMark() *Mark { return markOn(make([]byte, markSize)) }

func markOn(memory []byte) *Mark {
	return &Mark{
		line: (*int64)(unsafe.Pointer(&memory[0])),
		end:  (*uint64)(unsafe.Pointer(&memory[8])),
		ring: memory[16:markSize],
	}
}

// Word is where interpreted code stores a position made by [Position].
func (m *Mark) Word() *int64 { return m.line }

// Position is a line of a cell as a mark's word holds it.
func Position(cell, line int) int64 { return int64(cell)<<32 | int64(line) }

// At is the position that ran last in words, "" before the first statement.
func (m *Mark) At() string {
	v := atomic.LoadInt64(m.line)
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("cell %d, line %d", v>>32, v&0xffffffff)
}

// note writes a stream event to the ring, over what is ringSize bytes older, and
// returns the end of its record. There is one writer at a time.
func (m *Mark) note(id uint64, s *Stream) uint64 {
	var head [headSize]byte
	size := uint32(len(s.Text))
	if s.Name == "stderr" {
		size |= stderrFlag
	}
	binary.LittleEndian.PutUint64(head[:], id)
	binary.LittleEndian.PutUint32(head[8:], size)
	end := write(m.ring, *m.end, head[:])
	end = write(m.ring, end, s.Text)
	atomic.StoreUint64(m.end, end)
	return end
}

// write copies b into the ring from position end on and returns where it ends.
func write[T string | []byte](ring []byte, end uint64, b T) uint64 {
	n := copy(ring[end%ringSize:], b)
	copy(ring, b[n:])
	return end + uint64(len(b))
}

// since returns the stream events whose records end behind from, which is the
// end of a record.
func (m *Mark) since(from uint64) (events []Event) {
	end := atomic.LoadUint64(m.end)
	if end < from || end-from > ringSize {
		return nil
	}
	for end-from >= headSize {
		head := m.get(from, headSize)
		size := binary.LittleEndian.Uint32(head[8:])
		s := &Stream{Name: "stdout"}
		if size&stderrFlag != 0 {
			s.Name, size = "stderr", size&^stderrFlag
		}
		from += headSize
		if uint64(size) > end-from {
			break
		}
		s.Text = string(m.get(from, int(size)))
		from += uint64(size)
		events = append(events, Event{ID: binary.LittleEndian.Uint64(head), Stream: s})
	}
	return events
}

func (m *Mark) get(from uint64, size int) []byte {
	b := make([]byte, size)
	n := copy(b, m.ring[from%ringSize:])
	copy(b[n:], m.ring)
	return b
}
