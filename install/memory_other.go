//go:build !linux && !windows

package install

import (
	"os/exec"
	"strconv"
	"strings"
)

// memory returns the machine's memory in bytes.
func memory() (bytes uint64, ok bool) {
	out, err := exec.Command("sysctl", "-n", "hw.memsize").Output()
	if err != nil {
		return 0, false
	}
	bytes, err = strconv.ParseUint(strings.TrimSpace(string(out)), 10, 64)
	return bytes, err == nil
}
