//go:build unix

package kernel

import "os"

// parentWatch returns what says whether our parent is gone. If pid is not our
// parent, a shell or a wrapper stands in between: then being handed over to
// process 1 counts.
func parentWatch(pid int) (gone func() bool) {
	first := os.Getppid()
	return func() bool {
		now := os.Getppid()
		return now != first && (first == pid || now == 1)
	}
}
