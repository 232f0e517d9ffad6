package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// checkBody checks a cell that declares nothing against the package as it is.
func (c *Cell) checkBody(p *parsed) []Error {
	c.pkg = c.notebook.pkg
	c.mapVars(c.pkg)
	return c.own(c.run([]ast.Decl{p.body}))
}

// checkAll checks the whole notebook with the cell in it. What earlier cells
// declared and no longer fits is left out, with a warning.
func (c *Cell) checkAll(p *parsed) []Error {
	c.fresh = true
	affected := c.affected()
	for _, v := range c.notebook.vars {
		for t := range affected {
			if mentions(v.Text, t) {
				c.outdate(v, fmt.Sprintf("still has the type %s as it was before", t))
			}
		}
	}
	hoisted := map[string]string{} // variables that this cell defines and its functions use: name -> type
	for {
		decls := []ast.Decl{p.body}
		for _, d := range c.decls {
			decls = append(decls, d.Node)
		}
		for name, typ := range hoisted {
			decls = append(decls, varDecl(name, typ))
		}
		errs := c.run(c.prepare(decls, hoisted))
		if c.leaveOut(errs) || c.hoist(p, errs, hoisted) {
			continue
		}
		c.mapVars(c.pkg)
		if errs := c.own(errs); len(errs) > 0 {
			return errs
		}
		break
	}
	c.declare(affected)
	return nil
}

// affected is the keys that what this cell replaces makes new: the replaced
// ones and, in turn, those that use them.
func (c *Cell) affected() map[string]bool {
	keys := map[string]bool{}
	var add func(key string)
	add = func(key string) {
		if keys[key] {
			return
		}
		keys[key] = true
		if t := base(key); t != "" {
			add(t) // a type's methods are the type's
		}
		for _, d := range c.decls {
			for _, k := range d.Keys {
				if base(k) == key || d.uses[key] {
					add(k)
				}
			}
		}
	}
	for k := range c.replaced {
		add(k)
	}
	return keys
}

// prepare makes a package that holds the imports, and adds the variables to
// decls.
func (c *Cell) prepare(decls []ast.Decl, hoisted map[string]string) []ast.Decl {
	c.pkg = types.NewPackage("nb", "nb")
	taken := map[string]bool{"_": true}
	for name := range hoisted {
		taken[name] = true
	}
	for _, d := range c.decls {
		for _, k := range d.Keys {
			taken[k] = true
		}
	}
	for _, v := range c.notebook.vars {
		if c.stale[v] {
			continue
		}
		decls = append(decls, varDecl(v.Engine, v.Text))
		if !v.hidden && !taken[v.Name] {
			taken[v.Name] = true
			decls = append(decls, varDecl(v.Name, v.Text))
		}
		c.insertAliases(v.packages)
	}
	for _, imp := range c.imports {
		if !taken[imp.Name] {
			c.insertImport(imp.Name, imp.Path)
		}
	}
	return decls
}

func (c *Cell) insertImport(name, path string) {
	if pkg, err := c.notebook.importer.Import(path); err == nil {
		c.pkg.Scope().Insert(types.NewPkgName(token.NoPos, c.pkg, name, pkg))
	}
}

func (c *Cell) insertAliases(paths []string) {
	for _, path := range paths {
		c.insertImport(PackageAlias(path), path)
	}
}

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

// run type-checks declarations as part of c.pkg and returns the errors, but
// for unused variables, which are none in a notebook.
func (c *Cell) run(decls []ast.Decl) (errs []types.Error) {
	c.Info = &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Implicits:  map[ast.Node]types.Object{},
	}
	conf := types.Config{
		GoVersion: "go1.26",
		Importer:  c.notebook.importer,
		Error: func(err error) {
			e, ok := err.(types.Error)
			if ok && !strings.HasPrefix(e.Msg, "declared and not used") {
				errs = append(errs, e)
			}
		},
	}
	file := &ast.File{Name: ast.NewIdent("nb"), Decls: decls}
	_ = types.NewChecker(&conf, c.notebook.fset, c.pkg, c.Info).Files([]*ast.File{file})
	return errs
}

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
	last := c.lastExpr()
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

// lastExpr is the expression that the cell ends with, nil if it ends otherwise.
func (c *Cell) lastExpr() ast.Expr {
	for i := len(c.Body) - 1; i >= 0; i-- {
		switch s := c.Body[i].(type) {
		case *ast.EmptyStmt:
			continue
		case *ast.ExprStmt:
			return s.X
		}
		break
	}
	return nil
}

// declare says what the engine must be given: what is new and what is affected.
func (c *Cell) declare(affected map[string]bool) {
	for i, d := range c.decls {
		isNew := d.Source == c.Source
		if !isNew && !slices.ContainsFunc(d.Keys, func(k string) bool { return affected[k] }) {
			continue
		}
		again := *d
		again.Engine = map[string]string{}
		for _, k := range d.Keys {
			if base(k) == "" {
				again.Engine[k] = c.notebook.engineName(k)
			}
		}
		c.decls[i] = &again
		c.Declare = append(c.Declare, &again)
	}
	for _, d := range c.decls {
		c.uses[d] = c.usesOf(d)
	}
}

// usesOf is the keys of the declarations that d needs.
func (c *Cell) usesOf(d *Decl) map[string]bool {
	uses := map[string]bool{}
	ast.Inspect(d.Node, func(node ast.Node) bool {
		id, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		switch obj := c.Info.Uses[id].(type) {
		case *types.Var, *types.PkgName, nil:
		case *types.Func:
			if recv := obj.Signature().Recv(); recv == nil && obj.Pkg() == c.pkg {
				uses[obj.Name()] = true
			}
		default:
			if obj.Parent() == c.pkg.Scope() {
				uses[obj.Name()] = true
			}
		}
		return true
	})
	for _, k := range d.Keys {
		delete(uses, k)
	}
	return uses
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

// unprimed is a message without the marks that tell the generations of a name
// apart.
func unprimed(msg string) string { return primes.ReplaceAllString(msg, "$1") }
