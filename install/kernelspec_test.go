package install

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func testPlace(t *testing.T) Place {
	t.Helper()
	place, err := Prefix(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wantError checks that err is an *Error with a hint, whose cause holds part.
func wantError(t *testing.T, err error, part string) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got error %v, want an *Error", err)
	}
	if !strings.Contains(e.Cause, part) {
		t.Errorf("cause %q, want %q in it", e.Cause, part)
	}
	if e.Hint == "" || strings.Contains(e.Cause+e.Hint, "\n") {
		t.Errorf("cause and hint must be one line each: %q, %q", e.Cause, e.Hint)
	}
	return e
}

func TestKernelspec(t *testing.T) {
	place := testPlace(t)
	dir, err := Kernelspec(place, "heddle")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(place.Data(), "kernels", "heddle"); dir != want {
		t.Errorf("folder %s, want %s", dir, want)
	}
	binary := filepath.Join(dir, binaryName)
	if got, want := names(t, dir), binaryName+" kernel.json logo-32x32.png logo-64x64.png logo-svg.svg"; got != want {
		t.Errorf("files %s, want %s", got, want)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "kernel.json"))), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"argv":           []any{binary, "kernel", "{connection_file}"},
		"display_name":   "Go (heddle)",
		"language":       "go",
		"interrupt_mode": "message",
		"metadata":       map[string]any{"debugger": false},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("kernel.json has %v, want %v", got, want)
	}
	out, err := exec.Command(binary, "version").Output()
	if err != nil || string(out) != "heddle of the tests\n" {
		t.Errorf("the copy printed %q, %v", out, err)
	}
	for name, size := range map[string]int{"logo-32x32.png": 32, "logo-64x64.png": 64} {
		img, err := png.Decode(strings.NewReader(read(t, filepath.Join(dir, name))))
		if err != nil || img.Bounds().Dx() != size || img.Bounds().Dy() != size {
			t.Errorf("%s is no picture of that size: %v", name, err)
		}
	}
}

func TestKernelspecAgainTouchesNothing(t *testing.T) {
	place := testPlace(t)
	dir, err := Kernelspec(place, "heddle")
	if err != nil {
		t.Fatal(err)
	}
	stat := func() (infos []os.FileInfo) {
		for name := range strings.FieldsSeq(names(t, dir)) {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			infos = append(infos, info)
		}
		return infos
	}
	before := stat()
	if _, err := Kernelspec(place, "heddle"); err != nil {
		t.Fatal(err)
	}
	for i, after := range stat() {
		if !os.SameFile(before[i], after) || before[i].ModTime() != after.ModTime() {
			t.Errorf("%s was written again", after.Name())
		}
	}
}

func TestKernelspecLetsTheOldCopyRun(t *testing.T) {
	place := testPlace(t)
	dir, err := Kernelspec(place, "heddle")
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, binaryName)
	cmd := exec.Command(binary, "wait")
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "waiting" {
		t.Fatalf("the old copy said %q", lines.Text())
	}

	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	newer := append([]byte(read(t, exe)), "newer"...)
	path := filepath.Join(t.TempDir(), "newer")
	write(t, path, string(newer))
	if _, err := writeSpec(place, "heddle", path); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal([]byte(read(t, binary)), newer) {
		t.Error("the new executable is not there")
	}
	if left := names(t, dir); strings.Contains(left, beside) {
		t.Errorf("left behind: %s", left)
	}
	in.Close()
	if !lines.Scan() || lines.Text() != "still here" {
		t.Errorf("the old copy said %q", lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestKernelspecLeavesNothingHalf(t *testing.T) {
	place := testPlace(t)
	if _, err := writeSpec(place, "heddle", filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v", err)
	}
	if left := names(t, filepath.Join(place.Data(), "kernels")); left != "" {
		t.Errorf("left behind: %s", left)
	}
}

func TestKernelspecSweeps(t *testing.T) {
	place := testPlace(t)
	dir := place.kernel("heddle")
	old, young := filepath.Join(dir, beside+"old"), filepath.Join(dir, beside+"young")
	write(t, old, "half")
	write(t, young, "half")
	hours := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(old, hours, hours); err != nil {
		t.Fatal(err)
	}
	if _, err := Kernelspec(place, "heddle"); err != nil {
		t.Fatal(err)
	}
	if left := names(t, dir); strings.Contains(left, "old") || !strings.Contains(left, "young") {
		t.Errorf("there are %s", left)
	}
}

const foreign = `{"argv": ["/usr/bin/python3", "-m", "ipykernel", "-f", "{connection_file}"], "display_name": "Python 3", "language": "python"}`

func TestForeignKernelsStay(t *testing.T) {
	for name, text := range map[string]string{"another": foreign, "broken": "{"} {
		place := testPlace(t)
		path := filepath.Join(place.kernel(name), "kernel.json")
		write(t, path, text)
		_, err := Kernelspec(place, name)
		wantError(t, err, name)
		wantError(t, Uninstall(place, name), name)
		if read(t, path) != text || names(t, place.kernel(name)) != "kernel.json" {
			t.Errorf("%s was changed", name)
		}
	}
}

func TestUninstall(t *testing.T) {
	place := testPlace(t)
	wantError(t, Uninstall(place, "heddle"), "no kernel")
	for _, name := range []string{"heddle", "two"} {
		if _, err := Kernelspec(place, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := Uninstall(place, "heddle"); err != nil {
		t.Fatal(err)
	}
	if left := names(t, filepath.Join(place.Data(), "kernels")); left != "two" {
		t.Errorf("left: %s, want two", left)
	}
}

func TestKernelNames(t *testing.T) {
	for _, name := range []string{"heddle", "go-1.26", "Go_2", "a..b"} {
		if err := checkName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, "a b", "grün", "a\n", ".hidden"} {
		_, err := Kernelspec(testPlace(t), name)
		wantError(t, err, "cannot be a kernel's name")
		wantError(t, Uninstall(testPlace(t), name), "cannot be a kernel's name")
	}
}
