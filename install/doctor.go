package install

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Doctor writes to w what heddle needs and what is there of it: one line each,
// "ok" or "missing", and how to get what is missing. It reports whether the lab
// command can work: a Go toolchain is worth having but not needed for that.
func Doctor(ctx context.Context, w io.Writer) (ok bool) {
	d := doctor{ctx: ctx, w: w}
	d.toolchain()
	python := d.python()
	onPath := d.jupyter()
	own := d.ownJupyter(python || onPath)
	kernels := d.kernels()
	d.machine()
	return (python || onPath || own) && kernels
}

type doctor struct {
	ctx context.Context
	w   io.Writer
}

func (d doctor) found(what, is string) { fmt.Fprintf(d.w, "%-8s %-12s %s\n", "ok", what, is) }

func (d doctor) missing(what, why, hint string) {
	fmt.Fprintf(d.w, "%-8s %-12s %s; %s\n", "missing", what, why, hint)
}

// fault is missing, for an error that may know its hint.
func (d doctor) fault(what string, err error) {
	var e *Error
	if errors.As(err, &e) {
		d.missing(what, e.Cause, e.Hint)
		return
	}
	d.missing(what, err.Error(), "try again")
}

func (d doctor) toolchain() {
	path, err := exec.LookPath("go")
	if err != nil {
		d.missing("go", "not on PATH", "cells that must be compiled need it: https://go.dev/dl/")
		return
	}
	version, err := lastLine(d.ctx, path, "env", "GOVERSION")
	if err != nil {
		d.missing("go", "does not run: "+err.Error(), "https://go.dev/dl/")
		return
	}
	d.found("go", version+", "+path)
}

// python reports whether there is a Python that can make a venv.
func (d doctor) python() bool {
	p, err := findPython(d.ctx)
	if err != nil {
		d.fault("python", err)
		return false
	}
	d.found("python", p.version+", "+p.path)
	if _, err := ask(d.ctx, p.path, "import venv, ensurepip; print('ok')"); err != nil {
		d.missing("venv module", "Python "+p.version+" cannot make environments", getVenv(p.version))
		return false
	}
	d.found("venv module", "part of this Python")
	return true
}

func (d doctor) jupyter() bool {
	j, err := FindJupyter(d.ctx)
	if err != nil {
		d.fault("jupyter lab", err)
		return false
	}
	d.found("jupyter lab", j.Version+", "+j.lab[0])
	return true
}

func (d doctor) ownJupyter(able bool) bool {
	cache, err := cacheFolder()
	if err != nil {
		d.fault("own jupyter", err)
		return false
	}
	v := venv{dir: filepath.Join(cache, "jupyter-"+LabPins.id()), pins: LabPins}
	switch {
	case v.whole(d.ctx):
		d.found("own jupyter", v.jupyter().Version+", "+v.dir)
		return true
	case able:
		d.missing("own jupyter", "not made", "heddle lab makes it when there is no other")
	default:
		d.missing("own jupyter", "not made", "it needs Python and its venv module")
	}
	return false
}

// kernels reports whether each kernel of ours runs; none is no fault, as lab
// installs it.
func (d doctor) kernels() bool {
	some, all := false, true
	for _, place := range places(d.ctx) {
		specs, _ := filepath.Glob(filepath.Join(place.data, "kernels", "*", "kernel.json"))
		for _, path := range specs {
			dir := filepath.Dir(path)
			s, err := readSpec(dir)
			if err != nil || !s.ours() {
				continue
			}
			some = true
			version, err := lastLine(d.ctx, s.Argv[0], "version")
			if err != nil {
				all = false
				d.missing("kernel", dir+" does not run: "+err.Error(), "heddle install puts a new one there, heddle uninstall removes it")
				continue
			}
			d.found("kernel", dir+", "+version)
		}
	}
	if !some {
		d.missing("kernel", "not installed", "heddle lab installs it, or: heddle install")
	}
	return all
}

// machine is what the machine has, of which there may be too little.
func (d doctor) machine() {
	if cache, err := cacheFolder(); err == nil {
		dir := cache
		for _, err := os.Stat(dir); err != nil && dir != filepath.Dir(dir); _, err = os.Stat(dir) {
			dir = filepath.Dir(dir)
		}
		if free, ok := freeSpace(dir); ok && free < LabPins.space {
			d.missing("disk space", size(free)+" free in "+dir, fmt.Sprintf("a Jupyter of our own needs %s: %s", size(LabPins.space), spaceHint()))
		} else if ok {
			d.found("disk space", size(free)+" free in "+dir)
		}
	}
	if bytes, ok := memory(); ok {
		d.found("memory", fmt.Sprintf("%s, %d processors", size(bytes), runtime.NumCPU()))
	}
}

func size(bytes uint64) string {
	if bytes < 10<<30 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d GB", bytes>>30)
}
