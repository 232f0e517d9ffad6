//go:build !windows

package install

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFindJupyter(t *testing.T) {
	for _, tt := range []struct {
		name        string
		lab         string // what jupyter-lab is, in shell
		jupyter     string // what jupyter is
		want, cause string
	}{
		{"none", "", "", "", "no jupyter lab on PATH"},
		{"right", "echo 4.2.5", "", "4.2.5", ""},
		{"talkative", "echo a warning; echo 4.6.6", "", "4.6.6", ""},
		{"as a subcommand", "", `test "$1" = lab && echo 4.1.0`, "4.1.0", ""},
		{"too old", "echo 3.6.8", "", "", "JupyterLab 3.6.8 at"},
		{"too old, subcommand broken", "echo 3.6.8", "exit 1", "", "JupyterLab 3.6.8 at"},
		{"a shim that leads nowhere", "exit 127", "", "", "does not run"},
		{"one broken, one right", "exit 127", "echo 4.3.0", "4.3.0", ""},
		{"not yet known", "echo 10.0.0", "", "", "JupyterLab 10.0.0 at"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			if tt.lab != "" {
				m.script("jupyter-lab", tt.lab+"\n")
			}
			if tt.jupyter != "" {
				m.script("jupyter", tt.jupyter+"\n")
			}
			j, err := FindJupyter(t.Context())
			if tt.cause != "" {
				wantError(t, err, tt.cause)
			} else if err != nil || j.Version != tt.want || j.Own {
				t.Errorf("got %+v, %v, want version %s", j, err, tt.want)
			}
		})
	}
}

func TestFindJupyterAsksItsPython(t *testing.T) {
	m := newMachine(t)
	python := m.script("python3", `case "$2" in *importlib.metadata*) echo 4.4.4 ;; *) exit 1 ;; esac`+"\n")
	// The first lines of what pip and of what Debian installs.
	for _, first := range []string{"#!" + python, "#!/usr/bin/env python3"} {
		write(t, filepath.Join(m.bin, "jupyter-lab"), first+"\nraise SystemExit('slow')\n")
		j, err := FindJupyter(t.Context())
		if err != nil || j.Version != "4.4.4" || j.Python == "" {
			t.Errorf("%s: got %+v, %v", first, j, err)
		}
	}
}

func TestUsableJupyterSaysWhyNotTheOneOnPath(t *testing.T) {
	m := newMachine(t)
	m.script("jupyter-lab", "echo 3.6.8\n")
	m.python("3.12.1", ":", ":")
	var said strings.Builder
	j, err := UsableJupyter(t.Context(), NewProgress(&said))
	if err != nil || !j.Own {
		t.Errorf("got %+v, %v", j, err)
	}
	if !strings.Contains(said.String(), "JupyterLab 3.6.8 at") || !strings.Contains(said.String(), "uses its own") {
		t.Errorf("it said %q", said.String())
	}

	m.script("jupyter-lab", "echo 4.6.6\n")
	if j, err := UsableJupyter(t.Context(), nil); err != nil || j.Own {
		t.Errorf("got %+v, %v, want the one on PATH", j, err)
	}
}

func TestCommandKeepsToItsOwnEnvironment(t *testing.T) {
	m := newMachine(t)
	m.python("3.12.1", ":", ":")
	j, err := Setup(t.Context(), LabPins, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", "/elsewhere")
	t.Setenv("PIP_USER", "1")
	t.Setenv("OF_THE_LEARNER", "kept")
	cmd := j.Command(t.Context(), "python", "-V")
	if cmd.Path != j.Python {
		t.Errorf("runs %s, want %s", cmd.Path, j.Python)
	}
	for _, name := range []string{"PYTHONPATH", "PIP_USER"} {
		if slices.ContainsFunc(cmd.Env, func(s string) bool { return strings.HasPrefix(s, name+"=") }) {
			t.Errorf("%s is still set", name)
		}
	}
	bin := filepath.Dir(j.Python)
	for _, want := range []string{"OF_THE_LEARNER=kept", "VIRTUAL_ENV=" + filepath.Dir(bin), "PATH=" + bin + ":" + os.Getenv("PATH")} {
		if !slices.Contains(cmd.Env, want) {
			t.Errorf("%s is not set", want)
		}
	}
}

func TestErrorsOfTheFileSystem(t *testing.T) {
	if err := describe("sing", nil); err != nil {
		t.Errorf("got %v", err)
	}
	_, err := os.Stat(filepath.Join(t.TempDir(), "nothing"))
	if got := describe("sing", err); !errors.Is(got, os.ErrNotExist) || !strings.HasPrefix(got.Error(), "sing: ") {
		t.Errorf("got %v", got)
	}
	for _, under := range []error{os.ErrPermission, exec.ErrNotFound} {
		got := describe("sing", under)
		if _, ok := errors.AsType[*Error](got); ok != (under == os.ErrPermission) {
			t.Errorf("%v became %#v", under, got)
		}
	}
}

func TestNoSpace(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	_, err = full.WriteString("x")
	wantError(t, describe("copy the lessons to /full", err), "no space left to copy the lessons")
}
