package check

import (
	"fmt"
	"go/token"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestScan splits cells. Each item is written as it stands in the cell, with
// "d " before a declaration and "s " before a statement.
func TestScan(t *testing.T) {
	for _, test := range []struct {
		cell  string
		items []string
	}{
		{"", nil},
		{" \n\t\r\n", nil},
		{"// only a comment", nil},
		{"/* only\na comment */", nil},
		{"x", []string{"s x"}},
		{"x := 1; y := 2", []string{"s x := 1;", "s y := 2"}},
		{"x := 1\r\ny := 2\r\n", []string{"s x := 1\r", "s y := 2\r"}},
		{"\tx := 1 // c\n\ty", []string{"s x := 1 // c", "s y"}},
		{";;", []string{"s ;", "s ;"}},
		{"import \"fmt\"\nfmt.Println()", []string{"d import \"fmt\"", "s fmt.Println()"}},
		{"import (\n\t\"a\"\n\n\t\"b\"\n)\n1", []string{"d import (\n\t\"a\"\n\n\t\"b\"\n)", "s 1"}},
		{"const a = 1; type T int", []string{"d const a = 1;", "d type T int"}},
		{"var x = 1", []string{"s var x = 1"}},
		{"func f() {\n}\nf()", []string{"d func f() {\n}", "s f()"}},
		{"func f[T any](x T) {}", []string{"d func f[T any](x T) {}"}},
		{"func (p *P) m() {}", []string{"d func (p *P) m() {}"}},
		{"func (s *S[K, V]) m() {}", []string{"d func (s *S[K, V]) m() {}"}},
		{"func (P) m() {}", []string{"d func (P) m() {}"}},
		{"func() { x() }()", []string{"s func() { x() }()"}},
		{"func(a int) int { return a }(3)", []string{"s func(a int) int { return a }(3)"}},
		{"func() func() { return nil }()()", []string{"s func() func() { return nil }()()"}},
		{"go func() { x() }()", []string{"s go func() { x() }()"}},
		{"L:\nfor {\n\tbreak L\n}", []string{"s L:\nfor {\n\tbreak L\n}"}},
		{"x := `raw\nfunc f() {}\n`\nx", []string{"s x := `raw\nfunc f() {}\n`", "s x"}},
		{"世界 := \"é\"\n世界", []string{"s 世界 := \"é\"", "s 世界"}},
		{"f(\n\t1,\n\t2)\ng()", []string{"s f(\n\t1,\n\t2)", "s g()"}},
		{"if x {\n} else {\n}\ny", []string{"s if x {\n} else {\n}", "s y"}},
		{"func f() {", []string{"d func f() {"}},
		{"func", []string{"s func"}},
		{"func (", []string{"s func ("}},
		{"type", []string{"d type"}},
		{"x := \"open\ny", []string{"s x := \"open", "s y"}},
		{"/* open", nil},
	} {
		items, errs := scan(test.cell)
		var got []string
		for _, it := range items {
			kind := "s "
			if it.declaration {
				kind = "d "
			}
			got = append(got, kind+test.cell[it.start:it.end])
		}
		if !slices.Equal(got, test.items) || len(errs) > 0 {
			t.Errorf("%q: %q, %v, want %q", test.cell, got, errs, test.items)
		}
	}
}

func TestScanErrors(t *testing.T) {
	for _, test := range []struct {
		cell, message string
		offset        int
	}{
		{"}", "syntax error: unexpected }", 0},
		{"f()\n)", "syntax error: unexpected )", 4},
		{"x]", "syntax error: unexpected ]", 1},
		{"\npackage main", "syntax error: a cell has no package clause", 1},
	} {
		_, errs := scan(test.cell)
		if len(errs) != 1 || errs[0].Message != test.message || errs[0].offset != test.offset {
			t.Errorf("%q: %+v, want %q at %d", test.cell, errs, test.message, test.offset)
		}
	}
}

// TestSplit sees that the two halves of a cell put together are the cell, and
// that neither moves a line.
func TestSplit(t *testing.T) {
	const cell = "import \"fmt\"\nx := 1 // é\nfunc f() int {\n\treturn x\n}\n\tfmt.Println(f())\ntype T struct{\n\tA int }; x++"
	decls, stmts, _ := split(cell)
	if len(decls) != len(cell) || len(stmts) != len(cell) {
		t.Fatalf("lengths %d and %d, want %d", len(decls), len(stmts), len(cell))
	}
	for i := range cell {
		d, s := decls[i], stmts[i]
		if d != cell[i] && s != cell[i] || cell[i] == '\n' && d != s {
			t.Fatalf("byte %d is %q, in the halves %q and %q", i, cell[i], d, s)
		}
	}
	for _, word := range []string{"import", "func f", "return x", "type T", "A int"} {
		if !strings.Contains(decls, word) || strings.Contains(stmts, word) {
			t.Errorf("%q is not among the declarations alone", word)
		}
	}
	for _, word := range []string{"x := 1", "fmt.Println(f())", "x++"} {
		if !strings.Contains(stmts, word) || strings.Contains(decls, word) {
			t.Errorf("%q is not among the statements alone", word)
		}
	}
}

func TestFinished(t *testing.T) {
	for _, test := range []struct{ cell, status, indent string }{
		{"", "complete", ""},
		{"\n\n", "complete", ""},
		{"x := 1", "complete", ""},
		{"// comment", "complete", ""},
		{"if true {", "incomplete", "\t"},
		{"if true {\n\tx()", "incomplete", "\t"},
		{"if true {\n}", "complete", ""},
		{"func f() {\n\tfor {\n", "incomplete", "\t\t"},
		{"f(", "incomplete", "\t"},
		{"f(1,", "incomplete", "\t"},
		{"x := []int{\n\t1,", "incomplete", "\t"},
		{"x := 1 +", "incomplete", ""},
		{"x :=", "incomplete", ""},
		{"s := `raw", "incomplete", ""},
		{"s := `raw {", "incomplete", ""},
		{"/* open", "incomplete", ""},
		{"/* closed */", "complete", ""},
		{"s := \"{\"", "complete", ""},
		{"c := '{'", "complete", ""},
		{"f() // {", "complete", ""},
		{"type T struct {", "incomplete", "\t"},
		{"import (", "incomplete", "\t"},
		{"switch x {\ncase 1:", "incomplete", "\t"},
		{"}", "invalid", ""},
		{"x := )", "invalid", ""},
		{"f(]", "invalid", ""},
		{"package main", "invalid", ""},
		{"x y z", "invalid", ""},
	} {
		status, indent := Finished(test.cell)
		if status != test.status || indent != test.indent {
			t.Errorf("%q: %s %q, want %s %q", test.cell, status, indent, test.status, test.indent)
		}
	}
}

// TestPositions sees that every identifier of both halves of a cell stands
// where the cell has it.
func TestPositions(t *testing.T) {
	const cell = "type Tee struct{ Aye int }\nbee := Tee{1}\n\tfunc cee() int { return bee.Aye }; dee := cee()"
	p, errs := parse(token.NewFileSet(), 3, cell)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if got := p.Line(strings.Index(cell, "dee")); got != 3 {
		t.Errorf("dee is on line %d", got)
	}
	if got := p.Column(strings.Index(cell, "cee")); got != 7 {
		t.Errorf("cee is in column %d", got)
	}
	for _, d := range p.decls {
		if start := p.Offset(d.Pos()); !strings.HasPrefix(cell[start:], "type") && !strings.HasPrefix(cell[start:], "func") {
			t.Errorf("a declaration begins at %q", cell[start:])
		}
	}
	for _, s := range p.body.Body.List {
		if text := cell[p.Offset(s.Pos()):p.Offset(s.End())]; text != "bee := Tee{1}" && text != "dee := cee()" {
			t.Errorf("a statement is %q", text)
		}
	}
}

// TestManyOpenBrackets: the work for a cell grows with its length, not with its
// cube, which would take minutes here. The limit only ends a test that hangs.
func TestManyOpenBrackets(t *testing.T) {
	for _, open := range []string{"(", "{", "f(", "if x {\n"} {
		answer := make(chan string)
		go func() {
			status, indent := Finished(strings.Repeat(open, 5000))
			answer <- fmt.Sprint(status, " ", len(indent))
		}()
		select {
		case got := <-answer:
			if got != "incomplete 5000" {
				t.Errorf("%q: %s", open, got)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%q: no answer", open)
		}
	}
}
