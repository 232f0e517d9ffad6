package check

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// leaveOut drops variables and declarations of earlier cells that have errors.
func (c *Cell) leaveOut(errs []types.Error) bool {
	again := false
	for _, e := range errs {
		if c.Source.Has(e.Pos) {
			continue
		}
		for i, d := range c.decls {
			if d.Source != c.Source && e.Pos >= d.Node.Pos() && e.Pos <= d.Node.End() {
				why := fmt.Sprintf("no longer fits since cell %d: %s", c.Source.Cell, unprimed(e.Msg))
				for _, k := range d.Keys {
					c.gone[k] = why
				}
				c.Warnings = append(c.Warnings, fmt.Sprintf("%s (cell %d) is undefined now: %s. Mend its cell and run it again.",
					strings.Join(d.Keys, ", "), d.Source.Cell, unprimed(e.Msg)))
				c.decls = slices.Delete(slices.Clone(c.decls), i, i+1)
				again = true
				break
			}
		}
	}
	if again {
		return true
	}
	// An error without a place is of a variable's type.
	for _, e := range errs {
		if e.Pos.IsValid() {
			continue
		}
		for _, v := range c.notebook.vars {
			for _, k := range missing(e.Msg) {
				if !c.stale[v] && mentions(v.Text, k) {
					c.outdate(v, fmt.Sprintf("had the type %s, which is gone", k))
					again = true
				}
			}
		}
	}
	return again
}

// missing is the names that an error message calls undefined.
func missing(msg string) []string {
	if name, ok := strings.CutPrefix(msg, "undefined: "); ok {
		return []string{name}
	}
	return nil
}

// outdate takes a variable out of the notebook.
func (c *Cell) outdate(v *Var, why string) {
	if c.stale[v] {
		return
	}
	c.stale[v] = true
	if !v.hidden {
		c.gone[v.Name] = why
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s is undefined now: it %s. Define it again to use it.", v.Name, why))
	}
}

// hoist finds variables that the cell's statements define and its functions
// use. They are added to hoisted with the type that the statements gave them.
func (c *Cell) hoist(p *parsed, errs []types.Error, hoisted map[string]string) bool {
	again := false
	for _, e := range errs {
		for _, name := range missing(e.Msg) {
			if hoisted[name] != "" || !inside(p.Source.decls, e.Pos) {
				continue
			}
			for _, id := range topIdents(p.body.Body.List) {
				obj := c.Info.Defs[id]
				if id.Name != name || obj == nil || obj.Type() == types.Typ[types.Invalid] {
					continue
				}
				if text, _, err := c.typeText(obj.Type()); err == nil {
					hoisted[name] = text
					again = true
				}
			}
		}
	}
	return again
}

// own is the errors as the learner sees them.
func (c *Cell) own(errs []types.Error) (own []Error) {
	last := c.lastExpr
	for _, e := range errs {
		if last != nil && strings.HasSuffix(e.Msg, "is not used") && e.Pos >= last.Pos() && e.Pos <= last.End() {
			continue // it is the cell's result
		}
		offset := c.Source.Offset(e.Pos)
		out := Error{Message: unprimed(e.Msg)}
		if strings.HasPrefix(e.Msg, "\t") && len(own) > 0 {
			continue // "other declaration of x", a second line of the error before
		}
		out.place(c.Source, max(offset, 0))
		own = append(own, out)
	}
	return own
}

// endsWith is the expression that a cell ends with, nil if it ends otherwise.
func endsWith(p *parsed) ast.Expr {
	list := p.body.Body.List
	for i := len(list) - 1; i >= 0; i-- {
		switch s := list[i].(type) {
		case *ast.EmptyStmt:
			if s.Implicit {
				continue
			}
		case *ast.ExprStmt:
			if p.Offset(s.Pos()) > p.last {
				return s.X
			}
		}
		break
	}
	return nil
}

// unprimed is a message without the marks that tell the generations of a name
// apart.
func unprimed(msg string) string { return primes.ReplaceAllString(msg, "$1") }
