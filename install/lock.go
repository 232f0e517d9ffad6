package install

import (
	"context"
	"fmt"
	"os"
	"time"
)

// lock holds the lock file at path, which it makes, for this process and for
// those that it hands the file to, until the file is closed or the processes
// end, however they end. It waits for another process, and says so in note.
func lock(ctx context.Context, path string, note func(string)) (*os.File, error) {
	const again = 200 * time.Millisecond // a lock of another process comes with no event
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		file, err := tryLock(path)
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if file != nil {
			return file, nil
		}
		note("another heddle is at it, waiting")
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}
