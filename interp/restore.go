package interp

import (
	"strings"

	"heddle/interp/check"
	"heddle/interp/lower"
	"heddle/interp/worker"
)

// Restore declares again what a worker before this one had declared.
func (in *Interp) Restore(req worker.Restore) {
	in.notebook.Lose(req.Lost)
	in.pending = req.Declarations
	in.retryPending()
}

// retryPending declares what it can of the declarations that wait: one that
// uses a variable has to wait until that is defined again.
func (in *Interp) retryPending() {
	for before := -1; before != len(in.pending) && len(in.pending) > 0; {
		before = len(in.pending)
		var rest []worker.Declaration
		for all := in.pending; len(all) > 0; {
			n := 1 // those of one cell may need each other
			for n < len(all) && all[n].Cell == all[0].Cell && all[n].Line > all[n-1].Line {
				n++
			}
			rest = append(rest, in.declare(all[:n])...)
			all = all[n:]
		}
		in.pending = rest
	}
	in.pending = in.declare(in.pending) // those of several cells, too
	var texts []string
	for _, d := range in.pending {
		texts = append(texts, d.Text)
	}
	in.notebook.Wait(texts)
}

// declare declares those of a group that need nothing that is missing, and
// returns the others.
func (in *Interp) declare(group []worker.Declaration) (rest []worker.Declaration) {
	for len(group) > 0 {
		text, firsts := layOut(group)
		c, errs := in.notebook.Check(group[0].Cell, text)
		if len(errs) == 0 {
			if _, err := in.engine.Load(lower.Cell(c, lower.Options{Position: worker.Position})); err != nil {
				return append(rest, group...)
			}
			c.Commit()
			return rest
		}
		var good []worker.Declaration
		for i, d := range group {
			end := firsts[i] + strings.Count(d.Text, "\n")
			if hasError(errs, firsts[i], end) {
				rest = append(rest, d)
			} else {
				good = append(good, d)
			}
		}
		if len(good) == len(group) {
			return append(rest, group...)
		}
		group = good
	}
	return rest
}

// layOut writes declarations below each other, each on its own line of the cell
// where that can be. It returns the first line of each.
func layOut(group []worker.Declaration) (text string, firsts []int) {
	var out strings.Builder
	line := 1
	for _, d := range group {
		for ; line < d.Line; line++ {
			out.WriteByte('\n')
		}
		firsts = append(firsts, line)
		out.WriteString(d.Text + "\n")
		line += strings.Count(d.Text, "\n") + 1
	}
	return out.String(), firsts
}

func hasError(errs []check.Error, first, last int) bool {
	for _, e := range errs {
		if first <= e.Line && e.Line <= last {
			return true
		}
	}
	return false
}
