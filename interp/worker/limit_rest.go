//go:build !linux && !darwin

package worker

// systemMemory is 0, unknown, here: only HEDDLE_MEMORY sets a limit.
func systemMemory() Bytes { return 0 }
