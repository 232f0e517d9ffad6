// Package install puts heddle where Jupyter finds it, finds a Jupyter or makes
// one, and starts it on the lessons.
//
// A kernelspec lives in a [Place]. A [Jupyter] is found on PATH or made from
// [Pins] in the user's cache folder. What stops any of this is an [Error],
// which knows a way out.
package install

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"syscall"
)

// An Error is what stopped us, and what a person can do about it. Both texts
// are one line.
type Error struct {
	Cause string
	Hint  string
	Err   error // what lies under it, or nil
}

func (e *Error) Error() string { return e.Cause }

func (e *Error) Unwrap() error { return e.Err }

// ErrNoNetwork lies under the error of a Setup that could not reach Python's
// package index.
var ErrNoNetwork = errors.New("no network")

// spaceHint and writeHint are ways out for the cache folder.
func spaceHint() string { return "free some space" + elsewhere() + " and try again" }

func writeHint() string { return "check who owns the folder" + elsewhere() + " and try again" }

// elsewhere is how to have another cache folder, where that is easy.
func elsewhere() string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return ""
	}
	return ", or set XDG_CACHE_HOME to another folder,"
}

// describe adds a way out to the errors of the file system that have one.
// doing says what was being done, as in "copy the lessons to /home/me".
func describe(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case diskFull(err):
		return &Error{"no space left to " + doing, "free some space on that disk and try again", err}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return &Error{"not allowed to " + doing + ": " + err.Error(), "check who owns the folder, or choose another one", err}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func diskFull(err error) bool {
	const windowsDiskFull = syscall.Errno(112)
	return errors.Is(err, syscall.ENOSPC) || runtime.GOOS == "windows" && errors.Is(err, windowsDiskFull)
}
