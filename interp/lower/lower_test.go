package lower_test

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"heddle/interp/check"
	"heddle/interp/lower"
	"heddle/interp/symbols"
	"heddle/lessons"
)

var update = flag.Bool("update", false, "write the golden file anew")

func notebook() *check.Notebook {
	return check.New(check.NewImporter(symbols.Exports(), lessons.Helpers()))
}

// position is the cell and the line with a point between, as a number of two
// digits and two: easy to read in the golden file.
func position(cell, line int) int64 { return int64(100*cell + line) }

// TestGolden lowers the cells of testdata/cells.txt one after the other in one
// notebook and compares the text with what the file says.
func TestGolden(t *testing.T) {
	const file = "testdata/cells.txt"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	comment, cells, wants := sections(string(b))
	n := notebook()
	var out strings.Builder
	out.WriteString(comment)
	for i, code := range cells {
		c, errs := n.Check(i+1, strings.TrimSuffix(code, "\n"))
		if len(errs) > 0 {
			t.Fatalf("cell %d: %v", i+1, errs)
		}
		p := lower.Cell(c, lower.Options{Func: fmt.Sprintf("cellʹ%d", i+1), Position: position})
		c.Commit()
		got := fmt.Sprintf("packages %s\n%s\n", strings.Join(p.Packages, " "), strings.Trim(p.Source, "\n"))
		fmt.Fprintf(&out, "-- cell --\n%s-- lowered --\n%s", code, got)
		if got != wants[i] && !*update {
			t.Errorf("cell %d:\n%s\ngot:\n%s\nwant:\n%s", i+1, code, got, wants[i])
		}
		valid(t, p)
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func sections(text string) (comment string, cells, lowered []string) {
	at := &comment
	for line := range strings.Lines(text) {
		switch strings.TrimSpace(line) {
		case "-- cell --":
			cells, lowered = append(cells, ""), append(lowered, "")
			at = &cells[len(cells)-1]
		case "-- lowered --":
			at = &lowered[len(lowered)-1]
		default:
			*at += line
		}
	}
	return comment, cells, lowered
}

// valid sees that a lowered cell is Go.
func valid(t *testing.T, p lower.Program) {
	t.Helper()
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+p.Source, 0); err != nil {
		t.Errorf("not Go: %v\n%s", err, p.Source)
	}
}

// TestLinesStay sees that what stands on a line of the cell stands on that line
// by the //line comments of the lowered text, and that the marks say so too.
func TestLinesStay(t *testing.T) {
	const cell = `type T struct {
	f int "at 2"
}

func (t T) m() {
	for {
		println("at 7")
	}
}
a := "at 10"
var (
	b = "at 12"
	c, d = f("at 13"),
		"at 14"
	z int
	e = f("at 16")
)
if a > b {
	c = "at 19" }; println("at 19",
	"at 20")
func f(s string) string { return "at 21" + s }
L: for range f("at 22") {
	f("at 23"); break L
}`
	c, errs := notebook().Check(0, cell)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	source := lower.Cell(c, lower.Options{Func: "cellʹ1", Position: position}).Source
	line, found := 0, 0
	for text := range strings.Lines(source) {
		if n, _ := fmt.Sscanf(text, "//line _.go:%d", &line); n == 1 {
			continue
		}
		for rest, ok := text, true; ok; {
			var at, mark int
			if _, rest, ok = strings.Cut(rest, "\"at "); !ok {
				break
			}
			fmt.Sscan(rest[:strings.IndexByte(rest, '"')], &at)
			if found++; at != line {
				t.Errorf("line %d has become line %d", at, line)
			}
			if _, after, ok := strings.Cut(text, "*markʹ = "); ok {
				if fmt.Sscanf(after, "%d;", &mark); mark != at && at != 20 {
					t.Errorf("the mark of line %d is %d", at, mark)
				}
			} else if strings.Contains(text, "fʹ1(\"") {
				t.Errorf("line %d calls f and has no mark", at)
			}
		}
		line++
	}
	if found != strings.Count(cell, "\"at ") || t.Failed() {
		t.Errorf("%d places found in\n%s", found, source)
	}
}

// TestCalls: what stood in the cell and is no Go is called in its place.
func TestCalls(t *testing.T) {
	const cell = "a := 1\n     \nb := 2\n  "
	c, errs := notebook().Check(1, cell)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	p := lower.Cell(c, lower.Options{Func: "f", Position: position, Calls: []lower.Call{
		{Offset: 7, Text: "Magic(0)"}, {Offset: 20, Text: "Magic(1)"},
	}})
	valid(t, p)
	order := []string{"aʹ1 = 1", "rtʹ.Magic(0)", "bʹ1 = 2", "rtʹ.Magic(1)", "return true"}
	rest := p.Source
	for _, want := range order {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %s in its place:\n%s", want, p.Source)
		}
		rest = after
	}
}

// TestNothingToRun: a cell of declarations alone has no function.
func TestNothingToRun(t *testing.T) {
	for _, cell := range []string{"", "// c", "func f() {}", "import \"os\"", "type T int\nconst c = 1"} {
		c, errs := notebook().Check(1, cell)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if p := lower.Cell(c, lower.Options{Func: "f", Position: position}); p.Func != "" || strings.Contains(p.Source, "Main") {
			t.Errorf("%q: %+v", cell, p)
		}
	}
}

// FuzzScan gives any bytes to a notebook as a cell. Nothing may crash, and what
// checks is lowered to something that is Go.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"x := 1\nx", "func f() {", "}", "package p", "type T struct{ T }", "import (\n", "var ()", "L: x := 1", "\xff\xfe", "\"\n`",
		"const (a = iota; b)", "func (T) m() {}\ntype T int", "goto L\nL:", "select {}", "x, _ := 1, 2; {", "/*", "//line a:1\nx", "func[", "var x, y int = 1, 2; x, y = y, x",
	} {
		f.Add(seed, "x")
	}
	importer := check.NewImporter(symbols.Exports(), lessons.Helpers())
	f.Fuzz(func(t *testing.T, first, second string) {
		n := check.New(importer)
		for i, code := range []string{first, second, first} {
			c, errs := n.Check(i+1, code)
			for _, e := range errs {
				_ = e.Excerpt()
				if e.Line < 1 || e.Column < 1 || e.Message == "" || e.Cell < 1 {
					t.Errorf("%q: the error has no place: %+v", code, e)
				}
			}
			if len(errs) > 0 {
				continue
			}
			valid(t, lower.Cell(c, lower.Options{Func: "cellʹ1", Position: position}))
			c.Commit()
		}
		check.Finished(first)
		n.Complete(second, len(second)/2)
		n.Inspect(second, len(second)/2)
	})
}
