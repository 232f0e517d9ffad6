//go:build !windows

package install

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// tryLock returns the locked file, or nil when another process has the lock.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return file, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, err
}

// holdWith lets the process of cmd hold the lock too: what we started and
// could not end keeps others away until it is done.
func holdWith(cmd *exec.Cmd, file *os.File) { cmd.ExtraFiles = append(cmd.ExtraFiles, file) }

// apart keeps the terminal's Ctrl-C from cmd; we end it ourselves.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killAll ends cmd, which was started apart, with all that it started.
func killAll(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// askToEnd lets a server end by itself.
func askToEnd(cmd *exec.Cmd, _ func() error) error { return cmd.Process.Signal(syscall.SIGTERM) }

func freeSpace(dir string) (bytes uint64, ok bool) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return uint64(st.Bavail) * uint64(st.Bsize), true
}
