package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// variables is a notebook's variables, each as "name type".
func variables(n *Notebook) (all []string) {
	for _, v := range n.Variables() {
		all = append(all, v.Name+" "+v.TypeName())
	}
	return all
}

func TestVariables(t *testing.T) {
	for _, test := range []struct {
		cells []string
		want  []string
	}{
		{[]string{"x := 1"}, []string{"x int"}},
		{[]string{"a, b := 1, \"s\""}, []string{"a int", "b string"}},
		{[]string{"_, b := 1, 2\n_ = b\nvar _ = 3"}, []string{"b int"}},
		{[]string{"var (\n\ta int\n\tb, c = 1.5, 'r'\n)"}, []string{"a int", "b float64", "c rune"}},
		{[]string{"x := 1", "x := 2"}, []string{"x int"}},
		{[]string{"x := 1", "y := 1", "x := \"s\""}, []string{"y int", "x string"}},
		{[]string{"a, err := strconv.Atoi(\"1\")", "b, err := strconv.ParseBool(\"t\")"}, []string{"a int", "err error", "b bool"}},
		{[]string{"{\n\tinner := 1\n\t_ = inner\n}\nif y := 1; y > 0 {\n}"}, nil},
		{[]string{"L:\nfor i := 0; i < 1; i++ {\n\tbreak L\n}"}, nil},
		{[]string{"now := time.Now()"}, []string{"now time.Time"}},
		{[]string{"import str \"strings\"\nb := str.Builder{}"}, []string{"b strings.Builder"}},
		{[]string{"type T struct{}\nm := map[string][]*T{}"}, []string{"m map[string][]*T"}},
		{[]string{"type A = map[string]int\na := A{}"}, []string{"a A"}},
		{[]string{"type S[T any] struct{ v T }\ns := &S[[]int]{}"}, []string{"s *S[[]int]"}},
		{[]string{"ch := make(chan (<-chan int))\nvar f func(int, ...string) (n int, err error)\nvar i interface{ M() }"},
			[]string{"ch chan (<-chan int)", "f func(int, ...string) (n int, err error)", "i interface{M()}"}},
		{[]string{"s := struct {\n\tA int `json:\"a\"`\n\tstrings.Builder\n}{}"}, []string{"s struct{A int \"json:\\\"a\\\"\"; strings.Builder}"}},
		{[]string{"const x = 1", "x := 2"}, []string{"x int"}},
		{[]string{"x := 2", "func x() {}"}, nil},
		{[]string{"len := 3\nlen = len + 1"}, []string{"len int"}},
		{[]string{"max := 3", "max++", "max := 4", "func f() int { return max(1, 2) }\nx := max + f()"}, []string{"max int", "x int"}},
		{[]string{"max := 3", "max := \"s\"", "_ = max + \"t\""}, []string{"max string"}},
		{[]string{"url, err := url.Parse(\"u\")"}, []string{"url *url.URL", "err error"}},
	} {
		n := notebook()
		commit(t, n, test.cells...)
		if got := variables(n); !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.cells, got, test.want)
		}
	}
}

// TestNoVariable checks cells that define what cannot be a variable of the
// notebook.
func TestNoVariable(t *testing.T) {
	for cell, want := range map[string]string{
		"func f() any { return nil }\nfunc g() (x struct{ n int }) { return }\nx := func() any { type T int; return T(1) }()": "",
		"x := nil": "use of untyped nil in assignment",
		"{\n\ttype T int\n\t_ = T(1)\n}\nx := reflect.ValueOf(1).Kind()": "",
		"x := func() (v struct{ a int }) { return }()":                   "",
		"x := sort.Sort":     "",
		"x := fmt.Println()": "assignment mismatch: 1 variable but fmt.Println returns 2 values",
		"x := context.Background()\ny, cancel := context.WithCancel(x)":       "",
		"x := errors.New(\"e\")\nvar y *errors.errorString":                   "name errorString not exported by package errors",
		"type T struct{}\nfunc (T) m() {}\nx := T.m\ny := T{}.m\nz := (*T).m": "",
	} {
		_, errs := notebook().Check(1, cell)
		got := ""
		if len(errs) > 0 {
			got = errs[0].Message
		}
		if got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

// TestResult checks which cells have one.
func TestResult(t *testing.T) {
	for cell, want := range map[string]bool{
		"1":                           true,
		"1;":                          true,
		"1 // comment":                true,
		"x := 1\nx":                   true,
		"x := 1":                      false,
		"x := 1\nx++":                 false,
		"var x int":                   false,
		"fmt.Println(1)":              false,
		"fmt.Fprint(os.Stdout, 1)":    false,
		"fmt.Sprint(1)":               true,
		"func() {}()":                 false,
		"func() int { return 1 }()":   true,
		"func() {}":                   true,
		"strconv.Atoi(\"1\")":         true,
		"panic(1)":                    false,
		"ch := make(chan int)\n<-ch":  true,
		"ch := make(chan int)\nch<-1": false,
		"if true { 1 }":               false,
		"type T int":                  false,
		"":                            false,
		"// comment":                  false,
		"nil":                         true,
		"1\nfunc f() {}":              false, // a declaration was written last
		"1\ntype T int":               false,
	} {
		c, errs := notebook().Check(1, cell)
		if got := len(errs) == 0 && c.Result != nil; got != want {
			t.Errorf("%q: %v, want %v (%v)", cell, got, want, errs)
		}
	}
}

// TestConstantResultFits sees that an untyped constant that ends a cell is
// checked against its default type before it reaches the engine.
func TestConstantResultFits(t *testing.T) {
	if _, errs := notebook().Check(1, "1 << 70"); len(errs) != 1 || !strings.Contains(errs[0].Message, "1 << 70 (untyped int constant") {
		t.Errorf("errors %v", errs)
	}
}

// TestNamesOfTheEngine sees that a cell cannot write a name that the engine may
// make: it would make every later cell fail.
func TestNamesOfTheEngine(t *testing.T) {
	n := notebook()
	commit(t, n, "x := 1")
	for _, cell := range []string{"xʹ2 := 1", "func fʹ1() {}", "stopʹ := true"} {
		if c, errs := n.Check(2, cell); len(errs) == 0 {
			t.Errorf("%q is allowed", cell)
			c.Commit()
		}
	}
	commit(t, n, "x := \"s\"", "func f() {}")
}

// TestHoist: the functions of a cell may use what its statements define.
func TestHoist(t *testing.T) {
	n := notebook()
	c := commit(t, n, "func get() (int, T) { return count, list[0] }\ncount := 0\nlist := []T{{}}\ntype T struct{}\nget()")
	if got := variables(n); !slices.Equal(got, []string{"count int", "list []T"}) {
		t.Errorf("variables %q", got)
	}
	if len(c.Variables) != 2 || len(c.Declare) != 2 {
		t.Errorf("%d variables and %d declarations", len(c.Variables), len(c.Declare))
	}
	// A type that follows from the function cannot be found.
	if _, errs := notebook().Check(1, "func get() int { return x }\nx := get()"); len(errs) > 0 {
		t.Errorf("x := get(): %v", errs)
	}
}

// TestOldNamesStay: what was declared before keeps the meaning of its names when
// a variable takes one of them.
func TestOldNamesStay(t *testing.T) {
	for _, test := range []struct{ declare, define string }{
		{"x := 1\nfunc f() int { return x }", "x := \"s\""},
		{"func f() string { u, _ := url.Parse(\"http://h\"); return u.Host }", "url := \"http://h\""},
		{"import str \"strings\"\nfunc f() string { return str.ToUpper(\"a\") }", "str := 1"},
		{"const limit = 10\nfunc f(n int) bool { return n < limit }", "limit := \"none\""},
		{"func g() int { return 1 }\nfunc f() int { return g() }", "g := 2.5"},
		{"type T struct{ A int }\nfunc f(t T) int { return t.A }", "T := 1"},
	} {
		staysDeclared(t, test.declare, test.define)
	}
}

// TestBuiltinsStay sees that no variable takes a name that Go predeclares from
// the functions of earlier cells.
func TestBuiltinsStay(t *testing.T) {
	staysDeclared(t, "func f(s []int) int { return len(s) }", "len := 3")
	staysDeclared(t, "func f(s string) string { return s }", "string := 3")
}

// staysDeclared sees that f, which declare declares, is there after define.
func staysDeclared(t *testing.T, declare, define string) {
	t.Helper()
	n := notebook()
	commit(t, n, declare, define)
	for _, cell := range []string{"_ = f", "func other() {}", "_ = f"} {
		c, errs := n.Check(3, cell)
		if len(errs) > 0 || len(c.Warnings) > 0 {
			t.Errorf("after %q and %q: %q: %v %q", declare, define, cell, errs, warnings(c))
			return
		}
		c.Commit()
	}
}

func warnings(c *Cell) []string {
	if c == nil {
		return nil
	}
	return c.Warnings
}

// TestImportTakesItsNameBack: a later import replaces a variable of its name.
func TestImportTakesItsNameBack(t *testing.T) {
	n := notebook()
	commit(t, n, "url := \"u\"", "import \"net/url\"\nu, err := url.Parse(\"h\")")
	if got := fmt.Sprint(variables(n)); got != "[u *url.URL err error]" {
		t.Errorf("variables %s", got)
	}
}

// TestVariableLeavesTheGroup: a variable replaces one constant, not its group.
func TestVariableLeavesTheGroup(t *testing.T) {
	n := notebook()
	commit(t, n, "const (\n\tA = iota\n\tB\n\tC\n)\nfunc f() int { return C }", "B := \"b\"", "_ = A + C + f()", "func g() int { return C }")
}

// TestImportAnywhere: %help promises imports, declarations and statements in any
// order.
func TestImportAnywhere(t *testing.T) {
	commit(t, notebook(), "func f() int { return 1 }\nimport \"os\"\nos.Getpid()\nimport \"io\"\n_ = io.EOF")
}

// TestImports: a cell may name packages without importing them.
func TestImports(t *testing.T) {
	for _, test := range []struct {
		cells []string
		want  string // the imports after the last cell
	}{
		{[]string{"fmt.Println()"}, "fmt=fmt"},
		{[]string{"rand.N(3)"}, "rand=math/rand/v2"},
		{[]string{"rand.Seed(1)"}, "rand=math/rand"},
		{[]string{"template.HTML(\"\")"}, "template=html/template"},
		{[]string{"template.New(\"\")"}, "template=text/template"},
		{[]string{"scanner.ErrorList{}"}, "scanner=go/scanner"},
		{[]string{"timing.Compare()"}, "timing=heddle/lessons/timing"},
		{[]string{"import \"math/rand\"\nrand.Intn(3)"}, "rand=math/rand"},
		{[]string{"import m \"math\"\nm.Pi", "math.Pi"}, "m=math math=math"},
		{[]string{"import r \"math/rand\"", "import r \"math/rand/v2\"\nr.N(1)"}, "r=math/rand/v2"},
		{[]string{"import \"os\"\nimport \"os\"\nimport _ \"embed\""}, "os=os _=embed"},
		{[]string{"strings := struct{ A int }{1}\nstrings.A"}, ""},
	} {
		n := notebook()
		commit(t, n, test.cells...)
		var got []string
		for _, i := range n.imports {
			got = append(got, i.Name+"="+i.Path)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%q: imports %q, want %q", test.cells, got, test.want)
		}
	}
}
