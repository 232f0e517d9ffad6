// The tests of this package use the heddle binary as it is used: from the
// command line, and as an installed kernel from a real Jupyter.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"heddle/install"
	"heddle/install/jupytertest"
)

// TestMain builds the binary and installs it as a kernel that nothing but the
// tests sees. What it made is told by HEDDLE and JUPYTER_PATH.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "heddle-test-")
	if err == nil {
		err = prepare(dir)
	}
	status := 1
	if err == nil {
		status = m.Run()
	} else {
		fmt.Fprintln(os.Stderr, err)
	}
	os.RemoveAll(dir)
	os.Exit(status)
}

func prepare(dir string) error {
	binary := filepath.Join(dir, "heddle")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	lessons, err := filepath.Abs("lessons")
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"HEDDLE":                  binary,
		"HEDDLE_LESSONS":          lessons,
		"JUPYTER_PATH":            filepath.Join(dir, "share", "jupyter"),
		"JUPYTER_CONFIG_DIR":      filepath.Join(dir, "jupyter", "config"),
		"JUPYTER_DATA_DIR":        filepath.Join(dir, "jupyter", "data"),
		"JUPYTER_RUNTIME_DIR":     filepath.Join(dir, "jupyter", "runtime"),
		"IPYTHONDIR":              filepath.Join(dir, "ipython"),
		"XDG_CONFIG_HOME":         filepath.Join(dir, "config"), // has the history
		"PYTHONDONTWRITEBYTECODE": "1",
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	for _, line := range [][]string{{"go", "build", "-o", binary, "."}, {binary, "install", "--prefix", dir}} {
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, out)
		}
	}
	return nil
}

// TestKernel runs the scripts of testdata in a real Jupyter.
func TestKernel(t *testing.T) {
	jupyter := realJupyter(t)
	scripts, err := filepath.Glob("testdata/test_*.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		name := strings.TrimPrefix(filepath.Base(script), "test_")
		t.Run(strings.TrimSuffix(name, ".py"), func(t *testing.T) {
			t.Parallel()
			runScript(t, jupyter, script)
		})
	}
}

func realJupyter(t testing.TB) install.Jupyter {
	if runtime.GOOS != "linux" {
		t.Skip("skipped: the scripts look for processes in Linux's /proc")
	}
	return jupytertest.Setup(t)
}

// runScript runs a script, each of whose tests becomes one of ours. It says in
// a line of JSON how a test went; a test that it skips has a fault, too.
func runScript(t *testing.T, jupyter install.Jupyter, script string) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := jupyter.Command(ctx, "python", script)
	cmd.Env = append(cmd.Env, "XDG_CONFIG_HOME="+t.TempDir())
	cmd.WaitDelay = 5 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tests := 0
	for lines := bufio.NewScanner(stdout); lines.Scan(); tests++ {
		var did struct {
			Test, Fault string
			Notes       []string
		}
		if err := json.Unmarshal(lines.Bytes(), &did); err != nil {
			t.Errorf("%v: %s", err, lines.Text())
			continue
		}
		t.Run(did.Test, func(t *testing.T) {
			for _, note := range did.Notes {
				t.Log(note)
			}
			if did.Fault != "" {
				t.Error(did.Fault)
			}
		})
	}
	if err := cmd.Wait(); err != nil || tests == 0 {
		t.Errorf("%d tests, %v\n%s", tests, err, stderr.String())
	}
}

// BenchmarkBesideIpykernel prints the figures of the kernel beside ipykernel's,
// both measured in this run, by turns. It takes as long as it takes, and b.N
// has no say in it: each figure is the median of a number of its own.
func BenchmarkBesideIpykernel(b *testing.B) {
	jupyter := realJupyter(b)
	cmd := jupyter.Command(b.Context(), "python", "testdata/bench.py")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%v\n%s", err, stderr.String())
	}
	b.Log("\n" + string(out))
	b.ReportMetric(0, "ns/op")
}

// heddle runs the binary.
func heddle(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Getenv("HEDDLE"), args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil || ctx.Err() != nil {
		t.Fatalf("heddle %s: %v", strings.Join(args, " "), err)
	}
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

func TestCommands(t *testing.T) {
	prefix := t.TempDir()
	for _, tt := range []struct {
		args           string
		status         int
		stdout, stderr string // what they must have; "" if they must be empty
	}{
		{"--help", 0, "heddle lab", ""},
		{"-h", 0, "heddle lab", ""},
		{"", 2, "", "heddle lab"},
		{"knit", 2, "", `error: unknown command "knit"` + "\nhint: "},
		{"version", 0, "heddle " + version + ", go1.", ""},
		{"run --help", 0, "", "usage: heddle run NOTEBOOK"},
		{"run", 2, "", "usage: heddle run NOTEBOOK"},
		{"run --fast x.ipynb", 2, "", "-fast"},
		{"run nowhere.ipynb", 1, "", "error: open nowhere.ipynb"},
		{"run main.go", 1, "", "error: main.go: "},
		{"install --prefix " + prefix, 0, "installed " + prefix, ""},
		{"install --prefix " + prefix + " --name ../up", 1, "", `error: "../up" cannot be a kernel's name` + "\nhint: "},
		{"uninstall --prefix " + prefix, 0, "", ""},
		{"uninstall --prefix " + prefix, 1, "", "error: no kernel"},
		{"kernel nowhere.json", 1, "", "error: read the connection file"},
		{"worker", 1, "", "error: heddle worker is started by"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			stdout, stderr, status := heddle(t, strings.Fields(tt.args)...)
			if status != tt.status {
				t.Errorf("exit status %d, want %d", status, tt.status)
			}
			contains(t, "stdout", stdout, tt.stdout)
			contains(t, "stderr", stderr, tt.stderr)
		})
	}
}

func TestDoctor(t *testing.T) {
	stdout, _, status := heddle(t, "doctor") // its status is the machine's
	if want := "share/jupyter/kernels/heddle, heddle " + version; status > 1 || !strings.Contains(stdout, want) {
		t.Errorf("exit status %d, no %q in\n%s", status, want, stdout)
	}
}

// TestRun runs notebooks without Python. testdata/notebook.py compares what is
// written with what nbclient writes.
func TestRun(t *testing.T) {
	good := []string{"x := 40", "fmt.Println(x)", "x + 2"}
	bad := []string{"x := 40", "fmt.Println(x)\nx + nowhere", `fmt.Println("after")`}
	for _, tt := range []struct {
		name           string
		cells          []string
		flags          string
		status         int
		stdout, stderr []string // what they must have; nil if they must be empty
	}{
		{"good", good, "--timeout 30s", 0, []string{`"42"`, `"40\n"`, `"nbformat_minor": 5`}, nil},
		{"error", bad, "", 1, []string{`"output_type": "error"`, `"CompileError"`}, []string{"cell 2, line 2", "undefined: nowhere"}},
		{"panic", []string{`panic("on purpose")`}, "", 1, []string{`"panic"`}, []string{"cell 1, line 1", "on purpose"}},
		{"crash", []string{"go func() { panic(\"in a goroutine\") }()\nselect {}"}, "", 1, []string{`"panic"`}, []string{"in a goroutine"}},
		{"errors allowed", bad, "--allow-errors", 0, []string{`"after\n"`, `"CompileError"`}, nil},
		{"timeout", []string{"x := 1", "for {\n}"}, "--timeout 300ms", 1, []string{`"x := 1"`}, []string{"300ms"}},
		{"timeout of a blocked cell", []string{"select {}"}, "--timeout 300ms", 1, []string{`"code"`}, []string{"300ms"}},
		{"empty", nil, "", 0, []string{`"cells": []`}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := writeNotebook(t, tt.cells...)
			before := readFile(t, file)
			stdout, stderr, status := heddle(t, append([]string{"run", file}, strings.Fields(tt.flags)...)...)
			if status != tt.status {
				t.Errorf("exit status %d, want %d", status, tt.status)
			}
			contains(t, "stdout", stdout, tt.stdout...)
			contains(t, "stderr", stderr, tt.stderr...)
			if !json.Valid([]byte(stdout)) {
				t.Error("stdout is no JSON")
			}
			if readFile(t, file) != before {
				t.Error("the notebook itself has changed")
			}
		})
	}
}

func TestRunWritesAFile(t *testing.T) {
	file := writeNotebook(t, "6 * 7", "nowhere")
	for _, out := range []string{filepath.Join(t.TempDir(), "out.ipynb"), file} { // another one, and in place
		stdout, stderr, status := heddle(t, "run", "-o", out, file)
		if status != 1 || stdout != "" || !strings.Contains(stderr, "undefined: nowhere") {
			t.Errorf("exit status %d, stdout %q, stderr %q", status, stdout, stderr)
		}
		contains(t, out, readFile(t, out), `"42"`, `"CompileError"`)
	}
}

// contains checks that text has all of wants; without one, or with "", that it
// is empty.
func contains(t *testing.T, name, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s is %q, want %q in it", name, text, want)
		}
	}
	if strings.Join(wants, "") == "" && text != "" {
		t.Errorf("%s is %q, want nothing", name, text)
	}
}

func writeNotebook(t *testing.T, sources ...string) (file string) {
	t.Helper()
	cells := []map[string]any{}
	for _, source := range sources {
		cells = append(cells, map[string]any{
			"cell_type": "code", "source": source, "metadata": map[string]any{}, "outputs": []any{}, "execution_count": nil,
		})
	}
	text, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": 4, "metadata": map[string]any{}, "cells": cells})
	file = filepath.Join(t.TempDir(), "notebook.ipynb")
	if err := errors.Join(err, os.WriteFile(file, text, 0o644)); err != nil {
		t.Fatal(err)
	}
	return file
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
