package worker

import (
	"encoding/binary"
	"syscall"
)

func systemMemory() Bytes {
	s, err := syscall.Sysctl("hw.memsize")
	if err != nil {
		return 0
	}
	// Sysctl takes the value for a string and drops a last byte of zero.
	b := append([]byte(s), make([]byte, 8)...)
	return Bytes(binary.LittleEndian.Uint64(b[:8]))
}
