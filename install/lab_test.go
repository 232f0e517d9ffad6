//go:build !windows

package install

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// server puts a jupyter-lab on PATH that writes down how it was called and then
// does as then says, in shell.
func (m machine) server(then string) LabOptions {
	m.Helper()
	path := m.script("jupyter-lab", fmt.Sprintf(`printf '%%s\n' "$@" "$JUPYTER_PATH" >"%s/called"
%s
`, m.cache, then))
	place, err := Prefix(filepath.Join(m.cache, "prefix"))
	if err != nil {
		m.Fatal(err)
	}
	dir := m.TempDir()
	write(m.T, filepath.Join(dir, "01 first.ipynb"), "{}")
	write(m.T, filepath.Join(dir, "02.ipynb"), "{}")
	return LabOptions{
		Jupyter: Jupyter{Version: "4.6.6", lab: []string{path}},
		Place:   place, Dir: dir, Out: io.Discard,
	}
}

func TestLab(t *testing.T) {
	m := newMachine(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := m.server("exec " + exe + ` serve "$@"`)
	said, out := io.Pipe()
	var log bytes.Buffer
	o.Out, o.Log = out, &log

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error)
	go func() {
		err := Lab(ctx, o)
		out.Close()
		ended <- err
	}()
	lines := bufio.NewScanner(said)
	lines.Scan()
	if got := lines.Text(); got != "JupyterLab 4.6.6 runs at" {
		t.Errorf("it said %q", got)
	}
	lines.Scan()
	page := strings.TrimSpace(lines.Text())
	host, rest, _ := strings.Cut(strings.TrimPrefix(page, "http://"), "/")
	path, token, _ := strings.Cut(rest, "?token=")
	if !strings.HasPrefix(host, "127.0.0.1:") || path != "lab/tree/01%20first.ipynb" || len(token) != 48 {
		t.Errorf("the page is %s", page)
	}
	lines.Scan()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("got error %v", err)
	}
	if !strings.HasSuffix(log.String(), "asked to end\n") {
		t.Errorf("the log has %q", log.String())
	}
	called := read(t, filepath.Join(m.cache, "called"))
	for _, want := range []string{
		"--ServerApp.ip=127.0.0.1\n", "--ServerApp.root_dir=" + o.Dir + "\n",
		"--LabApp.default_url=/lab/tree/01%20first.ipynb\n", "--no-browser\n", o.Place.Data() + "\n",
	} {
		if !strings.Contains(called, want) {
			t.Errorf("called with\n%swant %s in it", called, want)
		}
	}
	if strings.Contains(called, token) {
		t.Error("the token is on the command line")
	}
}

func TestLabFaults(t *testing.T) {
	for _, tt := range []struct{ then, cause string }{
		{`for arg; do case "$arg" in --ServerApp.port=*) echo "The port ${arg#*=} is already in use." >&2 ;; esac; done; exit 1`, "is in use"},
		{"echo Traceback >&2; echo 'ImportError: no tornado' >&2; exit 1", "JupyterLab: exit status 1: ImportError: no tornado"},
	} {
		o := newMachine(t).server(tt.then)
		wantError(t, Lab(t.Context(), o), tt.cause)
	}
}

func TestLabShutDownByTheLearner(t *testing.T) {
	if err := Lab(t.Context(), newMachine(t).server("exit 0")); err != nil {
		t.Errorf("got error %v", err)
	}
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o := newMachine(t).server("exit 1")
	o.Port = l.Addr().(*net.TCPAddr).Port
	wantError(t, Lab(t.Context(), o), fmt.Sprintf("port %d is in use", o.Port))
	if port, err := freePort(0); err != nil || port == o.Port {
		t.Errorf("got port %d, %v", port, err)
	}
}
