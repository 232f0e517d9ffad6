package kernel

import (
	"context"
	"os"
	"strconv"
	"time"
)

// parentPoll is how often the parent process is looked for: no system tells of
// a parent's end in a way that works on all of them.
const parentPoll = time.Second

// parentGone returns what says whether the process that started the kernel is
// gone, nil if Jupyter does not say in JPY_PARENT_PID which one that is.
func parentGone() func() bool {
	pid, err := strconv.Atoi(os.Getenv("JPY_PARENT_PID"))
	if err != nil {
		return nil
	}
	return parentWatch(pid)
}

// watchParent calls stop when gone, unless nil, says so.
func watchParent(ctx context.Context, gone func() bool, stop func()) {
	if gone == nil {
		return
	}
	tick := time.NewTicker(parentPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if gone() {
				stop()
				return
			}
		}
	}
}
