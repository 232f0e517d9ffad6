package lower

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// varDecl turns a declaration of notebook variables, which the engine has
// already, into assignments. One without values sets them to zero again: the
// cell may have run before.
func (e *editor) varDecl(g *ast.GenDecl) {
	if len(g.Specs) == 0 {
		e.replace(g.Pos(), g.End(), "")
		return
	}
	e.replace(g.Pos(), g.Specs[0].Pos(), e.newlines(g.Pos(), g.Specs[0].Pos()))
	for _, spec := range g.Specs {
		spec := spec.(*ast.ValueSpec)
		if g.Lparen.IsValid() {
			e.markAt(spec.Pos(), spec.Pos())
		}
		if len(spec.Values) > 0 {
			for _, x := range append(exprs(spec.Names), spec.Values...) {
				e.walk(x)
			}
			if spec.Type != nil {
				e.replace(spec.Type.Pos(), spec.Type.End(), "")
			}
			continue
		}
		e.walk(spec.Type)
		var names, zeros []string
		for i, id := range spec.Names {
			name := e.cell.EngineName(id)
			if name == "" {
				name = id.Name
			}
			names, zeros = append(names, name), append(zeros, fmt.Sprintf("zeroʹ%d", i))
		}
		all := strings.Join(zeros, ", ")
		e.replace(spec.Names[0].Pos(), spec.Names[len(spec.Names)-1].End(), "{ var "+all)
		e.insert(spec.End(), "; "+strings.Join(names, ", ")+" = "+all+" }")
	}
	if g.Rparen.IsValid() {
		e.replace(g.Rparen, g.Rparen+1, "")
	}
}

func exprs(ids []*ast.Ident) (all []ast.Expr) {
	for _, id := range ids {
		all = append(all, id)
	}
	return all
}

// replaced takes from the text of a group what its tree has lost because a later
// cell declared it anew: constants are blank in the tree, types are gone.
func (e *editor) replaced(g *ast.GenDecl) {
	if !g.Lparen.IsValid() && g.Tok == token.TYPE {
		return
	}
	at := g.Lparen + 1
	for _, spec := range g.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			e.replace(at, spec.Pos(), cmp.Or(e.newlines(at, spec.Pos()), "\n"))
			at = spec.End()
		case *ast.ValueSpec:
			for _, id := range spec.Names {
				if id.Name == "_" {
					e.rename(id, "_")
				}
			}
		}
	}
	if g.Tok == token.TYPE {
		e.replace(at, g.Rparen, cmp.Or(e.newlines(at, g.Rparen), "\n"))
	}
}

// newlines is the line breaks between two positions.
func (e *editor) newlines(pos, end token.Pos) string {
	text := e.source.Text[e.source.Offset(pos):e.source.Offset(end)]
	return strings.Repeat("\n", strings.Count(text, "\n"))
}
