//go:build !linux

package worker

import (
	"fmt"
	"os"
	"runtime/metrics"
	"time"
)

func machineMemory() Bytes { return systemMemory() }

// Confine ends this process when it uses more memory than [Limit]: these
// systems keep no such limit themselves, so it is looked at ten times a second.
func Confine() error {
	limit := uint64(Limit())
	if limit == 0 {
		return nil
	}
	limitStack(Bytes(limit))
	go func() {
		used := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for range time.Tick(100 * time.Millisecond) {
			metrics.Read(used)
			if used[0].Value.Uint64()-used[1].Value.Uint64() > limit {
				fmt.Fprintln(os.Stderr, "fatal error: out of memory")
				os.Exit(2)
			}
		}
	}()
	return nil
}
