package check

import (
	"slices"
	"strings"
	"testing"
)

// cursor takes the bar out of a cell and says where it stood.
func cursor(t *testing.T, cell string) (text string, offset int) {
	t.Helper()
	before, after, ok := strings.Cut(cell, "|")
	if !ok {
		t.Fatalf("%q has no cursor", cell)
	}
	return before + after, len(before)
}

// written is a notebook with something of every kind in it.
func written(t *testing.T) *Notebook {
	n := notebook()
	commit(t, n, `type account struct{ balance int; Owner string }
// deposit adds amount.
//
// It returns the new balance.
func (a *account) deposit(amount int) int { a.balance += amount; return a.balance }
type savings struct{ *account; Rate float64 }
const limit = 100
func transfer(from, to *account, amount int) error { return nil }
acc := &account{Owner: "ann"}
sav := savings{acc, 0.5}
list := []account{}
numbers := map[string]int{}`)
	return n
}

// TestComplete completes at the bar. Each word of must is among the candidates,
// no word of not is.
func TestComplete(t *testing.T) {
	n := written(t)
	for _, test := range []struct{ cell, must, not string }{
		{"|", "acc list transfer account limit fmt for len", "balance String"},
		{"ac|", "acc account", "list fmt"},
		{"AC|", "acc account", "list"},
		{"x := li|", "list limit", "acc"},
		{"acc.|", "balance Owner deposit", "acc fmt for"},
		{"acc.de|", "deposit", "balance"},
		{"sav.|", "account Rate balance Owner deposit", "acc"},
		{"list[0].|", "balance Owner deposit", "acc"},
		{"fmt.|", "Println Sprintf Stringer", "acc newPrinter"},
		{"fmt.Print|", "Println Printf Print", "Sprint"},
		{"fmt.print|", "Println", "Sprint"},
		{"strings.NewReader(\"x\").|", "Read ReadByte Len", "s"},
		{"time.Now().Ad|", "Add AddDate", "Now"},
		{"transfer(acc, ac|", "acc account", "list"},
		{"transfer(acc, acc.|)", "balance", "acc"},
		{"if acc.|", "balance deposit", "acc"},
		{"for i := range li|", "list", "acc"},
		{"for index := 0; index < 3; in|", "index", ""},
		{"local := 1\nlo|", "local", ""},
		{"lo|\nlocal := 1", "", "local"},
		{"func f(param int) {\n\tpa|\n}", "param", ""},
		{"func f(param int) {\n}\npa|", "", "param"},
		{"acc.|\nlist", "balance deposit", "acc"},
		{"x := acc\nx.|", "balance deposit", "acc"},
		{"acc.|deposit(1)", "deposit balance", "acc"},
		{"fmt.Println(\"ac|\")", "", "acc"},
		{"// ac|", "", "acc"},
		{"`raw ac|", "", "acc"},
		{"import \"net/ht|\"", "net/http net/http/httptest", "fmt"},
		{"import (\n\t\"fmt\"\n\t\"str|\n)", "strings strconv", "fmt"},
		{"import \"heddle/|", "heddle/lessons/timing heddle/lessons/display", "fmt"},
		{"sw|", "switch", "for"},
		{"numbers[\"a\"].|", "", "acc"},
		{"nothing.|", "", "acc balance"},
		{"défaut := 1\ndé|", "défaut", ""},
	} {
		text, offset := cursor(t, test.cell)
		start, end, all := n.Complete(text, offset)
		var got []string
		for _, c := range all {
			got = append(got, c.Text)
			if strings.Contains(c.Text+c.Signature, "ʹ") {
				t.Errorf("%q: a candidate has the engine's name: %+v", test.cell, c)
			}
		}
		for _, w := range strings.Fields(test.must) {
			if !slices.Contains(got, w) {
				t.Errorf("%q: no %s in %.300q", test.cell, w, got)
			}
		}
		for _, w := range strings.Fields(test.not) {
			if slices.Contains(got, w) {
				t.Errorf("%q: %s in %.300q", test.cell, w, got)
			}
		}
		if start > offset || end < offset || end > len(text) {
			t.Errorf("%q: replaces %d to %d, the cursor is at %d", test.cell, start, end, offset)
		}
	}
}

// samples are cells, some unfinished or wrong, for the tests that put the
// cursor everywhere.
var samples = []string{
	"import (\n\t\"fmt\"\n\tstr \"strings\"\n)\nfunc (a *account) x(n int) (r []string) {\n\tfor i := range n {\n\t\tr = append(r, str.Repeat(\"é\", i))\n\t}\n\treturn\n}\nacc.deposit(3)",
	"type T[K comparable, V any] struct{ m map[K]V; account }\nfunc (t *T[K, V]) get(k K) V { return t.m[k] }\nt := T[string, int]{}\nt.get(",
	"switch v := any(acc).(type) {\ncase *account:\n\tv.balance++\ndefault:\n\tgoto",
	"select {\ncase v, ok := <-make(chan int):\n\tfmt.Print(v, ok)\ncase <-time.After(",
	"x := func(a, b int) (int, error) { return a.b, `raw\n` }(1, '\\''\n",
	"var (\n\ta, b = 1, struct{ A int `tag` }{}\n)\nL:\nfor { break L }\ndefer func() { recover() }()",
	"if x := ; {} else if",
	"}}}\xff\x00)\"",
	"package p\nfunc",
	"世界 := \"\\u4e16\" + '",
}

// TestEveryOffset completes and inspects at every byte of the samples.
func TestEveryOffset(t *testing.T) {
	n := written(t)
	before := len(variables(n))
	for _, text := range samples {
		for offset := range len(text) + 1 {
			start, end, _ := n.Complete(text, offset)
			if start < 0 || start > offset || end < offset || end > len(text) {
				t.Errorf("%q at %d: replaces %d to %d", text, offset, start, end)
			}
			n.Inspect(text, offset)
		}
		for end := range len(text) {
			Finished(text[:end])
		}
	}
	if got := variables(n); len(got) != before {
		t.Errorf("the notebook has the variables %q now", got)
	}
	commit(t, n, "acc.deposit(1)", "func other() {}", "acc.deposit(1)")
}

func TestInspect(t *testing.T) {
	n := written(t)
	for _, test := range []struct{ cell, signature, doc, where string }{
		{"acc|", "var acc *account", "", "variable of the notebook, defined in cell 1"},
		{"a|cc.balance", "var acc *account", "", "variable of the notebook, defined in cell 1"},
		{"acc.bal|ance", "field balance int", "", "cell 1, line 1"},
		{"acc.dep|osit(1)", "func (*account).deposit(amount int) int", "deposit adds amount.\n\nIt returns the new balance.", "cell 1, line 5"},
		{"acc.deposit(|", "func (*account).deposit(amount int) int", "deposit adds amount.\n\nIt returns the new balance.", "cell 1, line 5"},
		{"transfer(acc, |", "func transfer(from *account, to *account, amount int) error", "", "cell 1, line 8"},
		{"lim|it", "const limit untyped int", "", "cell 1, line 7"},
		{"fmt.Print|ln", "func fmt.Println(a ...any) (n int, err error)", "", "package fmt"},
		{"fm|t.Println", "import \"fmt\"", "", "package fmt"},
		{"strin|gs", "import \"strings\"", "", "package strings"},
		{"le|n(list)", "builtin len", "", "built in"},
		{"x := 1\nx|", "var x int", "", "this cell"},
		{"func f(a int) { a| }", "var a int", "", "this cell"},
		{"\"acc|\"", "", "", ""},
		{"// acc|", "", "", ""},
		{"1 | + 1", "", "", ""},
		{"nothing|", "", "", ""},
		{"|", "", "", ""},
	} {
		text, offset := cursor(t, test.cell)
		got, ok := n.Inspect(text, offset)
		if ok != (test.signature != "") || got.Signature != test.signature || got.Doc != test.doc || got.Where != test.where {
			t.Errorf("%q: %+v, want %q, %q, %q", test.cell, got, test.signature, test.doc, test.where)
		}
	}
}
