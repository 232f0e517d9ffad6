package install

import (
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
)

// memory returns the memory in bytes that this process may have: the machine's
// or its control group's, whichever is less.
func memory() (bytes uint64, ok bool) {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	var kib uint64
	if _, err := fmt.Sscanf(string(info), "MemTotal: %d kB", &kib); err != nil {
		return 0, false
	}
	bytes = kib << 10
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return bytes, true
	}
	_, group, _ := strings.Cut(string(own), "0::")
	for dir := path.Clean("/" + strings.TrimSpace(group)); ; dir = path.Dir(dir) {
		if text, err := os.ReadFile(path.Join("/sys/fs/cgroup", dir, "memory.max")); err == nil {
			if limit, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
				bytes = min(bytes, limit)
			}
		}
		if dir == "/" {
			return bytes, true
		}
	}
}
