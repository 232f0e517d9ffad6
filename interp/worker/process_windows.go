package worker

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// connect starts the process with requests on its standard input and events on
// its standard output: Windows hands down no other descriptors.
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
	p.mark = NewMark()
	p.cmd.Stdin, p.cmd.Stdout = theirRequests, theirEvents
	if err := p.cmd.Start(); err != nil {
		requests.Close()
		events.Close()
		return nil, err
	}
	p.requests = requests
	return events, nil
}

// Inherited returns what the kernel's end gave this process: the requests, the
// events and the mark.
func Inherited() (requests, events *os.File, mark *Mark, err error) {
	return os.Stdin, os.Stdout, NewMark(), nil
}

func (p *process) killGroup() { _ = p.cmd.Process.Kill() }

// EndGroup ends this process.
func EndGroup() { os.Exit(1) }

func killedBy(*os.ProcessState) string { return "" }

// ended says whether err is how a pipe ends when the process behind it does.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, fs.ErrClosed)
}
