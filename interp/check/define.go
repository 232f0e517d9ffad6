package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// primes matches the engine's names: name, prime, serial number.
var primes = regexp.MustCompile(`([\p{L}_][\p{L}\p{Nd}_]*)ʹ\d+`)

// define makes variables of the notebook of what the statements define.
func (c *Cell) define(p *parsed) (errs []Error) {
	for _, id := range topIdents(c.Body) {
		obj, ok := c.Info.Defs[id].(*types.Var)
		if !ok || id.Name == "_" {
			continue
		}
		here := c.visible(id.Name)
		if old := c.byObject[here]; here != nil && old != nil && types.Identical(here.Type(), obj.Type()) {
			c.byObject[obj] = old
			continue
		}
		text, packages, err := c.typeText(obj.Type())
		if err != nil {
			e := Error{Message: fmt.Sprintf("%s cannot be a variable of the notebook: %v", id.Name, err)}
			e.place(p.Source, max(p.Offset(id.Pos()), 0))
			errs = append(errs, e)
			continue
		}
		v := &Var{Name: id.Name, Engine: c.notebook.engineName(id.Name), Type: obj.Type(), Text: text, Cell: p.Cell, packages: packages}
		c.Variables = append(c.Variables, v)
		c.byObject[obj] = v
		if here != nil && c.byObject[here] == nil { // hoisted for the cell's functions
			c.byObject[here] = v
		}
	}
	return errs
}

// typeText is a type as source, and the packages that it mentions.
func (c *Cell) typeText(t types.Type) (text string, packages []string, err error) {
	seen := map[types.Type]bool{}
	var walk func(t types.Type)
	named := func(obj *types.TypeName) {
		switch {
		case obj.Pkg() == nil:
		case obj.Pkg() == c.pkg:
			if obj.Parent() != c.pkg.Scope() {
				err = fmt.Errorf("its type %s is declared inside a function", obj.Name())
			}
		case !obj.Exported():
			err = fmt.Errorf("its type %s.%s is not exported", obj.Pkg().Name(), obj.Name())
		}
	}
	walk = func(t types.Type) {
		if t == nil || seen[t] || err != nil {
			return
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.Named:
			named(t.Obj())
			for a := range t.TypeArgs().Types() {
				walk(a)
			}
		case *types.Alias:
			named(t.Obj())
			for a := range t.TypeArgs().Types() {
				walk(a)
			}
		case interface{ Elem() types.Type }: // pointer, slice, array, map, channel
			walk(t.Elem())
			if m, ok := t.(*types.Map); ok {
				walk(m.Key())
			}
		case *types.Signature:
			for v := range t.Params().Variables() {
				walk(v.Type())
			}
			for v := range t.Results().Variables() {
				walk(v.Type())
			}
		case *types.Struct:
			for f := range t.Fields() {
				walk(f.Type())
			}
		case *types.Interface:
			for m := range t.ExplicitMethods() {
				walk(m.Type())
			}
			for e := range t.EmbeddedTypes() {
				walk(e)
			}
		}
	}
	walk(t)
	if err != nil {
		return "", nil, err
	}
	text = types.TypeString(t, func(pkg *types.Package) string {
		if pkg == c.pkg {
			return ""
		}
		if !slices.Contains(packages, pkg.Path()) {
			packages = append(packages, pkg.Path())
		}
		return PackageAlias(pkg.Path())
	})
	return text, packages, nil
}

// typeIdents calls f for each identifier in a type's source that names a type
// of the notebook or the universe.
func typeIdents(text string, f func(id *ast.Ident)) {
	x, err := parser.ParseExpr(text)
	if err != nil {
		return
	}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			f(n)
		case *ast.SelectorExpr:
			return false
		case *ast.Field:
			ast.Inspect(n.Type, visit)
			return false
		}
		return true
	}
	ast.Inspect(x, visit)
}

// mentions says whether a type's source names a type of the notebook.
func mentions(text, name string) bool {
	found := false
	typeIdents(text, func(id *ast.Ident) { found = found || id.Name == name })
	return found
}

// EngineType is a variable's type as the engine knows it.
func (c *Cell) EngineType(v *Var) string {
	return renameType(v.Text, c.keyName)
}

// renameType is a type's source with other names for the types of the notebook,
// where name gives one.
func renameType(text string, name func(string) string) string {
	out, last := strings.Builder{}, 0
	typeIdents(text, func(id *ast.Ident) {
		if to := name(id.Name); to != "" {
			start := int(id.Pos()) - 1
			out.WriteString(text[last:start])
			out.WriteString(to)
			last = start + len(id.Name)
		}
	})
	out.WriteString(text[last:])
	return out.String()
}

// keyName is the engine's name of a declaration, "" if key is none.
func (c *Cell) keyName(key string) string {
	if c.names == nil {
		c.names = map[string]string{}
		for _, d := range c.decls {
			maps.Copy(c.names, d.Engine)
		}
	}
	return c.names[key]
}

// EngineName is the engine's name of what an identifier of the cell or of one
// of the declarations means: of a variable, type, function or constant of the
// notebook, or of a package. It is "" where the identifier stays as it is.
func (c *Cell) EngineName(id *ast.Ident) string {
	obj := c.Info.Uses[id]
	if obj == nil {
		obj = c.Info.Defs[id]
	}
	switch obj := obj.(type) {
	case nil:
		return ""
	case *types.PkgName:
		return PackageAlias(obj.Imported().Path())
	case *types.Var:
		if obj.IsField() {
			return c.embeddedName(obj)
		}
		if v := c.byObject[obj]; v != nil {
			return v.Engine
		}
		return ""
	case *types.Func:
		if obj.Signature().Recv() != nil {
			return ""
		}
	}
	if obj.Pkg() == c.pkg && obj.Parent() == c.pkg.Scope() {
		return c.keyName(obj.Name())
	}
	return ""
}

// embeddedName is the engine's name of an embedded field, which follows that of
// its type.
func (c *Cell) embeddedName(f *types.Var) string {
	if !f.Embedded() || f.Pkg() != c.pkg {
		return ""
	}
	t := f.Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Parent() == c.pkg.Scope() {
		return c.keyName(n.Obj().Name())
	}
	return ""
}

// findResult looks whether the cell ends with an expression that has a value.
func (c *Cell) findResult() []Error {
	x := c.lastExpr
	if x == nil || c.Info.Types[x].IsVoid() || c.printed(x) {
		return nil
	}
	c.Result = x
	v := c.Info.Types[x]
	if b, ok := v.Type.(*types.Basic); ok && v.Value != nil && b.Info()&types.IsUntyped != 0 {
		t := types.Default(b)
		if _, err := types.Eval(token.NewFileSet(), nil, token.NoPos, fmt.Sprintf("%s(%s)", t, v.Value.ExactString())); err != nil {
			e := Error{Message: fmt.Sprintf("cannot use %s (%s constant %s) as %s value (overflows)", types.ExprString(x), b, v.Value, t)}
			e.place(c.Source, max(c.Source.Offset(x.Pos()), 0))
			return []Error{e}
		}
	}
	return nil
}

// printed says whether x is a call of one of fmt's printing functions, whose
// count and error nobody means when a cell ends with one.
func (c *Cell) printed(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := c.Info.Uses[sel.Sel].(*types.Func)
	return ok && f.Pkg() != nil && f.Pkg().Path() == "fmt" && strings.Contains(f.Name(), "rint") && !strings.HasPrefix(f.Name(), "S")
}

// findPackages collects the packages that the engine must have.
func (c *Cell) findPackages() {
	add := func(path string) {
		if !slices.Contains(c.Packages, path) {
			c.Packages = append(c.Packages, path)
		}
	}
	for _, v := range c.Variables {
		for _, p := range v.packages {
			add(p)
		}
	}
	visit := func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if p, ok := c.Info.Uses[id].(*types.PkgName); ok {
				add(p.Imported().Path())
			}
		}
		return true
	}
	for _, s := range c.Body {
		ast.Inspect(s, visit)
	}
	for _, d := range c.Declare {
		ast.Inspect(d.Node, visit)
	}
}

// remember puts the cell's new variables into the package that the next cell is
// checked against. It reports false where that cannot be: go/types has no way to
// give a name to another object.
func (c *Cell) remember() bool {
	for _, v := range c.Variables {
		if c.pkg.Scope().Lookup(v.Name) != nil {
			return false
		}
	}
	for _, v := range c.Variables {
		names := []string{v.Engine}
		if !predeclared(v.Name) {
			names = append(names, v.Name)
		}
		for _, name := range names {
			c.pkg.Scope().Insert(types.NewVar(token.NoPos, c.pkg, name, v.Type))
		}
		c.insertAliases(v.packages)
	}
	return true
}
