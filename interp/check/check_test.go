package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"heddle/interp/symbols"
	"heddle/lessons"
)

func notebook() *Notebook { return New(NewImporter(symbols.Exports(), lessons.Helpers())) }

// commit checks cells, each of which must fit, makes them part of a notebook
// and returns the last.
func commit(t *testing.T, n *Notebook, cells ...string) (last *Cell) {
	t.Helper()
	for i, code := range cells {
		c, errs := n.Check(i+1, code)
		if len(errs) > 0 {
			t.Fatalf("cell %d: %s\n%v", i+1, code, errs)
		}
		c.Commit()
		last = c
	}
	return last
}

// TestErrors checks the last of some cells, which has the one error
// "line:column: message".
func TestErrors(t *testing.T) {
	for _, test := range []struct {
		cells []string
		want  string
	}{
		{[]string{"x := y"}, "1:6: undefined: y"},
		{[]string{"\n\n\tx := y"}, "3:7: undefined: y"},
		{[]string{"a := 1\r\nb := zed\r\n"}, "2:6: undefined: zed"},
		{[]string{"世界 := nope"}, "1:11: undefined: nope"},
		{[]string{"x := 1", "x = \"s\""}, "1:5: cannot use \"s\" (untyped string constant) as int value in assignment"},
		{[]string{"func f() int {\n}"}, "2:1: missing return"},
		{[]string{"func f() {\n\treturn 1\n}"}, "2:9: too many return values\n\thave (number)\n\twant ()"},
		{[]string{"if true {\n"}, "2:1: syntax error: unexpected end of the cell, expected }"},
		{[]string{"x := )"}, "1:6: syntax error: unexpected )"},
		{[]string{"x := \"open"}, "1:6: syntax error: string literal not terminated"},
		{[]string{"import \"no/such\""}, "1:8: package no/such is not in std"},
		{[]string{"import \"heddle/lessons/nosuch\""}, "1:8: package heddle/lessons/nosuch is not one of heddle's"},
		{[]string{"import . \"math\""}, "1:10: a notebook has no dot imports: import \"math\" and use math.Name"},
		{[]string{"func init() {}"}, "1:6: a notebook has no func init"},
		{[]string{"5\n6"}, "1:1: 5 (untyped int constant) is not used"},
		{[]string{"break"}, "1:1: break not in for, switch, or select statement"},
		{[]string{"goto nowhere"}, "1:6: label nowhere not declared"},
		{[]string{"x := 1\nx := 2"}, "2:3: no new variables on left side of :="},
		{[]string{"func f() {}\nfunc f() int { return 1 }"}, "2:6: f redeclared in this block"},
		{[]string{"func f() {}\nfunc f() {}"}, "2:6: f redeclared in this block"},
		{[]string{"type T struct{ T }"}, "1:6: invalid recursive type: T refers to itself"},
		{[]string{"func f() any { type T int; return T(1) }\nx := f().(T)"}, "2:11: undefined: T"},
		{[]string{"type T struct{}", "T{}.M()"}, "1:5: T{}.M undefined (type T has no field or method M)"},
		{[]string{"fmt.Printl(1)"}, "1:5: undefined: fmt.Printl"},
		{[]string{"x := 1 # no comment in Go"}, "1:8: syntax error: illegal character U+0023 '#'"},
	} {
		n := notebook()
		commit(t, n, test.cells[:len(test.cells)-1]...)
		_, errs := n.Check(9, test.cells[len(test.cells)-1])
		var got []string
		for _, e := range errs {
			if e.Cell != 9 {
				t.Errorf("%q: the error is of cell %d", test.cells, e.Cell)
			}
			got = append(got, fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message))
		}
		if len(got) != 1 || got[0] != test.want {
			t.Errorf("%q:\ngot  %q\nwant %q", test.cells, got, test.want)
		}
	}
}

// TestAnErrorLeavesNothing sees that a cell that does not check changes nothing.
func TestAnErrorLeavesNothing(t *testing.T) {
	n := notebook()
	commit(t, n, "x := 1\nfunc f() int { return x }")
	before := fmt.Sprint(n.Variables(), n.vars, n.imports, len(n.decls))
	for _, code := range []string{
		"import \"os\"\ny := 1\nfunc f() string { return 1 }",
		"x := \"s\"\nnope()",
		"type x int\nvar z x = \"s\"",
		"strings.Nope()",
	} {
		if _, errs := n.Check(2, code); len(errs) == 0 {
			t.Errorf("%q checks", code)
		}
	}
	if after := fmt.Sprint(n.Variables(), n.vars, n.imports, len(n.decls)); after != before {
		t.Errorf("was\n%s\nis\n%s", before, after)
	}
}

func TestExcerpt(t *testing.T) {
	_, errs := notebook().Check(1, "x := 1\n\t\ty := é + zed")
	if len(errs) != 1 {
		t.Fatal(errs)
	}
	if got, want := strings.Join(errs[0].Excerpt(), "\n"), "    \t\ty := é + zed\n    \t\t     ^"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRedeclare commits cells and looks at what the last one makes the engine
// declare anew, and at its warnings.
func TestRedeclare(t *testing.T) {
	for name, test := range map[string]struct {
		cells    []string
		declare  string // the keys, in alphabetical order
		warnings []string
	}{
		"new": {[]string{"func f() {}"}, "f", nil},
		"function and its callers": {[]string{
			"func f() int { return 1 }\nfunc g() int { return f() }\nfunc h() int { return g() }\nfunc k() {}",
			"func f() int { return 2 }"}, "f g h", nil},
		"same text is not new": {[]string{"func f() {}\nfunc g() { f() }", "func f() {}"}, "", nil},
		"method makes its type new": {[]string{
			"type T struct{}\nfunc (T) A() {}\nfunc (T) B() {}\nfunc f(T) {}",
			"func (T) A() { println() }"}, "T T.A T.B f", nil},
		"type and its methods": {[]string{
			"type T struct{ A int }\nfunc (t T) Get() int { return t.A }\nfunc f() T { return T{} }",
			"type T struct{ A, B int }"}, "T T.Get f", nil},
		"embedding type": {[]string{
			"type T struct{ A int }", "type U struct{ T }", "type T struct{ A, B int }"}, "T U", nil},
		"constant of a group": {[]string{
			"const (\n\tA = iota\n\tB\n\tC\n)\nfunc f() int { return A + C }",
			"const B = 7"}, "B", nil},
		"constant that its group needs": {[]string{
			"const (\n\tA = 1\n\tB = A + 1\n)\nfunc f() int { return B }",
			"const A = 7"}, "A B f", nil},
		"type that its group needs": {[]string{
			"type (\n\tP struct{ X int }\n\tQ struct{ P }\n)",
			"type P struct{ X, Y int }"}, "P Q", nil},
		"function that no longer fits": {[]string{
			"func f() int { return 1 }\nfunc g() int { return f() }",
			"func f(n int) int { return n }"}, "f",
			[]string{"g (cell 1) is undefined now: not enough arguments in call to f\n\thave ()\n\twant (int). Mend its cell and run it again."}},
		"variable of a replaced type": {[]string{
			"type T struct{}\nt := T{}\nn := 1", "type T struct{ A int }"}, "T",
			[]string{"t is undefined now: it still has the type T as it was before. Define it again to use it."}},
		"variable of a type that uses a replaced one": {[]string{
			"type T struct{}\ntype U struct{ T }\nm := map[string][]*U{}", "type T struct{ A int }"}, "T U",
			[]string{"m is undefined now: it still has the type U as it was before. Define it again to use it."}},
	} {
		c := commit(t, notebook(), test.cells...)
		keys := map[string]bool{}
		for _, d := range c.Declare {
			for _, k := range d.Keys {
				keys[k] = true
			}
		}
		if got := strings.Join(slices.Sorted(maps.Keys(keys)), " "); got != test.declare {
			t.Errorf("%s: declares %q, want %q", name, got, test.declare)
		}
		if !slices.Equal(c.Warnings, test.warnings) {
			t.Errorf("%s: warns %q, want %q", name, c.Warnings, test.warnings)
		}
	}
}

// TestEngineNamesAreNew sees that no name is ever given to the engine twice.
func TestEngineNamesAreNew(t *testing.T) {
	n := notebook()
	seen := map[string]int{}
	for i, code := range []string{
		"const a, b = 1, 2\nfunc f() int { return a + b }", "const a = 3", "const b = 4", "const a = 5",
		"type (\n\tP int\n\tQ []P\n)", "type P string", "type Q []P", "x := 1", "x := \"s\"", "x := 2",
		"func x() {}", "x := f()",
	} {
		c := commit(t, n, code)
		for _, d := range c.Declare {
			for _, k := range d.Keys {
				if name := c.keyName(k); name != "" {
					if seen[name] > 0 {
						t.Errorf("cell %d declares %s, as cell %d did", i+1, name, seen[name])
					}
					seen[name] = i + 1
				}
			}
		}
		for _, v := range c.Variables {
			if seen[v.Engine] > 0 {
				t.Errorf("cell %d defines %s, as cell %d did", i+1, v.Engine, seen[v.Engine])
			}
			seen[v.Engine] = i + 1
		}
	}
}

// TestHintOfThisCell: a name that the cell itself makes undefined is explained.
func TestHintOfThisCell(t *testing.T) {
	n := notebook()
	commit(t, n, "func f() int { return 1 }\nfunc g() int { return f() }")
	_, errs := n.Check(2, "func f(n int) int { return n }\ng()")
	if len(errs) != 1 || !strings.HasPrefix(errs[0].Hint, "g no longer fits since cell 2") {
		t.Errorf("%+v", errs)
	}
}
