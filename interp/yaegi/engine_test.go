package yaegi

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"heddle/interp/check"
	"heddle/interp/lower"
	"heddle/interp/symbols"
	"heddle/interp/worker"
	"heddle/lessons"
)

// TestUnsupported reads the line out of what yaegi says, with a column and, as
// behind a //line comment, without.
func TestUnsupported(t *testing.T) {
	for text, want := range map[string]Unsupported{
		"_.go:3:7: undefined: xʹ2":      {Reason: "undefined: x", Line: 3},
		"3:7: undefined: x":             {Reason: "undefined: x", Line: 3},
		"_.go:12: too many values":      {Reason: "too many values", Line: 12},
		"12: too many values":           {Reason: "too many values", Line: 12},
		"without a place: 1:2: or with": {Reason: "without a place: 1:2: or with"},
	} {
		var got *Unsupported
		if err := unsupported(errors.New(text)); !errors.As(err, &got) || *got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

// TestCellsAreForgotten: a cell that only ran leaves next to nothing behind.
func TestCellsAreForgotten(t *testing.T) {
	mark := worker.NewMark()
	e, err := New(Host{
		Mark: mark.Word(), Stdin: strings.NewReader(""), Result: func([]any) {}, Magic: func(int) {},
		Exit: func(int) {}, Unwound: func(string) {}, Recovering: func() {},
	})
	if err != nil {
		t.Fatal(err)
	}
	n := check.New(check.NewImporter(symbols.Exports(), lessons.Helpers()))
	run := func() {
		c, errs := n.Check(1, "x := 1\nfor i := 0; i < 3; i++ {\n\tx += i\n}\nx")
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		f, err := e.Load(lower.Cell(c, lower.Options{Func: "cellʹ", Position: worker.Position}))
		if err != nil || !f() {
			t.Fatal("the cell did not run: ", err)
		}
		c.Commit()
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for range 50 {
		run()
	}
	const cells = 300
	before := heap()
	for range cells {
		run()
	}
	if after := heap(); after > before+cells*8<<10 {
		t.Errorf("%d bytes for each cell", (after-before)/cells)
	}
	runtime.KeepAlive(e)
}
