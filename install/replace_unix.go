//go:build !windows

package install

import "os"

// renameOver puts from in the place of to. A process that runs from to keeps
// the old file, which has lost its name.
func renameOver(from, to string) error { return os.Rename(from, to) }
