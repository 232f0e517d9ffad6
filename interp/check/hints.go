package check

import (
	"fmt"
	"strings"
)

// hints adds to errors what the learner could do about them.
func (n *Notebook) hints(errs []Error, c *Cell) []Error {
	for i, e := range errs {
		name, ok := strings.CutPrefix(e.Message, "undefined: ")
		if !ok {
			continue
		}
		if why := n.gone[name]; why != "" {
			errs[i].Hint = fmt.Sprintf("%s was defined, but %s", name, why)
		}
	}
	return errs
}
