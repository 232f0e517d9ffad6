package notebook

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ReadFile reads the notebook in a file. See [Read].
func ReadFile(name string) (*Notebook, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return n, nil
}

// WriteFile writes the notebook to a file, whole or not at all. A file that is
// there keeps its permissions.
func (n *Notebook) WriteFile(name string) error {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing is there when all went well
	if err := errors.Join(n.Write(tmp), tmp.Chmod(mode), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// Lines is an [Options.Progress] that writes a line for each cell to w, a
// terminal: its number, its first line, and how long it took.
func (n *Notebook) Lines(w io.Writer) func(Step) {
	return func(s Step) {
		first, _, _ := strings.Cut(strings.TrimSpace(n.Cells[s.Cell].Source), "\n")
		line := fmt.Sprintf("%3d/%d  %-60.60s", s.Number, s.Total, first)
		switch {
		case !s.Ended:
			fmt.Fprint(w, line)
		case s.Failure != nil:
			fmt.Fprintf(w, "\r%s %v, %s\n", line, s.Took.Round(time.Millisecond), s.Failure.Name)
		default:
			fmt.Fprintf(w, "\r%s %v\n", line, s.Took.Round(time.Millisecond))
		}
	}
}
