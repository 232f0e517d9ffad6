package install

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// copyExecutable makes to a copy of from, and leaves it alone where it already
// is one. to is whole at all times, and a process that runs from it is not
// disturbed.
func copyExecutable(from, to string) error {
	same, err := sameFile(from, to)
	if same || err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return replaceWith(to, 0o755, in)
}

// writeFile makes content all there is in the file at path, at once or not at
// all. A file that has that content already is not touched.
func writeFile(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	return replaceWith(path, 0o644, bytes.NewReader(content))
}

// beside starts the names of files that are not whole yet.
const beside = ".heddle-new-"

func replaceWith(path string, mode os.FileMode, content io.Reader) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), beside+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	_, err = io.Copy(tmp, content)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Close())
	if err != nil {
		return err
	}
	return renameOver(tmp.Name(), path)
}

// sweep removes what a killed install left in dir. What is younger than an
// hour may belong to another one that still runs.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, beside+"*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(path)
		}
	}
}

// sameFile reports whether b exists and has the content of a.
func sameFile(a, b string) (bool, error) {
	fa, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer fa.Close()
	fb, err := os.Open(b)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer fb.Close()
	ia, err := fa.Stat()
	if err != nil {
		return false, err
	}
	ib, err := fb.Stat()
	if err != nil {
		return false, err
	}
	if os.SameFile(ia, ib) {
		return true, nil
	}
	if ia.Size() != ib.Size() || ib.Mode().Perm()&0o100 != ia.Mode().Perm()&0o100 {
		return false, nil
	}
	return sameContent(fa, fb)
}

func sameContent(a, b io.Reader) (bool, error) {
	const page = 1 << 18
	ra, rb := bufio.NewReaderSize(a, page), bufio.NewReaderSize(b, page)
	for {
		pa, errA := ra.Peek(page)
		pb, errB := rb.Peek(page)
		if !bytes.Equal(pa, pb) {
			return false, nil
		}
		if errA == io.EOF && errB == io.EOF {
			return true, nil
		}
		if err := errors.Join(errA, errB); err != nil {
			return false, err
		}
		ra.Discard(len(pa))
		rb.Discard(len(pb))
	}
}
