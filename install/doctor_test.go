//go:build !windows

package install

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// doctorSays is what Doctor writes, with this machine's folders and sizes out
// of the way.
func doctorSays(t *testing.T, m machine, data string) (string, bool) {
	t.Helper()
	var out strings.Builder
	ok := Doctor(t.Context(), &out)
	text := strings.NewReplacer(data, "DATA", m.bin, "BIN", m.cache, "CACHE", LabPins.id(), "ID").Replace(out.String())
	text = regexp.MustCompile(`(?m)\d+ (MB|GB) free`).ReplaceAllString(text, "N free")
	text = regexp.MustCompile(`(?m)^(ok       memory).*`).ReplaceAllString(text, "$1")
	return regexp.MustCompile(`(?m); .*$`).ReplaceAllString(text, "; HINT"), ok
}

func TestDoctor(t *testing.T) {
	m := newMachine(t)
	place := testPlace(t)
	t.Setenv("JUPYTER_DATA_DIR", place.Data())
	check := func(name string, wantOK bool, want string) {
		t.Helper()
		got, ok := doctorSays(t, m, place.Data())
		if got != want || ok != wantOK {
			t.Errorf("%s: %v\n%swant %v\n%s", name, ok, got, wantOK, want)
		}
	}

	check("a bare machine", false, `missing  go           not on PATH; HINT
missing  python       no Python 3 on PATH; HINT
missing  jupyter lab  no jupyter lab on PATH; HINT
missing  own jupyter  not made; HINT
missing  kernel       not installed; HINT
ok       disk space   N free in CACHE
ok       memory
`)

	m.script("python3", `case "$*" in *version_info*) echo 3.12.1 ;; *) exit 1 ;; esac`+"\n")
	check("no venv", false, `missing  go           not on PATH; HINT
ok       python       3.12.1, BIN/python3
missing  venv module  Python 3.12.1 cannot make environments; HINT
missing  jupyter lab  no jupyter lab on PATH; HINT
missing  own jupyter  not made; HINT
missing  kernel       not installed; HINT
ok       disk space   N free in CACHE
ok       memory
`)

	m.script("go", "echo go1.26.8\n")
	m.python("3.12.1", ":", ":")
	if _, err := Setup(t.Context(), LabPins, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := Kernelspec(place, "heddle"); err != nil {
		t.Fatal(err)
	}
	m.script("jupyter-lab", "echo 4.5.0\n")
	all := `ok       go           go1.26.8, BIN/go
ok       python       3.12.1, BIN/python3
ok       venv module  part of this Python
ok       jupyter lab  4.5.0, BIN/jupyter-lab
ok       own jupyter  4.6.6, CACHE/heddle/jupyter-ID
ok       kernel       DATA/kernels/heddle, heddle of the tests
ok       disk space   N free in CACHE/heddle
ok       memory
`
	check("all there", true, all)

	write(t, filepath.Join(place.kernel("heddle"), binaryName), "#!/bin/sh\nexit 3\n")
	check("a kernel that does not run", false, strings.Replace(all,
		"ok       kernel       DATA/kernels/heddle, heddle of the tests",
		"missing  kernel       DATA/kernels/heddle does not run: DATA/kernels/heddle/heddle: exit status 3; HINT", 1))
}
