package install

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
)

//go:embed logo
var logos embed.FS

// spec is a kernel.json.
type spec struct {
	Argv          []string       `json:"argv"`
	DisplayName   string         `json:"display_name"`
	Language      string         `json:"language"`
	InterruptMode string         `json:"interrupt_mode"`
	Metadata      map[string]any `json:"metadata"`
}

// Kernelspec installs the running executable as a Jupyter kernel in place,
// under name, and returns the kernelspec's folder. The folder gets a copy of
// the executable, which is the one that Jupyter starts. A kernelspec of ours
// that stands there is brought up to date, file by file, each one whole at all
// times, while kernels that run from the old copy keep running; one that is
// not ours is an error.
func Kernelspec(place Place, name string) (dir string, err error) {
	exe, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the running executable: %w", err)
	}
	return writeSpec(place, name, exe)
}

func writeSpec(place Place, name, exe string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	dir := place.kernel(name)
	old, err := readSpec(dir)
	switch {
	case err == nil && !old.ours():
		return "", &Error{fmt.Sprintf("%s holds another kernel, %q", dir, old.DisplayName), "choose another name with --name", nil}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", &Error{fmt.Sprintf("%s holds a kernel that cannot be read: %v", dir, err), "remove that folder, or choose another name with --name", err}
	}
	_, err = os.Stat(dir)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err := fill(dir, exe); err != nil {
		if fresh {
			os.RemoveAll(dir)
		}
		return "", describe("install the kernel in "+dir, err)
	}
	return dir, nil
}

// fill writes kernel.json last: without it, Jupyter does not see the folder.
func fill(dir, exe string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	sweep(dir)
	binary := filepath.Join(dir, binaryName)
	if err := copyExecutable(exe, binary); err != nil {
		return err
	}
	entries, err := logos.ReadDir("logo")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		logo, err := logos.ReadFile("logo/" + entry.Name())
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, entry.Name()), logo); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(spec{
		Argv:          []string{binary, "kernel", "{connection_file}"},
		DisplayName:   "Go (heddle)",
		Language:      "go",
		InterruptMode: "message",
		Metadata:      map[string]any{"debugger": false},
	}, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "kernel.json"), append(text, '\n'))
}

// Uninstall removes the kernelspec called name from place. One that is not
// there or not ours is an error, and stays as it is.
func Uninstall(place Place, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	dir := place.kernel(name)
	old, err := readSpec(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Error{fmt.Sprintf("no kernel %q in %s", name, filepath.Dir(dir)), "heddle doctor lists the kernels that are installed", err}
	case err != nil:
		return &Error{fmt.Sprintf("%s cannot be read: %v", dir, err), "look at its kernel.json, or remove the folder yourself", err}
	case !old.ours():
		return &Error{fmt.Sprintf("%s is not heddle's: it starts %q", dir, old.Argv), "remove it with: jupyter kernelspec uninstall " + name, nil}
	}
	if err := os.Remove(filepath.Join(dir, "kernel.json")); err != nil {
		return describe("remove "+dir, err)
	}
	return describe("remove "+dir, os.RemoveAll(dir))
}

var binaryName = map[bool]string{false: "heddle", true: "heddle.exe"}[runtime.GOOS == "windows"]

// ours tells a kernelspec that Kernelspec wrote, even where its prefix has
// moved since.
func (s spec) ours() bool {
	return s.Language == "go" && len(s.Argv) == 3 &&
		filepath.Base(s.Argv[0]) == binaryName && slices.Equal(s.Argv[1:], []string{"kernel", "{connection_file}"})
}

func readSpec(dir string) (spec, error) {
	var s spec
	text, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// kernelName is what Jupyter takes for a kernel's name, less the names that a
// file system has for itself.
var kernelName = regexp.MustCompile(`^[A-Za-z0-9_\-][A-Za-z0-9._\-]*$`)

func checkName(name string) error {
	if kernelName.MatchString(name) {
		return nil
	}
	return &Error{fmt.Sprintf("%q cannot be a kernel's name", name), "use letters, digits, '-', '_' and '.', and do not start with a dot", nil}
}
