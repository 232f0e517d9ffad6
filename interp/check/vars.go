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

// predeclared says whether Go itself declares a name, such as max or len. A
// variable of such a name is known to the statements of later cells, as one of
// an enclosing function would be, and not to the notebook's functions: those
// mean Go's.
func predeclared(name string) bool { return types.Universe.Lookup(name) != nil }

// function is the function that the cell's statements are checked in. Variables
// with predeclared names are its parameters.
func (c *Cell) function(p *parsed) *ast.FuncDecl {
	c.parameters = map[*ast.Ident]*Var{}
	f := *p.body
	for _, v := range c.notebook.vars {
		if v.hidden || c.stale[v] || !predeclared(v.Name) {
			continue
		}
		spec := varDecl(v.Name, v.Text).Specs[0].(*ast.ValueSpec)
		c.parameters[spec.Names[0]] = v
		f.Type = &ast.FuncType{Params: &ast.FieldList{List: append(f.Type.Params.List, &ast.Field{Names: spec.Names, Type: spec.Type})}}
		f.Body = &ast.BlockStmt{Lbrace: p.body.Body.Lbrace, List: []ast.Stmt{p.body.Body}, Rbrace: p.body.Body.Rbrace}
	}
	return &f
}

// mapParameters finds the variables with predeclared names among the objects of
// the check that was.
func (c *Cell) mapParameters() {
	for id, v := range c.parameters {
		if obj := c.Info.Defs[id]; obj != nil {
			c.byObject[obj] = v
		}
	}
}

// visible is the object by which the cell's statements know a variable of
// earlier cells, nil if there is none of that name.
func (c *Cell) visible(name string) *types.Var {
	for id := range c.parameters {
		if id.Name == name {
			obj, _ := c.Info.Defs[id].(*types.Var)
			return obj
		}
	}
	obj, _ := c.pkg.Scope().Lookup(name).(*types.Var)
	return obj
}
