package check

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/token"
	"go/types"
	"strings"
)

// Inspection is what is known of a name.
type Inspection struct {
	Signature string // as Go source
	Doc       string // its doc comment, "" if unknown
	Where     string // where it is declared
	Source    string // its declaration, "" if unknown
}

// Inspect describes the name at a byte offset of a cell that may be unfinished;
// just behind an opening parenthesis it is the function's name. It reports false
// if nothing is known.
func (n *Notebook) Inspect(text string, offset int) (Inspection, bool) {
	start, end := word(text, offset)
	for start == end && start > 0 && strings.ContainsRune("(, \t", rune(text[start-1])) {
		// Behind the name, as when Shift-Tab is hit in an argument list.
		open := strings.LastIndexByte(text[:start], '(')
		if open < 0 || strings.ContainsAny(text[open:start], "\n)") {
			break
		}
		start, end = word(text, open)
	}
	if start == end || inText(text, start) {
		return Inspection{}, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	v := n.view(text, start)
	defer v.close()
	if v.cell.Info == nil {
		return Inspection{}, false
	}
	obj := v.object(start)
	if obj == nil {
		return n.inspectPackage(text[start:end])
	}
	return v.inspect(obj), true
}

// object is what the identifier at an offset means.
func (v *view) object(offset int) types.Object {
	for _, m := range []map[*ast.Ident]types.Object{v.cell.Info.Uses, v.cell.Info.Defs} {
		for id, obj := range m {
			if obj != nil && v.parsed.Has(id.Pos()) && v.parsed.Offset(id.Pos()) == offset {
				return obj
			}
		}
	}
	return nil
}

func (v *view) inspect(obj types.Object) Inspection {
	out := Inspection{Signature: types.ObjectString(obj, plain)}
	if p, ok := obj.(*types.PkgName); ok {
		out.Signature = fmt.Sprintf("import %q", p.Imported().Path())
		out.Where = "package " + p.Imported().Path()
		return out
	}
	switch {
	case obj.Pkg() == nil:
		out.Where = "built in"
	case obj.Pkg() != v.cell.pkg:
		out.Where = "package " + obj.Pkg().Path()
	default:
		v.fromNotebook(obj, &out)
	}
	return out
}

// fromNotebook adds what the notebook knows of its own declarations.
func (v *view) fromNotebook(obj types.Object, out *Inspection) {
	if x := v.cell.byObject[obj]; x != nil {
		out.Signature = fmt.Sprintf("var %s %s", x.Name, x.TypeName())
		out.Where = fmt.Sprintf("variable of the notebook, defined in cell %d", x.Cell)
		if x.Cell == v.parsed.Cell {
			out.Where = "this cell"
		}
		return
	}
	out.Where = "this cell"
	for _, d := range v.cell.decls {
		if obj.Pos() < d.Node.Pos() || obj.Pos() > d.Node.End() {
			continue
		}
		if d.Source != v.parsed.Source {
			out.Where = fmt.Sprintf("cell %d, line %d", d.Source.Cell, d.Source.Line(d.Source.Offset(obj.Pos())))
		}
		out.Source = d.text
		out.Doc = docOf(d.Node)
	}
}

// docOf is the doc comment of a declaration as plain text.
func docOf(d ast.Decl) string {
	var group *ast.CommentGroup
	switch d := d.(type) {
	case *ast.FuncDecl:
		group = d.Doc
	case *ast.GenDecl:
		group = d.Doc
	}
	if group == nil {
		return ""
	}
	var p comment.Parser
	var pr comment.Printer
	return strings.TrimSpace(string(pr.Text(p.Parse(group.Text()))))
}

// inspectPackage describes a package that the cell has not used yet.
func (n *Notebook) inspectPackage(name string) (Inspection, bool) {
	if !token.IsIdentifier(name) {
		return Inspection{}, false
	}
	path := n.importer.ByName(name, "")
	if path == "" {
		return Inspection{}, false
	}
	return Inspection{Signature: fmt.Sprintf("import %q", path), Where: "package " + path}, true
}
