package install

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

var (
	kernel32             = syscall.NewLazyDLL("kernel32.dll")
	getDiskFreeSpaceEx   = kernel32.NewProc("GetDiskFreeSpaceExW")
	globalMemoryStatusEx = kernel32.NewProc("GlobalMemoryStatusEx")
)

// tryLock returns the locked file, or nil when another process has the lock:
// a file that is shared with nobody can be opened once.
func tryLock(path string) (*os.File, error) {
	const sharingViolation = syscall.Errno(32)
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}

// holdWith does nothing here: files that a running process has open cannot be
// removed on Windows, so that what it still writes is safe from others.
func holdWith(*exec.Cmd, *os.File) {}

// apart keeps the console's Ctrl-C from cmd; we end it ourselves.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func killAll(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// askToEnd lets a server end by itself: by ask, as there is no signal for it.
func askToEnd(cmd *exec.Cmd, ask func() error) error {
	if err := ask(); err != nil {
		return cmd.Process.Kill()
	}
	return nil
}

func freeSpace(dir string) (bytes uint64, ok bool) {
	name, err := syscall.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	r, _, _ := getDiskFreeSpaceEx.Call(uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&bytes)), 0, 0)
	return bytes, r != 0
}

// memory returns the machine's memory in bytes.
func memory() (bytes uint64, ok bool) {
	var status struct {
		length, load                                                           uint32
		total, avail, totalPage, availPage, totalVirtual, availVirtual, extend uint64
	}
	status.length = uint32(unsafe.Sizeof(status))
	r, _, _ := globalMemoryStatusEx.Call(uintptr(unsafe.Pointer(&status)))
	return status.total, r != 0
}
