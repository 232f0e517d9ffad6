//go:build unix

package worker

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// connect starts the process with a pipe on descriptor 3 for requests, one on
// 4 for events and the mark's file on 5, so that nothing a cell prints can get
// between them.
func (p *process) connect() (events *os.File, err error) {
	theirRequests, requests, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirRequests.Close()
	events, theirEvents, err := os.Pipe()
	if err != nil {
		requests.Close()
		return nil, err
	}
	defer theirEvents.Close()
	mark, markFile, err := newMark()
	if err != nil {
		requests.Close()
		events.Close()
		return nil, err
	}
	defer markFile.Close()
	p.mark = mark
	p.cmd.ExtraFiles = []*os.File{theirRequests, theirEvents, markFile}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		requests.Close()
		events.Close()
		return nil, err
	}
	p.requests = requests
	return events, nil
}

// Inherited returns what the kernel's end gave this process: the requests, the
// events and the mark. Children of this process do not inherit them.
func Inherited() (requests, events *os.File, mark *Mark, err error) {
	for fd := 3; fd <= 5; fd++ {
		syscall.CloseOnExec(fd)
	}
	requests, events, markFile := os.NewFile(3, "requests"), os.NewFile(4, "events"), os.NewFile(5, "mark")
	if markFile == nil {
		return nil, nil, nil, errors.New("heddle worker is started by heddle kernel, not by hand")
	}
	defer markFile.Close()
	mark, err = mapMark(markFile)
	if err != nil {
		return nil, nil, nil, errors.New("heddle worker is started by heddle kernel, not by hand")
	}
	return requests, events, mark, nil
}

// killGroup kills the process and what it started: connect made it the leader
// of a process group.
func (p *process) killGroup() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
}

// EndGroup ends this process and everything that it started.
func EndGroup() {
	_ = syscall.Kill(-syscall.Getpid(), syscall.SIGKILL)
	os.Exit(1)
}

func killedBy(s *os.ProcessState) string {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return w.Signal().String()
	}
	return ""
}

// ended says whether err is how a pipe ends when the process behind it does.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, fs.ErrClosed)
}
