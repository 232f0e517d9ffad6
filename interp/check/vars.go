package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
)

// varDecl is the declaration of a variable. typ is a type that go/types wrote.
func varDecl(name, typ string) *ast.GenDecl {
	x, err := parser.ParseExpr(typ)
	if err != nil {
		x = &ast.BadExpr{}
	}
	// The positions are of no file; errors without one are told by that.
	ast.Inspect(x, func(n ast.Node) bool { unplace(n); return true })
	return &ast.GenDecl{Tok: token.VAR, Specs: []ast.Spec{
		&ast.ValueSpec{Names: []*ast.Ident{ast.NewIdent(name)}, Type: x},
	}}
}

// unplace takes from a node the position that an expression parsed by itself has.
func unplace(n ast.Node) {
	switch n := n.(type) {
	case *ast.Ident:
		n.NamePos = token.NoPos
	case *ast.StarExpr:
		n.Star = token.NoPos
	case *ast.ArrayType:
		n.Lbrack = token.NoPos
	case *ast.MapType:
		n.Map = token.NoPos
	case *ast.ChanType:
		n.Begin, n.Arrow = token.NoPos, token.NoPos
	case *ast.FuncType:
		n.Func = token.NoPos
	case *ast.StructType:
		n.Struct = token.NoPos
	case *ast.InterfaceType:
		n.Interface = token.NoPos
	case *ast.FieldList:
		n.Opening, n.Closing = token.NoPos, token.NoPos
	case *ast.ParenExpr:
		n.Lparen, n.Rparen = token.NoPos, token.NoPos
	case *ast.BasicLit:
		n.ValuePos = token.NoPos
	case *ast.IndexExpr:
		n.Lbrack, n.Rbrack = token.NoPos, token.NoPos
	case *ast.Ellipsis:
		n.Ellipsis = token.NoPos
	}
}

// mapVars finds the notebook's variables among the package's objects.
func (c *Cell) mapVars(pkg *types.Package) {
	clear(c.byObject)
	for _, v := range c.notebook.vars {
		if c.stale[v] {
			continue
		}
		for _, name := range []string{v.Engine, v.Name} {
			if obj, ok := pkg.Scope().Lookup(name).(*types.Var); ok && (name == v.Engine || !v.hidden) {
				c.byObject[obj] = v
			}
		}
	}
}
