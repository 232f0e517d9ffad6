//go:build !windows

package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// machine is a PATH with nothing on it but what a test puts there, and a cache
// folder.
type machine struct {
	*testing.T
	bin, cache string
}

func newMachine(t *testing.T) machine {
	m := machine{T: t, bin: t.TempDir()}
	t.Setenv("PATH", m.bin)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("XDG_DATA_HOME", "")
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX", "JUPYTER_PATH", "JUPYTER_DATA_DIR"} {
		t.Setenv(name, "")
	}
	cache, err := os.UserCacheDir()
	if err == nil {
		err = os.MkdirAll(cache, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	m.cache = cache
	return m
}

// script puts a shell script on PATH.
func (m machine) script(name, text string) string {
	path := filepath.Join(m.bin, name)
	write(m.T, path, "#!/bin/sh\nPATH=/usr/bin:/bin\n"+text)
	return path
}

// python puts a Python on PATH that makes a venv with itself in it, and does
// as venv and pip say, in shell, when it is called for that.
func (m machine) python(version, venv, pip string) {
	m.script("python3", fmt.Sprintf(`case "$*" in
*version_info*) echo %s ;;
*ensurepip*) echo ok ;;
"-m venv "*)
	mkdir -p "$3/bin"
	cp "$0" "$3/bin/python"
	%s ;;
*"-m pip install"*)
	echo "Collecting jupyterlab==4.6.6"
	%s ;;
*) exit 2 ;;
esac
`, version, venv, pip))
}

// left is what is in the cache folder, but for lock files, which hold nothing.
func (m machine) left() string {
	m.Helper()
	var all []string
	for name := range strings.FieldsSeq(names(m.T, filepath.Join(m.cache, "heddle"))) {
		if !strings.HasSuffix(name, ".lock") {
			all = append(all, name)
		}
	}
	return strings.Join(all, " ")
}

const (
	noVenv = `cat <<'.'
The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv
package using the following command.

    apt install python3.12-venv

Failing command: /x/bin/python3
.
exit 1`
	noNetwork = `cat >&2 <<'.'
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError("HTTPSConnection(host='pypi.org', port=443): Failed to establish a new connection: [Errno -3] Temporary failure in name resolution")': /simple/jupyterlab/
ERROR: Could not find a version that satisfies the requirement jupyterlab==4.6.6 (from versions: none)
ERROR: No matching distribution found for jupyterlab==4.6.6
.
exit 1`
	noSpace = `echo 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device' >&2; exit 1`
	noIndex = `echo 'ERROR: No matching distribution found for jupyterlab==4.6.6' >&2; exit 1`
)

func TestSetupFaults(t *testing.T) {
	for _, tt := range []struct {
		name, version, venv, pip string
		cause, hint              string
		under                    error
	}{
		{"too old", "3.9.2", ":", ":", "is 3.9.2; JupyterLab needs 3.10 or newer", "install Python 3", nil},
		{"no venv", "3.12.1", noVenv, ":", "Python has no venv module", "ython", nil},
		{"venv without space", "3.12.1", noSpace, ":", "no space left", "free some space", nil},
		{"no network", "3.12.1", ":", noNetwork, "no network", "connect to the network", ErrNoNetwork},
		{"no space", "3.12.1", ":", noSpace, "no space left", "free some space", nil},
		{"no such package", "3.12.1", ":", noIndex, "the package index has not", "PIP_INDEX_URL", nil},
		{"not known", "3.12.1", ":", "echo strange >&2; exit 7", "exit status 7: strange", "heddle doctor", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			m.python(tt.version, tt.venv, tt.pip)
			_, err := Setup(t.Context(), LabPins, nil)
			e := wantError(t, err, tt.cause)
			if !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("hint %q, want %q in it", e.Hint, tt.hint)
			}
			if tt.under != nil && !errors.Is(err, tt.under) {
				t.Errorf("%v does not wrap %v", err, tt.under)
			}
			if left := m.left(); left != "" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}

func TestSetupWithoutPython(t *testing.T) {
	m := newMachine(t)
	_, err := Setup(t.Context(), LabPins, nil)
	wantError(t, err, "no Python 3 on PATH")
	if left := names(t, m.cache); left != "" {
		t.Errorf("left behind: %s", left)
	}
}

func TestSetupWithoutCacheFolder(t *testing.T) {
	m := newMachine(t)
	m.python("3.12.1", ":", ":")
	write(t, filepath.Join(m.cache, "heddle"), "no folder")
	_, err := Setup(t.Context(), LabPins, nil)
	wantError(t, err, "the cache folder cannot be made")
}

func TestSetupTwiceAtOnceMakesItOnce(t *testing.T) {
	m := newMachine(t)
	count := filepath.Join(m.cache, "count")
	m.python("3.12.1", ":", "echo once >>"+count)
	var both sync.WaitGroup
	for range 4 {
		both.Go(func() {
			if j, err := Setup(t.Context(), LabPins, nil); err != nil || !j.Own || j.Version != "4.6.6" {
				t.Errorf("got %+v, %v", j, err)
			}
		})
	}
	both.Wait()
	if got := read(t, count); got != "once\n" {
		t.Errorf("made %q", got)
	}
}

func TestSetupMakesAnewWhatIsNotWhole(t *testing.T) {
	m := newMachine(t)
	m.python("3.12.1", ":", ":")
	dir := filepath.Join(m.cache, "heddle", "jupyter-"+LabPins.id())
	half := filepath.Join(dir, "lib", "half.py")
	for _, spoil := range []func(){
		func() { write(t, half, "") },                                                        // never became whole
		func() { write(t, half, ""); os.Remove(filepath.Join(dir, marker)) },                 // as above, with all else there
		func() { write(t, half, ""); os.Remove(filepath.Join(dir, "bin", "python")) },        // the Python is gone
		func() { write(t, half, ""); m.python("3.13.0", ":", ":") },                          // whole: not looked at
		func() { write(t, filepath.Join(dir, "bin", "python"), "#!/bin/sh\necho 3.13.0\n") }, // upgraded under it
	} {
		spoil()
		_, err := os.Stat(half)
		untouched := err == nil && whole(t, dir)
		if _, err := Setup(t.Context(), LabPins, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(half); (err == nil) != untouched {
			t.Errorf("half.py: %v, want it there: %v", err, untouched)
		}
	}
}

func whole(t *testing.T, dir string) bool {
	return venv{dir: dir, pins: LabPins}.whole(t.Context())
}

// fifo makes a named pipe: who opens one end waits for the other.
func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSetupInterrupted(t *testing.T) {
	m := newMachine(t)
	begun, never := fifo(t), fifo(t)
	m.python("3.12.1", ":", "echo $$ >"+begun+"; read x <"+never)
	ctx, cancel := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	defer watch.Wait()
	watch.Go(func() {
		os.ReadFile(begun)
		cancel()
	})
	if _, err := Setup(ctx, LabPins, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	if left := m.left(); left != "" {
		t.Errorf("left behind: %s", left)
	}
}

// A heddle that is killed leaves a half venv and a pip that still writes there.
// The next one waits for that pip and makes the venv anew.
func TestSetupKilled(t *testing.T) {
	m := newMachine(t)
	begun, goOn := fifo(t), fifo(t)
	m.python("3.12.1", ":", "echo >"+begun+"; read x <"+goOn+`; echo late >"$VIRTUAL_ENV/late"`)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	heddle := exec.Command(exe, "setup")
	if err := heddle.Start(); err != nil {
		t.Fatal(err)
	}
	read(t, begun)
	heddle.Process.Kill()
	heddle.Wait()
	dir := m.left()
	if dir == "" {
		t.Fatal("nothing was begun")
	}

	m.python("3.12.1", ":", ":")
	if lock, err := tryLock(filepath.Join(m.cache, "heddle", dir+".lock")); lock != nil || err != nil {
		t.Errorf("pip runs and does not hold the lock: %v, %v", lock, err)
	}
	write(t, goOn, "\n")
	if _, err := Setup(t.Context(), LabPins, nil); err != nil {
		t.Fatal(err)
	}
	got := names(t, filepath.Join(m.cache, "heddle", dir))
	if got != "bin "+marker+" heddle-pins.txt" {
		t.Errorf("the new venv has %s", got)
	}
}
