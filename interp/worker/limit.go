package worker

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// limitVariable names the environment variable that sets the worker's memory
// limit, such as 512MiB or 4GiB; 0 is no limit.
const limitVariable = "HEDDLE_MEMORY"

// Bytes is an amount of memory.
type Bytes uint64

// String is b in the largest binary unit that leaves a figure of at least one.
func (b Bytes) String() string {
	unit, name := Bytes(1), "B"
	for _, n := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if b < unit*1024 {
			break
		}
		unit, name = unit*1024, n
	}
	if b%unit == 0 {
		return fmt.Sprintf("%d %s", b/unit, name)
	}
	return fmt.Sprintf("%.1f %s", float64(b)/float64(unit), name)
}

// ParseBytes reads an amount such as 512MiB, 4GB, 4G or 1073741824.
func ParseBytes(s string) (Bytes, error) {
	number := strings.TrimRight(strings.TrimSpace(s), "BbKkMmGgTtIi ")
	unit := strings.TrimSpace(strings.TrimSpace(s)[len(number):])
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || !(value >= 0 && value < 1<<50) {
		return 0, fmt.Errorf("%q is no amount of memory, such as 4GiB", s)
	}
	scale := 1.0
	switch strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(unit), "B"), "I") {
	case "":
	case "K":
		scale = 1 << 10
	case "M":
		scale = 1 << 20
	case "G":
		scale = 1 << 30
	case "T":
		scale = 1 << 40
	default:
		return 0, fmt.Errorf("%q is no amount of memory, such as 4GiB", s)
	}
	return Bytes(value * scale), nil
}

// Limit is how much memory a worker process may use: what HEDDLE_MEMORY says,
// else half of what the machine has; 0 is no limit. A value that cannot be read
// counts as not set; see [CheckLimit].
func Limit() Bytes {
	if b, err := ParseBytes(os.Getenv(limitVariable)); err == nil {
		return b
	}
	return machineMemory() / 2
}

// limitStack keeps a goroutine's stack well below the memory limit, so that
// recursion without an end is told as what it is. A stack that grows is copied
// to one twice as large.
func limitStack(memory Bytes) {
	const goDefault = 1_000_000_000
	debug.SetMaxStack(int(min(goDefault, memory/8)))
}

// CheckLimit is an error if HEDDLE_MEMORY is set to something unreadable.
func CheckLimit() error {
	s := os.Getenv(limitVariable)
	if s == "" {
		return nil
	}
	if _, err := ParseBytes(s); err != nil {
		return fmt.Errorf("%s: %w", limitVariable, err)
	}
	return nil
}
