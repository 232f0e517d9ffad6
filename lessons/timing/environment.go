package timing

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
)

var engine atomic.Value // of string

// SetEngine says how functions are run from now on: "compiled" (the default)
// or "interpreted". The kernel calls it; a compiled program need not.
func SetEngine(name string) { engine.Store(name) }

// Engine is what SetEngine said last.
func Engine() string {
	if name, ok := engine.Load().(string); ok {
		return name
	}
	return "compiled"
}

// A Card says on what machine a figure was measured. Without it no timing
// means much.
type Card struct {
	Cores  int     // what the operating system lets this program use
	Procs  int     // GOMAXPROCS: how many goroutines Go lets run at one time
	Quota  float64 // how many cores' worth of time the container may use; 0 if there is no limit
	Load   float64 // programs that wanted to run, on average over the last minute; below 0 if unknown
	CPU    string  // the processor's name; "" if unknown
	Go     string  // such as "go1.26.0 linux/amd64"
	Engine string  // "compiled" or "interpreted"
	Notes  []string
}

// Environment looks at this machine as it is now. Quota and load are known on
// Linux only.
func Environment() Card {
	root := os.DirFS("/")
	c := Card{
		Cores:  runtime.NumCPU(),
		Procs:  runtime.GOMAXPROCS(0),
		Quota:  quota(root),
		Load:   load(root),
		CPU:    cpuName(root),
		Go:     fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH),
		Engine: Engine(),
	}
	c.Notes = c.warnings()
	return c
}

func (c Card) warnings() []string {
	var notes []string
	switch {
	case c.Procs == 1:
		notes = append(notes, "Go may use one processor only, so nothing here can run "+
			"in parallel. Charts that compare with several processors will look alike.")
	case c.Quota > 0 && c.Quota < float64(c.Procs):
		notes = append(notes, fmt.Sprintf("The container may use %.3g cores' worth of time, "+
			"less than GOMAXPROCS (%d): work on all processors is held back at times.", c.Quota, c.Procs))
	case c.Procs < c.Cores:
		notes = append(notes, fmt.Sprintf("Go uses %d of %d cores.", c.Procs, c.Cores))
	}
	if c.busy() {
		notes = append(notes, "The machine is busy with other work: timings will spread.")
	}
	return notes
}

func (c Card) busy() bool { return c.Load > 0.75*float64(c.Cores) }

// busyNotes warns before a measurement begins, while its own work does not
// count yet.
func busyNotes() []string {
	c := Card{Cores: runtime.NumCPU(), Load: load(os.DirFS("/"))}
	if !c.busy() {
		return nil
	}
	return []string{fmt.Sprintf("The machine was busy when this began (load %.1f on %d cores).", c.Load, c.Cores)}
}

// String returns the card as a table of text.
func (c Card) String() string { return c.table().text() }

// Display returns the card as a table, in text and in HTML.
func (c Card) Display() map[string]any { return c.table().display() }

func (c Card) table() table {
	t := table{caption: "This machine", left: true, notes: c.Notes}
	row := func(name, value string) { t.rows = append(t.rows, []string{name, value}) }
	cores := fmt.Sprint(c.Cores)
	if c.CPU != "" {
		cores += " (" + c.CPU + ")"
	}
	row("cores", cores)
	row("GOMAXPROCS", fmt.Sprint(c.Procs))
	if c.Quota > 0 {
		row("CPU quota", fmt.Sprintf("%.3g cores", c.Quota))
	} else {
		row("CPU quota", "none")
	}
	if c.Load >= 0 {
		row("load", fmt.Sprintf("%.2f over the last minute", c.Load))
	} else {
		row("load", "unknown")
	}
	row("Go", c.Go)
	row("engine", c.Engine)
	return t
}

// quota finds the CPU limit of the control group (the container) that this
// process is in: the smallest of its own and its parents'. It returns 0 if
// there is none. See "CPU Interface Files" in the kernel's cgroup-v2 guide.
func quota(root fs.FS) float64 {
	least := 0.0
	limit := func(cores float64) {
		if cores > 0 && (least == 0 || cores < least) {
			least = cores
		}
	}
	for _, line := range strings.Split(read(root, "proc/self/cgroup"), "\n") {
		fields := strings.SplitN(line, ":", 3)
		if len(fields) < 3 {
			continue
		}
		v2 := fields[1] == ""
		if !v2 && !strings.Contains(","+fields[1]+",", ",cpu,") {
			continue
		}
		for dir := path.Clean("/" + fields[2]); ; dir = path.Dir(dir) {
			if v2 {
				limit(quotient(read(root, path.Join("sys/fs/cgroup", dir, "cpu.max"))))
			} else {
				base := path.Join("sys/fs/cgroup/cpu", dir)
				limit(quotient(read(root, base+"/cpu.cfs_quota_us") + " " +
					read(root, base+"/cpu.cfs_period_us")))
			}
			if dir == "/" {
				break
			}
		}
	}
	return least
}

// quotient divides the two numbers of s; "max" and -1 stand for no limit.
func quotient(s string) float64 {
	var share, period float64
	if n, _ := fmt.Sscan(s, &share, &period); n < 2 || share <= 0 || period <= 0 {
		return 0
	}
	return share / period
}

// load is the first figure of /proc/loadavg, below 0 if there is none.
func load(root fs.FS) float64 {
	first, _, _ := strings.Cut(read(root, "proc/loadavg"), " ")
	if l, err := strconv.ParseFloat(first, 64); err == nil {
		return l
	}
	return -1
}

func cpuName(root fs.FS) string {
	for _, line := range strings.Split(read(root, "proc/cpuinfo"), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// read returns the text of a file, "" if there is none.
func read(root fs.FS, name string) string {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
