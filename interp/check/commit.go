package check

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// Declares says whether the cell changes the notebook's declarations.
func (c *Cell) Declares() bool { return c.fresh }

// Changed says whether the cell changes what the notebook holds.
func (c *Cell) Changed() bool { return c.fresh || len(c.Variables) > 0 }

// takesName says whether the cell defines a variable that has the name of a
// declaration or an import.
func (c *Cell) takesName(p *parsed) bool {
	for _, id := range topIdents(p.body.Body.List) {
		if slices.ContainsFunc(c.imports, func(i Import) bool { return i.Name == id.Name }) || c.keyName(id.Name) != "" {
			return true
		}
	}
	return false
}

// Commit makes the cell part of the notebook.
func (c *Cell) Commit() {
	n := c.notebook
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(c.Declare) == 0 {
		defer n.drop(&parsed{Source: c.Source}) // nothing that is kept has its positions
	}
	if !c.Changed() {
		return
	}
	n.imports, n.decls, n.pkg = c.imports, c.decls, c.pkg
	for d, uses := range c.uses {
		d.uses = uses
	}
	for v := range c.stale {
		v.stale = true
	}
	for _, d := range c.Declare {
		c.bind(d)
	}
	for _, v := range n.vars {
		v.hidden = v.hidden || c.imported[v.Name]
		for _, d := range c.Declare {
			v.hidden = v.hidden || slices.Contains(d.Keys, v.Name)
		}
	}
	if !c.remember() {
		n.pkg = nil
	}
	for _, v := range c.Variables {
		for _, old := range n.vars {
			old.hidden = old.hidden || old.Name == v.Name
		}
		c.hide(v.Name)
		n.vars = append(n.vars, v)
	}
	n.explain(c)
	n.prune()
}

// explain keeps why names are gone that were there, for hints.
func (n *Notebook) explain(c *Cell) {
	for _, d := range c.Declare {
		for _, k := range d.Keys {
			delete(n.gone, k)
		}
	}
	for _, v := range c.Variables {
		delete(n.gone, v.Name)
	}
	maps.Copy(n.gone, c.gone)
}

// bind renames in a declaration the variables and packages that it uses to
// names that stay theirs when something else takes the name.
func (c *Cell) bind(d *Decl) {
	ast.Inspect(d.Node, func(node ast.Node) bool {
		id, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		obj := c.Info.Uses[id]
		if v := c.byObject[obj]; v != nil {
			id.Name = v.Engine
		} else if p, ok := obj.(*types.PkgName); ok {
			path := p.Imported().Path()
			id.Name = PackageAlias(path)
			if !slices.Contains(d.packages, path) {
				d.packages = append(d.packages, path)
			}
		}
		return true
	})
}

// hide makes room for a variable: what was imported or declared under its name
// keeps only the name that the engine knows it by, and those who used it follow.
func (c *Cell) hide(name string) {
	n := c.notebook
	n.imports = slices.DeleteFunc(slices.Clone(n.imports), func(i Import) bool { return i.Name == name })
	engine := c.keyName(name)
	if engine == "" {
		return
	}
	target := c.pkg.Scope().Lookup(name)
	for _, d := range n.decls {
		ast.Inspect(d.Node, func(node ast.Node) bool {
			if id, ok := node.(*ast.Ident); ok && c.means(id, target) {
				id.Name = engine
			}
			return true
		})
		for i, k := range d.Keys {
			if k == name {
				d.Keys[i] = engine
				d.Engine[engine] = engine
				delete(d.Engine, name)
			} else if method, ok := strings.CutPrefix(k, name+"."); ok {
				d.Keys[i] = engine + "." + method
			}
		}
		if d.uses[name] {
			delete(d.uses, name)
			d.uses[engine] = true
		}
	}
	for _, v := range n.vars {
		v.Text = renameType(v.Text, func(id string) string {
			if id == name {
				return engine
			}
			return ""
		})
	}
	n.pkg = nil
}

// means says whether an identifier stands for a declared object, or for the
// field that embeds it.
func (c *Cell) means(id *ast.Ident, target types.Object) bool {
	obj := c.Info.Uses[id]
	if obj == nil {
		obj = c.Info.Defs[id]
	}
	if f, ok := obj.(*types.Var); ok && f.IsField() && f.Embedded() {
		t := types.Unalias(f.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		named, ok := t.(*types.Named)
		return ok && named.Obj() == target
	}
	return obj != nil && obj == target
}

// prune forgets variables that nothing can reach by name any more.
func (n *Notebook) prune() {
	used := map[string]bool{}
	for _, d := range n.decls {
		ast.Inspect(d.Node, func(node ast.Node) bool {
			if id, ok := node.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
	}
	n.vars = slices.DeleteFunc(n.vars, func(v *Var) bool { return (v.hidden || v.stale) && !used[v.Engine] })
}
