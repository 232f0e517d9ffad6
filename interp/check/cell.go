package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Cell is a cell that type-checks, ready to be lowered. Nothing of it is kept
// in the notebook before Commit.
type Cell struct {
	Source *Source
	// Declare is the declarations that the engine must be given, in order: the
	// cell's new ones, and those of earlier cells that depend on what they replace.
	Declare []*Decl
	Body    []ast.Stmt
	// Result is the expression that the cell ends with, nil if it does not end
	// with one that has a value. It is the last of Body.
	Result ast.Expr
	// Variables is the new variables, which the engine must be given first.
	Variables []*Var
	// Packages is the import paths of all packages that the above mention.
	Packages []string
	// Warnings is what the learner should know of: one line each.
	Warnings []string
	Info     *types.Info

	notebook   *Notebook
	parameters map[*ast.Ident]*Var // see function
	lastExpr   ast.Expr            // that the cell ends with, nil if it ends otherwise
	names      map[string]string   // the engine's name of each declaration
	imported   map[string]bool     // the names of the cell's own imports
	pkg        *types.Package
	decls      []*Decl
	imports    []Import
	byObject   map[types.Object]*Var
	stale      map[*Var]bool
	uses       map[*Decl]map[string]bool
	gone       map[string]string
	replaced   map[string]bool // the keys of earlier cells that this one declares anew
	fresh      bool            // pkg was made for this cell
	scopes     bool            // are wanted: the names that can be used at each place
}

// Check checks a cell against the notebook so far. It returns the cell, or what
// is wrong with it, all errors up to ten.
func (n *Notebook) Check(number int, text string) (*Cell, []Error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, errs := parse(n.fset, number, text)
	if len(errs) > 0 {
		n.drop(p)
		return nil, limit(errs)
	}
	c, errs := n.check(p, false)
	if len(errs) > 0 {
		n.drop(p)
		return nil, limit(n.hints(sortErrors(errs), c))
	}
	return c, nil
}

// drop forgets the positions of a cell that is not kept.
func (n *Notebook) drop(p *parsed) {
	for _, f := range []*token.File{p.Source.decls, p.Source.stmts} {
		if f != nil {
			n.fset.RemoveFile(f)
		}
	}
}

func limit(errs []Error) []Error { return errs[:min(len(errs), 10)] }

// check does the work of Check on a cell that parses.
func (n *Notebook) check(p *parsed, scopes bool) (*Cell, []Error) {
	c := &Cell{
		scopes:   scopes,
		Source:   p.Source,
		notebook: n,
		imports:  n.imports,
		byObject: map[types.Object]*Var{},
		stale:    map[*Var]bool{},
		uses:     map[*Decl]map[string]bool{},
		gone:     map[string]string{},
		replaced: map[string]bool{},
		imported: map[string]bool{},
	}
	if errs := c.addImports(p); len(errs) > 0 {
		return c, errs
	}
	if errs := notInCells(p); len(errs) > 0 {
		return c, errs
	}
	changed := c.addDecls(p)
	c.Body = p.body.Body.List
	c.lastExpr = endsWith(p)
	c.autoImport(p)

	errs := c.checkAll
	if !changed && n.pkg != nil && slices.Equal(c.imports, n.imports) && !c.takesName(p) {
		errs = c.checkBody
	}
	if errs := errs(p); len(errs) > 0 {
		return c, errs
	}
	if errs := c.define(p); len(errs) > 0 {
		return c, errs
	}
	c.findPackages()
	return c, c.findResult()
}

// addImports adds the cell's imports to the notebook's.
func (c *Cell) addImports(p *parsed) (errs []Error) {
	for _, spec := range p.imports {
		path := strings.Trim(spec.Path.Value, "`\"")
		fail := func(format string, args ...any) {
			e := Error{Message: fmt.Sprintf(format, args...)}
			e.place(p.Source, p.Offset(spec.Path.Pos()))
			errs = append(errs, e)
		}
		pkg, err := c.notebook.importer.Import(path)
		if err != nil {
			fail("%v", err)
			continue
		}
		name := pkg.Name()
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." {
			fail("a notebook has no dot imports: import %q and use %s.Name", path, pkg.Name())
			continue
		}
		c.imports = withImport(c.imports, Import{name, path, p.Cell, p.Line(p.Offset(spec.Pos()))})
		c.imported[name] = true
	}
	return errs
}

// withImport returns a copy of list in which imp has replaced what had its name.
func withImport(list []Import, imp Import) []Import {
	if slices.ContainsFunc(list, func(old Import) bool { return old.Name == imp.Name && old.Path == imp.Path }) {
		return list
	}
	list = slices.DeleteFunc(slices.Clone(list), func(old Import) bool { return old.Name == imp.Name && imp.Name != "_" })
	return append(list, imp)
}

// addDecls puts the cell's declarations in the place of those that they replace
// and reports whether any is new. A declaration that stands in the notebook word
// for word is not declared again: its variables keep their type.
func (c *Cell) addDecls(p *parsed) (changed bool) {
	c.decls = slices.Clone(c.notebook.decls)
	for _, node := range p.decls {
		d := newDecl(p, node)
		if slices.ContainsFunc(c.decls, func(old *Decl) bool { return old.Source != p.Source && d.same(old) }) {
			continue
		}
		changed = true
		for i, old := range c.decls {
			if old.Source != p.Source {
				c.decls[i] = old.without(d.Keys, c.replaced)
			}
		}
		c.decls = slices.DeleteFunc(c.decls, func(old *Decl) bool { return old == nil })
		c.decls = append(c.decls, d)
	}
	return changed
}

// autoImport imports the packages that the cell uses without an import.
func (c *Cell) autoImport(p *parsed) {
	known := map[string]bool{}
	for _, imp := range c.imports {
		known[imp.Name] = true
	}
	for _, d := range c.decls {
		for _, k := range d.Keys {
			known[k] = true
		}
	}
	for _, v := range c.notebook.vars {
		known[v.Name] = known[v.Name] || !v.hidden
	}
	visit := func(node ast.Node) bool {
		sel, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok && !known[id.Name] {
			known[id.Name] = true
			if path := c.notebook.importer.ByName(id.Name, sel.Sel.Name); path != "" {
				c.imports = withImport(c.imports, Import{id.Name, path, p.Cell, p.Line(max(p.Offset(id.Pos()), 0))})
			}
		}
		return true
	}
	ast.Inspect(p.body, visit)
	for _, d := range p.decls {
		ast.Inspect(d, visit)
	}
}

// topIdents is the names that the statements of a cell define at its top level.
func topIdents(body []ast.Stmt) (ids []*ast.Ident) {
	for _, s := range body {
		for {
			l, ok := s.(*ast.LabeledStmt)
			if !ok {
				break
			}
			s = l.Stmt
		}
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, x := range s.Lhs {
					if id, ok := x.(*ast.Ident); ok {
						ids = append(ids, id)
					}
				}
			}
		case *ast.DeclStmt:
			if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, spec := range g.Specs {
					ids = append(ids, spec.(*ast.ValueSpec).Names...)
				}
			}
		}
	}
	return ids
}
