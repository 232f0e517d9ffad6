package install

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"
)

// pins.txt is the full set, resolved on Python 3.10, the oldest that JupyterLab
// 4.6 runs on, with what macOS and Windows want added. There are wheels of all
// of it for Python 3.10 to 3.14 on Linux, macOS and Windows. pip reads it as
// constraints: a package is installed when something needs it.
//
//go:embed pins.txt
var constraints string

// Pins is an exact set of Python packages that makes a Jupyter.
type Pins struct {
	about   string // in the progress line
	require []string
	space   uint64 // bytes that it needs, measured, with some air
}

// LabPins is the JupyterLab that the lab command makes where there is none.
var LabPins = Pins{
	about:   "JupyterLab " + pinned("jupyterlab"),
	require: []string{"jupyterlab"},
	space:   600 << 20,
}

// TestPins is LabPins with what the tests of this project need.
var TestPins = Pins{
	about: "JupyterLab " + pinned("jupyterlab") + " with the packages of the tests",
	require: []string{
		"jupyterlab", "ipykernel", "jupyter-console", "jupyter_kernel_test",
		"nbclient", "nbconvert", "playwright",
	},
	space: 800 << 20,
}

// pinned returns the version that pins.txt has for the package called name.
func pinned(name string) string {
	for line := range strings.Lines(constraints) {
		if version, ok := strings.CutPrefix(line, name+"=="); ok {
			return strings.TrimSpace(version)
		}
	}
	panic("pins.txt does not pin " + name)
}

// requirements are what pip is asked for, each with its version.
func (p Pins) requirements() []string {
	var out []string
	for _, name := range p.require {
		out = append(out, name+"=="+pinned(name))
	}
	return out
}

// id tells one set from another.
func (p Pins) id() string {
	sum := sha256.Sum256([]byte(strings.Join(p.require, " ") + "\n" + constraints))
	return hex.EncodeToString(sum[:6])
}
