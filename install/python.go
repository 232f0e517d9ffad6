package install

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// python is one Python that runs.
type python struct {
	path    string
	version string // as in 3.12.1
}

const (
	oldestPython = 10 // 3.10: the oldest that the pins install on
	newestPython = 15
)

// findPython returns the first Python on PATH that is new enough.
func findPython(ctx context.Context) (python, error) {
	var tooOld *python
	for _, name := range pythonNames() {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		version, err := pythonVersion(ctx, path)
		if err != nil {
			continue // a shim that leads nowhere
		}
		p := python{path, version}
		if p.newEnough() {
			return p, nil
		}
		if tooOld == nil {
			tooOld = &p
		}
	}
	if err := ctx.Err(); err != nil {
		return python{}, err
	}
	want := fmt.Sprintf("3.%d or newer", oldestPython)
	if tooOld != nil {
		return python{}, &Error{
			Cause: fmt.Sprintf("Python at %s is %s; JupyterLab needs %s", tooOld.path, tooOld.version, want),
			Hint:  getPython(),
		}
	}
	return python{}, &Error{Cause: "no Python 3 on PATH", Hint: getPython()}
}

func pythonNames() []string {
	names := []string{"python3", "python"}
	if runtime.GOOS == "windows" {
		return append(names, "py")
	}
	for minor := newestPython; minor >= oldestPython; minor-- {
		names = append(names, fmt.Sprintf("python3.%d", minor))
	}
	return names
}

func (p python) newEnough() bool {
	parts := strings.Split(p.version, ".")
	if len(parts) < 2 || parts[0] != "3" {
		return false
	}
	minor, err := strconv.Atoi(parts[1])
	return err == nil && minor >= oldestPython
}

// getPython and getVenv are ways out, in the words of this machine.
func getPython() string {
	switch {
	case runtime.GOOS == "darwin":
		return "install Python 3: brew install python, or https://www.python.org/downloads/"
	case has("apt-get"):
		return "install Python 3: sudo apt install python3 python3-venv"
	case has("dnf"):
		return "install Python 3: sudo dnf install python3"
	}
	return "install Python 3 from https://www.python.org/downloads/"
}

func getVenv(version string) string {
	if has("apt-get") {
		minor := strings.Join(strings.SplitN(version, ".", 3)[:2], ".")
		return fmt.Sprintf("sudo apt install python3-venv (or python%s-venv)", minor)
	}
	return "install Python 3 with its venv and ensurepip modules: https://www.python.org/downloads/"
}

func has(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

func pythonVersion(ctx context.Context, path string) (string, error) {
	return ask(ctx, path, `import sys; print("%d.%d.%d" % sys.version_info[:3])`)
}

// ask returns the last line that the Python at path prints when it runs code.
func ask(ctx context.Context, path, code string) (string, error) {
	return lastLine(ctx, path, "-c", code)
}

// lastLine returns the last line that a program prints. A program that has not
// ended after twenty seconds is taken for one that does not work.
func lastLine(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", program, err)
	}
	text := strings.TrimSpace(string(out))
	text = text[strings.LastIndexByte(text, '\n')+1:]
	if text == "" {
		return "", fmt.Errorf("%s printed nothing", program)
	}
	return text, nil
}

// interpreter returns the Python that runs the script at path, as its first
// line has it, or "" for what is no Python script.
func interpreter(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	first, err := bufio.NewReaderSize(file, 1024).ReadSlice('\n')
	if err != nil {
		return ""
	}
	rest, ok := strings.CutPrefix(string(first), "#!")
	fields := strings.Fields(rest)
	if !ok || len(fields) == 0 {
		return ""
	}
	program := fields[0]
	if filepath.Base(program) == "env" && len(fields) == 2 {
		if program, err = exec.LookPath(fields[1]); err != nil {
			return ""
		}
	}
	if !strings.HasPrefix(filepath.Base(program), "python") {
		return ""
	}
	return program
}
