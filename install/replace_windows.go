package install

import (
	"os"
	"path/filepath"
)

// renameOver puts from in the place of to. Windows does not let a running
// executable be replaced, but it can be renamed; the old one goes when nothing
// runs from it any more, at a later install.
func renameOver(from, to string) error {
	old, _ := filepath.Glob(to + ".old-*")
	for _, path := range old {
		os.Remove(path)
	}
	if err := os.Rename(from, to); err == nil {
		return nil
	}
	aside, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".old-*")
	if err != nil {
		return err
	}
	if err := aside.Close(); err != nil {
		return err
	}
	if err := os.Rename(to, aside.Name()); err != nil {
		os.Remove(aside.Name())
		return err
	}
	if err := os.Rename(from, to); err != nil {
		os.Rename(aside.Name(), to)
		return err
	}
	return nil
}
