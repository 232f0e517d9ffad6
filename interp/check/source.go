package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// Source is the text of one cell and its place among the notebook's positions.
//
// Go has no syntax for a cell, so it is parsed twice with go/parser: once its
// declarations, once its statements as the body of a function. Each time the
// other half is blanked out, so that every position is that of the cell.
type Source struct {
	Cell int // the number by which errors name it
	Text string

	decls, stmts *token.File
}

// prime marks the names that heddle makes.
const prime = 'ʹ'

const (
	declPrefix = "package p\n"
	stmtPrefix = "package p\nfunc _() {\n"
)

// Offset is the byte offset in Text of pos, -1 if pos is not of this cell.
func (s *Source) Offset(pos token.Pos) int {
	offset := -1
	if inside(s.decls, pos) {
		offset = s.decls.Offset(pos) - len(declPrefix)
	} else if inside(s.stmts, pos) {
		offset = s.stmts.Offset(pos) - len(stmtPrefix)
	}
	if offset < 0 {
		return -1
	}
	return min(offset, len(s.Text))
}

// Has says whether pos is of this cell.
func (s *Source) Has(pos token.Pos) bool { return inside(s.decls, pos) || inside(s.stmts, pos) }

func inside(f *token.File, pos token.Pos) bool {
	return f != nil && int(pos) >= f.Base() && int(pos) <= f.Base()+f.Size()
}

// Line is the 1-based line of a byte offset, Column its 1-based byte in it.
func (s *Source) Line(offset int) int { return strings.Count(s.Text[:offset], "\n") + 1 }

func (s *Source) Column(offset int) int {
	return offset - (strings.LastIndexByte(s.Text[:offset], '\n') + 1) + 1
}

// parsed is a cell's two halves.
type parsed struct {
	*Source
	last    int // offset of the last declaration or import, -1 if there is none
	imports []*ast.ImportSpec
	decls   []ast.Decl    // types, constants, functions, methods
	body    *ast.FuncDecl // the statements; top-level var declarations are among them
}

// parse parses a cell. Where it is not Go it returns what could be made of it
// and the errors.
func parse(fset *token.FileSet, cell int, text string) (*parsed, []Error) {
	p := &parsed{Source: &Source{Cell: cell, Text: text}, last: -1}
	decls, stmts, errs := split(text)
	if errs = p.at(errs); len(errs) > 0 && errs[0].Hint != "" {
		p.body = emptyBody()
		return p, errs
	}

	if decls != "" {
		errs = append(errs, p.parseDecls(fset, decls)...)
	}
	errs = append(errs, p.parseStmts(fset, stmts)...)
	return p, sortErrors(errs)
}

const mode = parser.ParseComments | parser.SkipObjectResolution | parser.AllErrors

func (p *parsed) parseDecls(fset *token.FileSet, text string) []Error {
	file, err := parser.ParseFile(fset, "", declPrefix+text, mode)
	p.Source.decls = fset.File(file.FileStart)
	for _, d := range file.Decls {
		p.last = max(p.last, p.Offset(d.Pos()))
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			for _, spec := range g.Specs {
				p.imports = append(p.imports, spec.(*ast.ImportSpec))
			}
			continue
		}
		p.decls = append(p.decls, d)
	}
	return p.syntax(err, len(declPrefix))
}

func (p *parsed) parseStmts(fset *token.FileSet, text string) []Error {
	file, err := parser.ParseFile(fset, "", stmtPrefix+text+"\n}", mode)
	p.Source.stmts = fset.File(file.FileStart)
	if len(file.Decls) > 0 {
		p.body, _ = file.Decls[0].(*ast.FuncDecl)
	}
	if p.body == nil || p.body.Body == nil {
		p.body = emptyBody()
	}
	return p.syntax(err, len(stmtPrefix))
}

func emptyBody() *ast.FuncDecl {
	return &ast.FuncDecl{Name: ast.NewIdent("_"), Type: &ast.FuncType{Params: &ast.FieldList{}}, Body: &ast.BlockStmt{}}
}

// at fills in the cell of errors that have only an offset.
func (p *parsed) at(errs []Error) []Error {
	for i := range errs {
		errs[i].place(p.Source, errs[i].offset)
	}
	return errs
}

// syntax turns the parser's errors into ours.
func (p *parsed) syntax(err error, prefix int) []Error {
	list, _ := err.(scanner.ErrorList)
	var errs []Error
	at := -1
	for _, e := range list {
		if e.Pos.Offset == at {
			continue // what follows from the first
		}
		if strings.HasPrefix(e.Msg, "imports must appear") || strings.Contains(e.Msg, "'ILLEGAL'") && len(list) > 1 {
			continue // imports may stand anywhere in a cell; the scanner has said what is illegal
		}
		at = e.Pos.Offset
		out := Error{Message: "syntax error: " + p.wording(e.Msg)}
		out.place(p.Source, min(max(e.Pos.Offset-prefix, 0), len(p.Text)))
		errs = append(errs, out)
	}
	return errs
}

// wording is a message of go/parser in the compiler's words.
func (p *parsed) wording(msg string) string {
	expected, found, ok := strings.Cut(msg, ", found ")
	if !ok || !strings.HasPrefix(expected, "expected ") {
		return msg
	}
	if strings.Trim(found, "'") == "EOF" {
		found = "end of the cell"
		if nextIndent(p.Text) != "" && expected == "expected ';'" {
			expected = "expected }"
		}
	}
	return "unexpected " + found + ", " + expected
}

// notInCells finds what is Go but has no meaning in a cell.
func notInCells(p *parsed) (errs []Error) {
	for _, d := range p.decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			e := Error{Message: "a notebook has no func init", Hint: "write its statements in a cell: they run when the cell does"}
			e.place(p.Source, p.Offset(f.Name.Pos()))
			errs = append(errs, e)
		}
	}
	return errs
}

// split blanks out of two copies of text the statements and the declarations;
// decls is "" if there are none.
func split(text string) (decls, stmts string, errs []Error) {
	d, s := []byte(text), []byte(text)
	items, errs := scan(text)
	if !slices.ContainsFunc(items, func(it item) bool { return it.declaration }) {
		return "", text, errs
	}
	for _, it := range items {
		half := d
		if it.declaration {
			half = s
		}
		for i := it.start; i < it.end; i++ {
			if half[i] != '\n' {
				half[i] = ' '
			}
		}
	}
	return string(d), string(s), errs
}

// item is the extent of one declaration or statement of a cell.
type item struct {
	start, end  int
	declaration bool
}

// scan finds the items of a cell by its tokens. A var declaration is a
// statement: it runs in its turn.
func scan(text string) (items []item, errs []Error) {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)

	type lexeme struct {
		tok    token.Token
		lit    string
		offset int
	}
	var toks []lexeme
	for {
		pos, tok, lit := s.Scan()
		toks = append(toks, lexeme{tok, lit, file.Offset(pos)})
		if tok == token.EOF {
			break
		}
	}
	end := func(i int) int { // of the token's text
		if l := toks[i].lit; l != "" && toks[i].tok != token.SEMICOLON {
			return toks[i].offset + len(l)
		}
		if toks[i].tok == token.SEMICOLON && toks[i].lit != ";" {
			return toks[i].offset
		}
		return toks[i].offset + len(toks[i].tok.String())
	}
	kinds := make([]token.Token, len(toks))
	for i, t := range toks {
		kinds[i] = t.tok
	}
	depth, start := 0, -1
	add := func(end int) {
		items = append(items, item{toks[start].offset, end, declares(kinds[start:])})
		start = -1
	}
	for i, t := range toks {
		if t.tok == token.EOF {
			if start >= 0 {
				add(len(text))
			}
			break
		}
		if start < 0 {
			if t.tok == token.SEMICOLON {
				if t.lit == ";" {
					items = append(items, item{t.offset, t.offset + 1, false})
				}
				continue
			}
			start = i
			if t.tok == token.PACKAGE {
				return nil, []Error{{
					Message: "syntax error: a cell has no package clause",
					Hint:    "leave the line out, and call main() if the cell declares it",
					offset:  t.offset,
				}}
			}
		}
		switch t.tok {
		case token.IDENT:
			if strings.ContainsRune(t.lit, prime) {
				errs = append(errs, Error{Message: fmt.Sprintf("syntax error: the name %s has the character %c, which is heddle's own", t.lit, prime), offset: t.offset})
			}
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
			if depth < 0 {
				errs = append(errs, Error{Message: "syntax error: unexpected " + t.tok.String(), offset: t.offset})
				depth = 0
			}
		case token.SEMICOLON:
			if depth == 0 {
				add(end(i))
			}
		}
	}
	return items, errs
}

// declares says whether the item that toks begin with is a declaration. A func
// is one when a name follows, with or without a receiver before it.
func declares(toks []token.Token) bool {
	tok := func(k int) token.Token {
		if k < len(toks) {
			return toks[k]
		}
		return token.EOF
	}
	switch tok(0) {
	case token.IMPORT, token.CONST, token.TYPE:
		return true
	case token.FUNC:
		k := 1
		if tok(1) == token.LPAREN {
			for depth := 0; ; k++ {
				switch tok(k) {
				case token.LPAREN:
					depth++
				case token.RPAREN:
					depth--
				case token.EOF, token.ILLEGAL:
					return false
				}
				if depth == 0 {
					break
				}
			}
			k++
			return tok(k) == token.IDENT && tok(k+1) == token.LPAREN
		}
		return tok(k) == token.IDENT
	}
	return false
}
