// Package lower turns a checked cell into what the interpreter runs: ordinary
// Go again, with the names of other cells and the loom's calls put in. It edits
// the learner's text and prints nothing anew, so every line keeps its number.
package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"heddle/interp/check"
)

// The names under which lowered code finds the host. No cell can write them.
const (
	Host = "rtʹ"   // the package of the host's functions
	Stop = "stopʹ" // bool: some cell is being cancelled
	Mark = "markʹ" // *int64: where the line that runs is noted
)

// Program is a cell as the interpreter gets it.
type Program struct {
	Packages []string // import paths, each to be imported as check.PackageAlias says
	Source   string   // declarations; the last one hands Func to the host's Main
	Func     string   // func() bool: runs the statements; false if they ended early. "" if there are none
}

// Options is what lowering needs to know besides the cell.
type Options struct {
	Func     string                     // the name of the function for the statements
	Position func(cell, line int) int64 // makes the mark of a line
	Calls    []Call                     // of the host, between the statements
}

// Call is a call of the host at the top level of a cell, in the place of what
// stood at Offset and is no Go.
type Call struct {
	Offset int
	Text   string
}

// Cell lowers a checked cell.
func Cell(c *check.Cell, opt Options) Program {
	position, calls := opt.Position, opt.Calls
	p := Program{Packages: c.Packages}
	var out strings.Builder
	for _, v := range c.Variables {
		fmt.Fprintf(&out, "var %s %s\n", v.Engine, c.EngineType(v))
	}
	for _, d := range c.Declare {
		e := newEditor(c, d.Source, position)
		e.walk(d.Node)
		if g, ok := d.Node.(*ast.GenDecl); ok {
			e.replaced(g)
		}
		start, end := d.Source.Offset(d.Node.Pos()), d.Source.Offset(d.Node.End())
		fmt.Fprintf(&out, "\n//line %s:%d\n%s\n", file, d.Source.Line(start), e.text(start, end))
	}
	if len(c.Body) > 0 || len(calls) > 0 {
		p.Func = opt.Func
		fmt.Fprintf(&out, "\nfunc %s() bool {\n", p.Func)
		e := newEditor(c, c.Source, position)
		for _, s := range c.Body {
			start, end := c.Source.Offset(s.Pos()), c.Source.Offset(s.End())
			for ; len(calls) > 0 && calls[0].Offset < start; calls = calls[1:] {
				fmt.Fprintf(&out, "%s.%s\n", Host, calls[0].Text)
			}
			e.topLevel(s)
			fmt.Fprintf(&out, "\n//line %s:%d\n%s\n", file, c.Source.Line(start), e.text(start, end))
		}
		for _, call := range calls {
			fmt.Fprintf(&out, "%s.%s\n", Host, call.Text)
		}
		fmt.Fprintf(&out, "return true\n}\nfunc init() { %s.Main(%s) }\n", Host, p.Func)
	}
	p.Source = out.String()
	return p
}

// file is the file name in all positions. yaegi looks an import up under the
// name of the file in which it is used, so all cells must share one.
const file = "_.go"

// edit puts text in the place of source bytes [start, end).
type edit struct {
	start, end int
	text       string
}

type editor struct {
	cell     *check.Cell
	source   *check.Source
	position func(cell, line int) int64
	edits    []edit
}

func newEditor(c *check.Cell, s *check.Source, position func(cell, line int) int64) *editor {
	return &editor{cell: c, source: s, position: position}
}

func (e *editor) replace(pos, end token.Pos, text string) {
	e.edits = append(e.edits, edit{e.source.Offset(pos), e.source.Offset(end), text})
}

func (e *editor) insert(pos token.Pos, text string) { e.replace(pos, pos, text) }

// text applies the edits within [start, end) of the source. Edits at one place
// keep the order in which they were made.
func (e *editor) text(start, end int) string {
	slices.SortStableFunc(e.edits, func(a, b edit) int { return a.start - b.start })
	var out strings.Builder
	at := start
	for _, x := range e.edits {
		if x.start < start || x.end > end || x.start < at {
			continue
		}
		out.WriteString(e.source.Text[at:x.start])
		out.WriteString(x.text)
		at = x.end
	}
	out.WriteString(e.source.Text[at:end])
	return out.String()
}

// topLevel lowers a statement of the cell itself.
func (e *editor) topLevel(s ast.Stmt) {
	if _, simple := s.(*ast.AssignStmt); !simple || e.risky(s) {
		e.mark(s)
	}
	if x, ok := s.(*ast.ExprStmt); ok && x.X == e.cell.Result {
		e.insert(s.Pos(), Host+".Result(")
		e.walk(s)
		e.insert(s.End(), ")")
		return
	}
	switch s := unlabelled(s).(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			e.replace(s.TokPos, s.TokPos+2, "=")
		}
	case *ast.DeclStmt:
		if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			e.varDecl(g)
			return
		}
	}
	e.walk(s)
	e.returns(s)
}

// returns makes a return of the cell itself say that it ended early.
func (e *editor) returns(s ast.Stmt) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			e.insert(n.End(), " false")
		}
		return true
	})
}

// walk makes the edits that hold everywhere below node.
func (e *editor) walk(node ast.Node) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			e.ident(n)
		case *ast.BlockStmt:
			e.marks(n.List)
		case *ast.CaseClause:
			e.marks(n.Body)
		case *ast.CommClause:
			e.marks(n.Body)
		case *ast.ForStmt:
			e.backEdge(n.Body)
		case *ast.RangeStmt:
			e.backEdge(n.Body)
		case *ast.FuncDecl:
			e.recovers(n.Body)
			if n.Body != nil {
				e.backEdge(n.Body) // recursion is a loop, too
			}
		case *ast.BranchStmt:
			if n.Tok == token.GOTO {
				e.insert(n.Pos(), poll)
			}
		case *ast.FuncLit:
			e.recovers(n.Body)
		case *ast.CallExpr:
			e.stdin(n)
		}
		return true
	})
}

// ident gives an identifier the engine's name of what it means.
func (e *editor) ident(id *ast.Ident) {
	if b, ok := e.cell.Info.Uses[id].(*types.Builtin); ok && (b.Name() == "print" || b.Name() == "println") {
		e.replace(id.Pos(), id.End(), Host+"."+strings.ToUpper(b.Name()[:1])+b.Name()[1:])
		return
	}
	name := e.cell.EngineName(id)
	if name == "" {
		return
	}
	e.rename(id, name)
}

// rename puts a name in the place of an identifier, which the source may spell
// otherwise than the tree: see check's bind.
func (e *editor) rename(id *ast.Ident, name string) {
	start := e.source.Offset(id.Pos())
	end := start
	for end < len(e.source.Text) && isNamePart(e.source.Text[end]) {
		end++
	}
	if e.source.Text[start:end] != name {
		e.edits = append(e.edits, edit{start, end, name})
	}
}

func isNamePart(b byte) bool {
	return b >= 0x80 || b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// poll lets an interrupt reach a place that a program may come to again and
// again.
const poll = "if " + Stop + " { " + Host + ".Poll() }; "

func (e *editor) backEdge(body *ast.BlockStmt) { e.insert(body.Lbrace+1, " "+poll) }

// recovers notes at the start of a function that recovers that the panic on its
// way, if any, ends here.
func (e *editor) recovers(body *ast.BlockStmt) {
	if body == nil {
		return
	}
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.Ident:
			b, ok := e.cell.Info.Uses[n].(*types.Builtin)
			found = found || ok && b.Name() == "recover"
		}
		return true
	})
	if found {
		e.insert(body.Lbrace+1, " "+Host+".Recovering(); ")
	}
}

// stdin gives the host's reader to a function that takes os.Stdin as an
// interface: it asks the front end for each line.
func (e *editor) stdin(call *ast.CallExpr) {
	sig, ok := e.cell.Info.Types[call.Fun].Type.(*types.Signature)
	if !ok {
		return
	}
	for i, arg := range call.Args {
		sel, ok := arg.(*ast.SelectorExpr)
		if !ok || i >= sig.Params().Len() || !types.IsInterface(sig.Params().At(i).Type()) {
			continue
		}
		v, ok := e.cell.Info.Uses[sel.Sel].(*types.Var)
		if ok && v.Pkg() != nil && v.Pkg().Path() == "os" && v.Name() == "Stdin" {
			e.replace(sel.Pos(), sel.End(), Host+".Stdin")
		}
	}
}
