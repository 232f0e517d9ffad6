package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Jupyter is a JupyterLab 4 that can be started.
type Jupyter struct {
	Version string // JupyterLab's, as in 4.6.6
	Python  string // the interpreter it runs with; "" where that is not known
	Own     bool   // made by Setup

	lab []string // the command line of JupyterLab
}

// Command returns the command that runs one of this Jupyter's programs, such as
// python or jupyter-nbconvert. What is made by Setup runs in its own
// environment, whatever PYTHONPATH and the like say.
func (j Jupyter) Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	bin := filepath.Dir(j.lab[0])
	cmd := exec.CommandContext(ctx, filepath.Join(bin, program), args...)
	cmd.Env = os.Environ()
	if j.Own {
		cmd.Env = venvEnviron(filepath.Dir(bin), bin)
	}
	return cmd
}

// errTooOld lies under FindJupyter's error for a JupyterLab that is not 4.x.
var errTooOld = errors.New("not JupyterLab 4")

// FindJupyter returns the JupyterLab on PATH, or an *Error when there is none
// or it is not version 4.
func FindJupyter(ctx context.Context) (Jupyter, error) {
	var reason error
	for _, lab := range [][]string{{"jupyter-lab"}, {"jupyter", "lab"}} {
		path, err := exec.LookPath(lab[0])
		if err != nil {
			continue
		}
		lab[0] = path
		j, err := ask4(ctx, lab)
		if err == nil {
			return j, nil
		}
		if reason == nil || errors.Is(err, errTooOld) {
			reason = err
		}
	}
	if ctx.Err() != nil {
		return Jupyter{}, ctx.Err()
	}
	if reason != nil {
		return Jupyter{}, reason
	}
	return Jupyter{}, &Error{Cause: "no jupyter lab on PATH", Hint: `heddle lab makes its own, or: pip install "jupyterlab>=4,<5"`}
}

// ask4 asks a JupyterLab for its version. Python's package metadata has it 2 s
// sooner than JupyterLab itself.
func ask4(ctx context.Context, lab []string) (Jupyter, error) {
	const code = `from importlib.metadata import version; print(version("jupyterlab"))`
	j := Jupyter{lab: lab, Python: interpreter(lab[0])}
	err := errors.New("no Python script")
	if j.Python != "" {
		j.Version, err = ask(ctx, j.Python, code)
	}
	if err != nil {
		j.Version, err = lastLine(ctx, lab[0], append(slices.Clone(lab[1:]), "--version")...)
	}
	if err != nil {
		return Jupyter{}, &Error{
			Cause: fmt.Sprintf("%s does not run: %v", strings.Join(lab, " "), err),
			Hint:  `heddle lab makes its own, or: pip install "jupyterlab>=4,<5"`,
			Err:   err,
		}
	}
	if major, _, _ := strings.Cut(j.Version, "."); major != "4" {
		return Jupyter{}, &Error{
			Cause: fmt.Sprintf("JupyterLab %s at %s will not do, it must be 4.x", j.Version, lab[0]),
			Hint:  `heddle lab makes its own, or: pip install "jupyterlab>=4,<5"`,
			Err:   errTooOld,
		}
	}
	return j, nil
}

// UsableJupyter returns the JupyterLab on PATH if that is 4.x, otherwise the one
// that Setup makes of LabPins. It says in p why it takes no notice of one that
// is too old.
func UsableJupyter(ctx context.Context, p *Progress) (Jupyter, error) {
	j, err := FindJupyter(ctx)
	if err == nil {
		return j, nil
	}
	if errors.Is(err, errTooOld) {
		p.Say("%v; heddle uses its own", err)
	}
	return Setup(ctx, LabPins, p)
}
