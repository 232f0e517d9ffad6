package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// marks notes the line before each statement of a block that may panic or end
// the process. Plain arithmetic and assignments cannot, and a tight loop of them
// pays nothing.
func (e *editor) marks(list []ast.Stmt) {
	for _, s := range list {
		if e.risky(s) {
			e.mark(s)
		}
	}
}

// mark notes the line of a statement, which a label may stand before.
func (e *editor) mark(s ast.Stmt) { e.markAt(s.Pos(), unlabelled(s).Pos()) }

// markAt puts before at the mark of the line of pos.
func (e *editor) markAt(at, pos token.Pos) {
	line := e.source.Line(e.source.Offset(pos))
	e.insert(at, fmt.Sprintf("*%s = %d; ", Mark, e.position(e.source.Cell, line)))
}

// unlabelled is a statement without its labels.
func unlabelled(s ast.Stmt) ast.Stmt {
	for {
		l, ok := s.(*ast.LabeledStmt)
		if !ok {
			return s
		}
		s = l.Stmt
	}
}

// risky looks at a statement itself, not at the statements inside it: they have
// marks of their own.
func (e *editor) risky(s ast.Stmt) bool {
	switch s := unlabelled(s).(type) {
	case *ast.ExprStmt, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt, *ast.ReturnStmt, *ast.DeclStmt:
		return e.calls(s)
	case *ast.AssignStmt:
		return e.calls(s)
	case *ast.IncDecStmt:
		return e.calls(s.X)
	case *ast.IfStmt:
		return e.calls(s.Cond) || s.Init != nil && e.risky(s.Init)
	case *ast.SwitchStmt:
		return s.Tag != nil && e.calls(s.Tag) || s.Init != nil && e.risky(s.Init)
	case *ast.RangeStmt:
		return true
	case *ast.ForStmt:
		return s.Cond != nil && e.calls(s.Cond) || s.Init != nil && e.risky(s.Init)
	}
	return false
}

// calls says whether node calls a function, but for conversions, len and cap,
// or has an operation that may panic.
func (e *editor) calls(node ast.Node) (found bool) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			f := e.cell.Info.Types[n.Fun]
			name := ""
			if id, ok := n.Fun.(*ast.Ident); ok && f.IsBuiltin() {
				name = id.Name
			}
			if !f.IsType() && name != "len" && name != "cap" {
				found = true
			}
		case *ast.IndexExpr, *ast.SliceExpr, *ast.StarExpr, *ast.TypeAssertExpr:
			found = true
		case *ast.SelectorExpr:
			sel := e.cell.Info.Selections[n]
			found = found || sel != nil && sel.Indirect()
		case *ast.BinaryExpr:
			t, _ := e.cell.Info.Types[n].Type.(*types.Basic)
			found = found || (n.Op == token.QUO || n.Op == token.REM) && t != nil && t.Info()&types.IsInteger != 0
		}
		return !found
	})
	return found
}
