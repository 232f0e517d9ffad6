package kernel

import "syscall"

// parentWatch returns what says whether the parent is gone. On Windows, Jupyter
// hands down an inherited handle of itself instead of a process id.
func parentWatch(handle int) (gone func() bool) {
	return func() bool {
		s, err := syscall.WaitForSingleObject(syscall.Handle(handle), 0)
		return err == nil && s == syscall.WAIT_OBJECT_0
	}
}
