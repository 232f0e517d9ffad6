// Package check understands cells: it parses them, type-checks them with
// go/types as part of the notebook's one package, and answers completion and
// inspection.
package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Notebook is all live declarations and variables of all cells: one Go package,
// in cell order, a later declaration replacing an earlier one of the same name.
// Its methods may be called from many goroutines.
type Notebook struct {
	importer *Importer

	mu      sync.Mutex
	fset    *token.FileSet
	imports []Import
	decls   []*Decl
	vars    []*Var
	pkg     *types.Package // the notebook as checked last; nil when it must be checked anew
	serials map[string]int // how often each name was declared
	gone    map[string]string
}

// New is an empty notebook.
func New(importer *Importer) *Notebook {
	return &Notebook{importer: importer, fset: token.NewFileSet(), serials: map[string]int{}, gone: map[string]string{}}
}

// Import is a package that the notebook imports, under Name.
type Import struct {
	Name, Path string
	Cell, Line int
}

// Decl is one declaration: a function, a method, or a group of types or
// constants.
type Decl struct {
	Source *Source
	Node   ast.Decl
	// Keys are the names that it declares; a method's is "T.M".
	Keys []string
	// Engine is the names by which the engine knows them. A name that is
	// declared again gets a new one, so that no engine ever sees one twice.
	Engine map[string]string

	text     string
	packages []string        // that it uses, by their import paths
	start    int             // offset of text in Source
	uses     map[string]bool // the keys of the declarations that it needs
}

// Text is the declaration's source.
func (d *Decl) Text() string { return d.text }

// Start is the offset of Text in Source.Text.
func (d *Decl) Start() int { return d.start }

// Var is a variable of the notebook. One that is defined again with another
// type is a new variable; what was declared before keeps the old one.
type Var struct {
	Name   string
	Engine string // by which the engine knows it; unique
	Type   types.Type
	Text   string // its type as source, with package names as PackageAlias makes them
	Cell   int    // that defined it
	stale  bool   // its type was replaced
	hidden bool   // a newer variable or declaration has its name

	packages []string // that Text mentions
}

// TypeName is the variable's type as the learner would write it.
func (v Var) TypeName() string { return types.TypeString(v.Type, plain) }

// plain qualifies a name by its package's name, one of the notebook by nothing.
func plain(p *types.Package) string {
	if p.Path() == "nb" {
		return ""
	}
	return p.Name()
}

// engineName makes a name that no cell can have written.
func (n *Notebook) engineName(name string) string {
	n.serials[name]++
	return name + "ʹ" + strconv.Itoa(n.serials[name])
}

// PackageAlias is the name under which the engine imports a package: one that
// no cell can have written, and the same in every cell.
func PackageAlias(path string) string {
	return "pkgʹ" + strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(path)
}

// Variables returns the notebook's variables in the order of their definition.
func (n *Notebook) Variables() []Var {
	n.mu.Lock()
	defer n.mu.Unlock()
	var vars []Var
	for _, v := range n.vars {
		if !v.hidden && !v.stale {
			vars = append(vars, *v)
		}
	}
	return vars
}

// Declarations returns the live declarations, the imports among them.
func (n *Notebook) Declarations() (imports []Import, decls []*Decl) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.imports), slices.Clone(n.decls)
}

// Reset forgets everything but the names that the engine has seen.
func (n *Notebook) Reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.imports, n.decls, n.vars, n.pkg = nil, nil, nil, nil
	n.gone = map[string]string{}
	n.fset = token.NewFileSet()
}

// newDecl describes a declaration of a cell.
func newDecl(p *parsed, node ast.Decl) *Decl {
	start, end := node.Pos(), node.End()
	d := &Decl{Source: p.Source, Node: node}
	if f, ok := node.(*ast.FuncDecl); ok && f.Doc != nil {
		start = f.Doc.Pos()
	} else if g, ok := node.(*ast.GenDecl); ok && g.Doc != nil {
		start = g.Doc.Pos()
	}
	d.start = max(p.Offset(start), 0)
	stop := p.Offset(end)
	if stop < d.start { // an unfinished declaration may end behind the text
		stop = len(p.Text)
	}
	d.text = p.Text[d.start:stop]
	switch node := node.(type) {
	case *ast.FuncDecl:
		key := node.Name.Name
		if t := receiver(node); t != "" {
			key = t + "." + key
		}
		d.Keys = []string{key}
	case *ast.GenDecl:
		for _, spec := range node.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				d.Keys = append(d.Keys, spec.Name.Name)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					d.Keys = append(d.Keys, name.Name)
				}
			}
		}
	}
	return d
}

// receiver is the name of a method's receiver type, "" for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return "_"
		}
	}
}

// same says whether two declarations are the same text.
func (d *Decl) same(e *Decl) bool {
	return slices.Equal(d.Keys, e.Keys) && d.text == e.text
}

// without returns what is left of d when keys are declared anew, nil for
// nothing, and notes in replaced which of them it had. A type's methods stay
// when the type is declared again.
func (d *Decl) without(keys []string, replaced map[string]bool) *Decl {
	if d == nil {
		return nil
	}
	var left []string
	for _, k := range d.Keys {
		if k != "_" && slices.Contains(keys, k) {
			replaced[k] = true
		} else {
			left = append(left, k)
		}
	}
	if len(left) == len(d.Keys) {
		return d
	}
	group, ok := d.Node.(*ast.GenDecl)
	if !ok || len(left) == 0 {
		return nil
	}
	rest := *d
	rest.Keys = left
	rest.Node = groupOf(group, left)
	rest.Engine = map[string]string{}
	for _, k := range left {
		rest.Engine[k] = d.Engine[k]
	}
	return &rest
}

// groupOf is a copy of a group of types or constants that declares only some of
// its names: a constant keeps its place, as iota counts it.
func groupOf(group *ast.GenDecl, names []string) *ast.GenDecl {
	rest := *group
	rest.Specs = nil
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if slices.Contains(names, spec.Name.Name) {
				rest.Specs = append(rest.Specs, spec)
			}
		case *ast.ValueSpec:
			v := *spec
			v.Names = nil
			for _, id := range spec.Names {
				if !slices.Contains(names, id.Name) {
					id = &ast.Ident{NamePos: id.NamePos, Name: "_"}
				}
				v.Names = append(v.Names, id)
			}
			rest.Specs = append(rest.Specs, &v)
		}
	}
	return &rest
}

// base is the type that a method belongs to, "" for what is no method.
func base(key string) string {
	t, _, ok := strings.Cut(key, ".")
	if !ok {
		return ""
	}
	return t
}
