package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// checkBody checks a cell that declares nothing against the package as it is.
func (c *Cell) checkBody(p *parsed) []Error {
	c.pkg = c.notebook.pkg
	c.mapVars(c.pkg)
	errs := c.run([]ast.Decl{c.function(p)})
	c.mapParameters()
	return c.own(errs)
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
		decls := []ast.Decl{c.function(p)}
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
		c.mapParameters()
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
		if !v.hidden && !taken[v.Name] && !c.imported[v.Name] && !predeclared(v.Name) {
			taken[v.Name] = true
			decls = append(decls, varDecl(v.Name, v.Text))
		}
		c.insertAliases(v.packages)
	}
	for _, d := range c.decls {
		c.insertAliases(d.packages)
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
	if c.scopes {
		c.Info.Scopes = map[ast.Node]*types.Scope{}
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
	c.names = nil // they have changed
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
	return uses
}
