package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// marker is the file that is written last into a venv: what lacks it is half
// made. It holds the version of its Python.
const marker = "heddle-complete"

// Setup returns the Jupyter that pins make, in a Python virtual environment in
// the user's cache folder, and makes it if it is not there. Two that run at
// once make it once. When it returns an error, what it began is removed; what
// a killed one left is removed by the next.
//
// The error is an *Error where we know a way out; with no network it wraps
// ErrNoNetwork.
func Setup(ctx context.Context, pins Pins, p *Progress) (Jupyter, error) {
	cache, err := cacheFolder()
	if err != nil {
		return Jupyter{}, err
	}
	v := venv{dir: filepath.Join(cache, "jupyter-"+pins.id()), pins: pins}
	if v.whole(ctx) {
		return v.jupyter(), nil
	}
	python, err := findPython(ctx)
	if err != nil {
		return Jupyter{}, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return Jupyter{}, &Error{"the cache folder cannot be made: " + err.Error(), writeHint(), err}
	}
	err = p.Do("waiting for "+cache, func(note func(string)) (err error) {
		v.lock, err = lock(ctx, v.dir+".lock", note)
		return err
	})
	if err != nil {
		if errors.Is(err, os.ErrPermission) {
			err = &Error{"not allowed to write in " + cache, writeHint(), err}
		}
		return Jupyter{}, err
	}
	defer v.lock.Close()
	if v.whole(ctx) {
		return v.jupyter(), nil
	}
	if err := v.make(ctx, python, p); err != nil {
		return Jupyter{}, errors.Join(err, describe("remove "+v.dir, os.RemoveAll(v.dir)))
	}
	return v.jupyter(), nil
}

func cacheFolder() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", &Error{"the cache folder is not known: " + err.Error(), "set HOME or XDG_CACHE_HOME", err}
	}
	return filepath.Join(dir, "heddle"), nil
}

// venv is a Python virtual environment of ours. Its scripts hold its path: it
// is made where it stays.
type venv struct {
	dir  string
	pins Pins
	lock *os.File // held while it is made
}

func (v venv) bin() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(v.dir, "Scripts")
	}
	return filepath.Join(v.dir, "bin")
}

func (v venv) program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(v.bin(), name)
}

func (v venv) jupyter() Jupyter {
	return Jupyter{
		Version: pinned("jupyterlab"), Python: v.program("python"), Own: true,
		lab: []string{v.program("jupyter-lab")},
	}
}

// whole reports whether v is complete and its Python is still the one that it
// was made with: an upgrade of the machine's Python leaves a venv empty.
func (v venv) whole(ctx context.Context) bool {
	made, err := os.ReadFile(filepath.Join(v.dir, marker))
	if err != nil {
		return false
	}
	version, err := pythonVersion(ctx, v.program("python"))
	return err == nil && version == string(made)
}

// make makes v anew, the marker last.
func (v venv) make(ctx context.Context, python python, p *Progress) error {
	if err := os.RemoveAll(v.dir); err != nil {
		return describe("remove what an earlier start left in "+v.dir, err)
	}
	if free, ok := freeSpace(filepath.Dir(v.dir)); ok && free < v.pins.space {
		return &Error{
			Cause: fmt.Sprintf("%s needs %s in %s, and %s are free", v.pins.about, size(v.pins.space), filepath.Dir(v.dir), size(free)),
			Hint:  spaceHint(),
		}
	}
	err := p.Do("making a Python environment", func(func(string)) error {
		return v.run(ctx, os.Environ(), func(string) {}, python.path, "-m", "venv", v.dir)
	})
	if err != nil {
		return diagnose(ctx, "a Python environment could not be made", err, python)
	}
	file := filepath.Join(v.dir, "heddle-pins.txt")
	if err := os.WriteFile(file, []byte(constraints), 0o644); err != nil {
		return describe("write in "+v.dir, err)
	}
	err = p.Do("installing "+v.pins.about+" (only once)", func(note func(string)) error {
		pip := []string{"-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off", "--retries=2", "-c", file}
		return v.run(ctx, venvEnviron(v.dir, v.bin()), pipNotes(note), v.program("python"), append(pip, v.pins.requirements()...)...)
	})
	if err != nil {
		return diagnose(ctx, v.pins.about+" could not be installed", err, python)
	}
	version, err := pythonVersion(ctx, v.program("python"))
	if err != nil {
		return err
	}
	return describe("write in "+v.dir, writeFile(filepath.Join(v.dir, marker), []byte(version)))
}

// run runs a program and passes on each line of what it prints. It dies, with
// all that it started, when ctx ends. Its error, if any, is an *outputError.
func (v venv) run(ctx context.Context, env []string, line func(string), program string, args ...string) error {
	out := &tail{line: line}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = 2 * time.Second
	apart(cmd)
	holdWith(cmd, v.lock)
	cmd.Cancel = func() error { return killAll(cmd) }
	if err := cmd.Run(); err != nil {
		return &outputError{fmt.Errorf("%s: %w", filepath.Base(program), err), out.last()}
	}
	return nil
}

// venvEnviron is the environment of programs in the venv at dir: what would lead
// Python or pip elsewhere is left out.
func venvEnviron(dir, bin string) []string {
	elsewhere := []string{
		"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PATH",
		"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_DRY_RUN",
	}
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.ContainsFunc(elsewhere, func(s string) bool { return strings.EqualFold(s, name) })
	})
	return append(env, "VIRTUAL_ENV="+dir, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// tail passes on what is written line by line and keeps the last lines.
type tail struct {
	line func(string)
	rest []byte
	kept []string
}

func (t *tail) Write(p []byte) (int, error) {
	const enough = 400
	t.rest = append(t.rest, p...)
	for {
		head, rest, found := bytes.Cut(t.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		text := strings.TrimRight(string(head), "\r")
		t.rest = rest
		t.kept = append(t.kept, text)
		if len(t.kept) > enough {
			t.kept = t.kept[1:]
		}
		t.line(text)
	}
}

func (t *tail) last() []string {
	if len(t.rest) == 0 {
		return t.kept
	}
	return append(slices.Clone(t.kept), string(t.rest))
}
