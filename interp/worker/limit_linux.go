package worker

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// machineMemory is the memory of the machine, or of the control group that this
// process runs in if that has less.
func machineMemory() Bytes {
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return 0
	}
	total := Bytes(info.Totalram) * Bytes(info.Unit)
	for _, file := range []string{"/sys/fs/cgroup" + cgroup() + "/memory.max", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if b, err := os.ReadFile(file); err == nil {
			if max, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64); err == nil {
				total = min(total, Bytes(max))
			}
		}
	}
	return total
}

// cgroup is this process's path in the unified hierarchy.
func cgroup() string {
	f, err := os.Open("/proc/self/cgroup")
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if path, ok := strings.CutPrefix(lines.Text(), "0::"); ok {
			return path
		}
	}
	return ""
}

// Confine makes the system refuse this process more memory than [Limit], so
// that a cell which asks for too much ends by Go's "out of memory" before the
// machine is short of it.
func Confine() error {
	limit := uint64(Limit())
	if limit == 0 {
		return nil
	}
	// The data segment counts what is writable and private. The address space
	// would not do: Go reserves far more of it than it uses.
	limitStack(Bytes(limit))
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: limit, Max: limit})
}
