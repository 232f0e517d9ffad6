//go:build unix

package worker

import (
	"os"
	"syscall"
)

// newMark makes a mark and the file by which another process maps it. The file
// has no name any more: it goes with the last process that has it open.
func newMark() (*Mark, *os.File, error) {
	f, err := os.CreateTemp("", "heddle-mark-")
	if err != nil {
		return nil, nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, nil, err
	}
	if _, err := f.Write(make([]byte, markSize)); err != nil { // not Truncate: a full disk is to be met here
		f.Close()
		return nil, nil, err
	}
	m, err := mapMark(f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return m, f, nil
}

func mapMark(f *os.File) (*Mark, error) {
	page, err := syscall.Mmap(int(f.Fd()), 0, markSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return markOn(page), nil
}
