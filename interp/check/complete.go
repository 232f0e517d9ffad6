package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Candidate is one completion. Kind is one of keyword, function, class,
// instance, module, property, statement.
type Candidate struct {
	Text, Kind, Signature string
}

// hole is the name that stands at the cursor while the cell is looked at. No
// cell can have written it.
const hole = "holeʹ"

// Complete returns what could stand at a byte offset of a cell that may be
// unfinished, and the extent of the text that it would replace.
func (n *Notebook) Complete(text string, offset int) (start, end int, all []Candidate) {
	start, end = word(text, offset)
	if strings.ContainsRune(text, prime) {
		return start, end, nil
	}
	prefix := text[start:offset]
	if p, ok := importPrefix(text, offset); ok {
		return offset - len(p), offset, n.completeImport(p)
	}
	if inText(text, offset) {
		return offset, offset, nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	v := n.view(text[:start]+hole+text[end:], start)
	defer v.close()
	switch {
	case v.selector != nil:
		all = v.members()
	case strings.HasSuffix(text[:start], "."): // of a number, say
	default:
		all = v.scope()
	}
	matches := slices.DeleteFunc(slices.Clone(all), func(c Candidate) bool { return !strings.HasPrefix(c.Text, prefix) })
	if len(matches) == 0 { // the case may be wrong
		low := strings.ToLower(prefix)
		matches = slices.DeleteFunc(all, func(c Candidate) bool { return !strings.HasPrefix(strings.ToLower(c.Text), low) })
	}
	all = matches
	slices.SortFunc(all, func(a, b Candidate) int { return strings.Compare(a.Text, b.Text) })
	return start, end, slices.CompactFunc(all, func(a, b Candidate) bool { return a.Text == b.Text })
}

// word is the extent of the identifier at an offset.
func word(text string, offset int) (start, end int) {
	part := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	start, end = offset, offset
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if !part(r) {
			break
		}
		start -= size
	}
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !part(r) {
			break
		}
		end += size
	}
	return start, end
}

// importPrefix is the beginning of an import path in which the cursor stands.
func importPrefix(text string, offset int) (string, bool) {
	line := text[strings.LastIndexByte(text[:offset], '\n')+1 : offset]
	quote := strings.IndexByte(line, '"')
	if quote < 0 || strings.Count(line, `"`) != 1 {
		return "", false
	}
	before := strings.TrimSpace(line[:quote])
	if strings.HasPrefix(before, "import") {
		return line[quote+1:], true
	}
	open := strings.LastIndex(text[:offset], "import (")
	return line[quote+1:], open >= 0 && !strings.Contains(text[open:offset], ")") && (before == "" || token.IsIdentifier(before))
}

func (n *Notebook) completeImport(prefix string) (all []Candidate) {
	for _, p := range n.importer.Paths() {
		if strings.HasPrefix(p, prefix) {
			all = append(all, Candidate{Text: p, Kind: "module"})
		}
	}
	slices.SortFunc(all, func(a, b Candidate) int { return strings.Compare(a.Text, b.Text) })
	return all
}

// inText says whether an offset is inside a string or a comment.
func inText(text string, offset int) bool {
	quote := byte(0)
	for i := 0; i < offset; i++ {
		c := text[i]
		switch {
		case quote == '/':
			if c == '\n' {
				quote = 0
			}
		case quote == '*':
			if c == '*' && strings.HasPrefix(text[i:], "*/") {
				quote = 0
				i++
			}
		case quote != 0:
			if c == '\\' && quote != '`' {
				i++
			} else if c == quote || c == '\n' && quote != '`' {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case strings.HasPrefix(text[i:], "//"):
			quote = '/'
		case strings.HasPrefix(text[i:], "/*"):
			quote = '*'
		}
	}
	return quote != 0
}

// view is a cell that is being written, checked as far as it goes.
type view struct {
	n        *Notebook
	cell     *Cell
	parsed   *parsed
	pos      token.Pos
	selector *ast.SelectorExpr // that the cursor stands in, behind the dot
}

// view checks an unfinished cell and finds the identifier at an offset.
func (n *Notebook) view(text string, offset int) *view {
	p, _ := parse(n.fset, 0, text)
	v := &view{n: n, parsed: p}
	v.cell, _ = n.check(p, true)
	find := func(node ast.Node) bool {
		if id, ok := node.(*ast.Ident); ok && p.Offset(id.Pos()) == offset {
			v.pos = id.Pos()
		}
		if sel, ok := node.(*ast.SelectorExpr); ok && p.Offset(sel.Sel.Pos()) == offset {
			v.selector = sel
		}
		return true
	}
	ast.Inspect(p.body, find)
	for _, d := range p.decls {
		ast.Inspect(d, find)
	}
	return v
}

func (v *view) close() { v.n.drop(v.parsed) }

// members is what can stand behind the dot.
func (v *view) members() (all []Candidate) {
	info := v.cell.Info
	if info == nil {
		return nil
	}
	if id, ok := v.selector.X.(*ast.Ident); ok {
		if pkg, ok := info.Uses[id].(*types.PkgName); ok {
			scope := pkg.Imported().Scope()
			for _, name := range scope.Names() {
				if token.IsExported(name) {
					all = append(all, candidate(scope.Lookup(name)))
				}
			}
			return all
		}
	}
	t := info.Types[v.selector.X].Type
	if t == nil {
		return nil
	}
	seen := map[string]bool{}
	var add func(t types.Type, depth int)
	add = func(t types.Type, depth int) {
		if depth > 8 {
			return
		}
		if p, ok := t.Underlying().(*types.Pointer); ok {
			add(p.Elem(), depth)
			return
		}
		s, ok := t.Underlying().(*types.Struct)
		if !ok {
			return
		}
		for f := range s.Fields() {
			if v.visible(f) && !seen[f.Name()] {
				seen[f.Name()] = true
				all = append(all, candidate(f))
			}
			if f.Embedded() {
				add(f.Type(), depth+1)
			}
		}
	}
	add(t, 0)
	if _, ok := t.Underlying().(*types.Pointer); !ok && !types.IsInterface(t) {
		t = types.NewPointer(t) // a variable's address is taken for a method call
	}
	methods := types.NewMethodSet(t)
	for i := range methods.Len() {
		if m := methods.At(i).Obj(); v.visible(m) && !seen[m.Name()] {
			seen[m.Name()] = true
			all = append(all, candidate(m))
		}
	}
	return all
}

func (v *view) visible(obj types.Object) bool {
	return obj.Exported() || obj.Pkg() == v.cell.pkg
}

// scope is the names that can be used at the cursor.
func (v *view) scope() (all []Candidate) {
	if v.cell.pkg != nil {
		for s := v.innermost(); s != nil; s = s.Parent() {
			for _, name := range s.Names() {
				obj := s.Lookup(name)
				if !strings.Contains(name, "ʹ") && !v.isLater(obj, s) {
					all = append(all, candidate(obj))
				}
			}
		}
	}
	for tok := token.BREAK; tok <= token.VAR; tok++ {
		all = append(all, Candidate{Text: tok.String(), Kind: "keyword"})
	}
	for _, p := range v.n.importer.Paths() {
		if name := path.Base(p); token.IsIdentifier(name) && name != "v2" && !strings.Contains(p, "internal") {
			all = append(all, Candidate{Text: name, Kind: "module", Signature: "package " + p})
		}
	}
	return all
}

// isLater says whether a local name is declared behind the cursor.
func (v *view) isLater(obj types.Object, s *types.Scope) bool {
	return s != v.cell.pkg.Scope() && s != types.Universe && obj.Pos().IsValid() && v.pos.IsValid() && obj.Pos() > v.pos
}

// innermost is the smallest scope around the cursor.
func (v *view) innermost() *types.Scope {
	best := v.cell.pkg.Scope()
	if v.cell.Info == nil {
		return best
	}
	for _, s := range v.cell.Info.Scopes {
		if s.Contains(v.pos) && (best == v.cell.pkg.Scope() || s.End()-s.Pos() < best.End()-best.Pos()) {
			best = s
		}
	}
	return best
}

// candidate describes an object.
func candidate(obj types.Object) Candidate {
	c := Candidate{Text: obj.Name(), Kind: "instance"}
	switch obj := obj.(type) {
	case *types.PkgName:
		c.Kind, c.Signature = "module", "package "+obj.Imported().Path()
	case *types.TypeName:
		c.Kind, c.Signature = "class", types.TypeString(obj.Type().Underlying(), plain)
	case *types.Func:
		c.Kind, c.Signature = "function", types.TypeString(obj.Type(), plain)
	case *types.Builtin:
		c.Kind = "function"
	case *types.Const, *types.Var:
		if v, ok := obj.(*types.Var); ok && v.IsField() {
			c.Kind = "property"
		}
		c.Signature = types.TypeString(obj.Type(), plain)
	case *types.Label:
		c.Kind = "statement"
	}
	if len(c.Signature) > 200 {
		c.Signature = c.Signature[:200] + "..."
	}
	return c
}
