package worker

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

// A Mark says which line of which cell ran last. The worker writes it with one
// store and the kernel reads it when the process has died: the two share the
// page it stands on, so it survives a fatal error that nothing can stop.
type Mark struct {
	word *int64 // cell<<32 | line
}

// Word is where interpreted code stores a position made by [Position].
func (m *Mark) Word() *int64 { return m.word }

// Position is a line of a cell as a mark's word holds it.
func Position(cell, line int) int64 { return int64(cell)<<32 | int64(line) }

// Cell and Line are those of the statement that ran last, 0 before the first.
func (m *Mark) Load() (cell, line int) {
	v := atomic.LoadInt64(m.word)
	return int(v >> 32), int(v & 0xffffffff)
}

// At is the position in words, "" before the first statement.
func (m *Mark) At() string {
	cell, line := m.Load()
	if line == 0 {
		return ""
	}
	return fmt.Sprintf("cell %d, line %d", cell, line)
}

// NewMark is a mark that no other process reads.
func NewMark() *Mark { return &Mark{word: new(int64)} }

func markOn(page []byte) *Mark { return &Mark{word: (*int64)(unsafe.Pointer(&page[0]))} }
