package install

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// A Place is a folder in which Jupyter looks for kernelspecs: one of its data
// folders. Make one with [User], [SysPrefix] or [Prefix].
type Place struct{ data string }

// Data is the data folder itself, an absolute path such as
// /home/me/.local/share/jupyter.
func (p Place) Data() string { return p.data }

func (p Place) kernel(name string) string { return filepath.Join(p.data, "kernels", name) }

// User is the place that belongs to the user, by Jupyter's own rules: every
// Jupyter that this user starts looks there.
func User() (Place, error) {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return absolute(dir)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return Place{}, &Error{"the home folder is not known: " + err.Error(), "set HOME, or name a place with --prefix", err}
	}
	return absolute(userData(runtime.GOOS, home, os.Getenv))
}

// userData is jupyter_core.paths.jupyter_data_dir without JUPYTER_DATA_DIR.
func userData(goos, home string, getenv func(string) string) string {
	switch goos {
	case "darwin":
		return filepath.Join(home, "Library", "Jupyter")
	case "windows":
		if dir := getenv("APPDATA"); dir != "" {
			return filepath.Join(dir, "jupyter")
		}
		if dir := getenv("JUPYTER_CONFIG_DIR"); dir != "" {
			return filepath.Join(dir, "data")
		}
		return filepath.Join(home, ".jupyter", "data")
	}
	if dir := getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter")
	}
	return filepath.Join(home, ".local", "share", "jupyter")
}

// Prefix is the place under dir, as in /usr/local: dir/share/jupyter.
func Prefix(dir string) (Place, error) {
	if dir == "" {
		return Place{}, errors.New("the prefix is empty")
	}
	return absolute(filepath.Join(dir, "share", "jupyter"))
}

// SysPrefix is the place that belongs to one Python: that of the Jupyter on
// PATH, else of the active environment (VIRTUAL_ENV, CONDA_PREFIX), else of
// the Python on PATH.
func SysPrefix(ctx context.Context) (Place, error) {
	for _, program := range []string{"jupyter", "jupyter-lab"} {
		path, err := exec.LookPath(program)
		if err != nil {
			continue
		}
		if python := interpreter(path); python != "" {
			if prefix, err := ask(ctx, python, "import sys; print(sys.prefix)"); err == nil {
				return Prefix(prefix)
			}
		}
	}
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := os.Getenv(name); dir != "" {
			return Prefix(dir)
		}
	}
	python, err := findPython(ctx)
	if err != nil {
		return Place{}, err
	}
	prefix, err := ask(ctx, python.path, "import sys; print(sys.prefix)")
	if err != nil {
		return Place{}, err
	}
	return Prefix(prefix)
}

func absolute(dir string) (Place, error) {
	abs, err := filepath.Abs(dir)
	return Place{abs}, err
}

// places are all folders in which a Jupyter of this user may look, the one
// that wins first.
func places(ctx context.Context) []Place {
	var all []Place
	add := func(p Place, err error) {
		if err != nil {
			return
		}
		for _, q := range all {
			if p == q {
				return
			}
		}
		all = append(all, p)
	}
	for dir := range strings.SplitSeq(os.Getenv("JUPYTER_PATH"), string(os.PathListSeparator)) {
		if dir != "" {
			add(absolute(dir))
		}
	}
	add(User())
	add(SysPrefix(ctx))
	if runtime.GOOS != "windows" {
		add(Prefix("/usr/local"))
		add(Prefix("/usr"))
	}
	return all
}
