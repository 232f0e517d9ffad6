package check

import "strings"

// hints adds to errors what the learner could do about them.
func (n *Notebook) hints(errs []Error, c *Cell) []Error {
	for i, e := range errs {
		name, ok := strings.CutPrefix(e.Message, "undefined: ")
		if !ok {
			continue
		}
		why := n.gone[name]
		if c != nil && c.gone[name] != "" {
			why = c.gone[name]
		}
		if why != "" {
			errs[i].Hint = name + " " + why
		}
	}
	return errs
}

// Lose notes variables that ended with the worker that held them.
func (n *Notebook) Lose(names []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range names {
		n.gone[name] = "was lost when the worker process ended; define it again"
	}
}

// Wait notes declarations that cannot be declared before a variable that they
// use is defined again.
func (n *Notebook) Wait(texts []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, text := range texts {
		p, errs := parse(n.fset, 0, text)
		for _, d := range p.decls {
			if len(errs) > 0 {
				break
			}
			for _, k := range newDecl(p, d).Keys {
				if n.gone[k] == "" {
					n.gone[k] = "waits for a variable that was lost when the worker process ended"
				}
			}
		}
		n.drop(p)
	}
}
