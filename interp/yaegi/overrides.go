package yaegi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"strings"

	"heddle/interp/loom"
	"heddle/lessons/display"
)

// hostPath is the import path of the package by which lowered code reaches the
// host.
const hostPath = "heddle/interp/yaegi"

// overrides is what takes the place of a package's own symbols.
func (e *Engine) overrides(path string) map[string]reflect.Value {
	in := e.host.Stdin
	switch path {
	case "fmt":
		return map[string]reflect.Value{
			"Print":    reflect.ValueOf(printTo),
			"Printf":   reflect.ValueOf(printfTo),
			"Println":  reflect.ValueOf(printlnTo),
			"Fprint":   reflect.ValueOf(fprint),
			"Fprintf":  reflect.ValueOf(fprintf),
			"Fprintln": reflect.ValueOf(fprintln),
			"Scan":     reflect.ValueOf(func(a ...any) (int, error) { return fmt.Fscan(in, a...) }),
			"Scanf":    reflect.ValueOf(func(format string, a ...any) (int, error) { return fmt.Fscanf(in, format, a...) }),
			"Scanln":   reflect.ValueOf(func(a ...any) (int, error) { return fmt.Fscanln(in, a...) }),
		}
	case "time":
		return map[string]reflect.Value{"Sleep": reflect.ValueOf(loom.Sleep)}
	case "os":
		return map[string]reflect.Value{"Exit": reflect.ValueOf(e.host.Exit)}
	case "log":
		fatal := func(text string) {
			_ = log.Output(3, text)
			e.host.Exit(1)
		}
		return map[string]reflect.Value{
			"Fatal":   reflect.ValueOf(func(a ...any) { fatal(fmt.Sprint(a...)) }),
			"Fatalf":  reflect.ValueOf(func(format string, a ...any) { fatal(fmt.Sprintf(format, a...)) }),
			"Fatalln": reflect.ValueOf(func(a ...any) { fatal(fmt.Sprintln(a...)) }),
		}
	}
	return nil
}

// The functions of package fmt that print, to the cell of the goroutine that
// calls them. They are variables so that mapTypes and overrides speak of the
// same function values.
var (
	printTo   = func(a ...any) (int, error) { return fmt.Fprint(stream("stdout"), a...) }
	printfTo  = func(format string, a ...any) (int, error) { return fmt.Fprintf(stream("stdout"), format, a...) }
	printlnTo = func(a ...any) (int, error) { return fmt.Fprintln(stream("stdout"), a...) }
	fprint    = func(w io.Writer, a ...any) (int, error) { return fmt.Fprint(direct(w), a...) }
	fprintf   = func(w io.Writer, format string, a ...any) (int, error) { return fmt.Fprintf(direct(w), format, a...) }
	fprintln  = func(w io.Writer, a ...any) (int, error) { return fmt.Fprintln(direct(w), a...) }
)

// direct spares what is printed to os.Stdout or os.Stderr the way through their
// pipes, which do not know the goroutine.
func direct(w io.Writer) io.Writer {
	switch w {
	case os.Stdout:
		return stream("stdout")
	case os.Stderr:
		return stream("stderr")
	}
	return w
}

// stream prints to the cell of the calling goroutine.
type stream string

func (s stream) Write(b []byte) (int, error) {
	if c := loom.Current(); c != nil {
		c.Print(string(s), string(b))
		return len(b), nil
	}
	if s == "stderr" {
		return os.Stderr.Write(b)
	}
	return os.Stdout.Write(b)
}

func printBuiltin(a ...any) { stream("stderr").Write([]byte(builtin(a, ""))) }

func printlnBuiltin(a ...any) { stream("stderr").Write([]byte(builtin(a, " ") + "\n")) }

// builtin formats as the built-in print does: floats as +1.500000e+000.
func builtin(a []any, space string) string {
	var parts []string
	for _, v := range a {
		switch v := v.(type) {
		case float32, float64:
			parts = append(parts, fmt.Sprintf("%+e", v))
		case nil:
			parts = append(parts, "nil")
		default:
			parts = append(parts, fmt.Sprint(v))
		}
	}
	return strings.Join(parts, space)
}

// Displayer is what a value of a cell may have to show itself.
type Displayer interface{ Display() map[string]any }

// wDisplayer is how yaegi makes a Displayer of an interpreted value.
type wDisplayer struct {
	IValue   any
	WDisplay func() map[string]any
}

func (w wDisplayer) Display() map[string]any { return w.WDisplay() }

// mapTypes tells yaegi which methods a function looks for in an argument of
// type any, so that an interpreted value comes with them.
func (e *Engine) mapTypes() map[reflect.Value][]reflect.Type {
	formats := []reflect.Type{
		reflect.TypeFor[fmt.Formatter](),
		reflect.TypeFor[error](),
		reflect.TypeFor[fmt.Stringer](),
	}
	m := map[reflect.Value][]reflect.Type{
		reflect.ValueOf(e.result):     append([]reflect.Type{reflect.TypeFor[Displayer]()}, formats...),
		reflect.ValueOf(display.Show): append([]reflect.Type{reflect.TypeFor[Displayer]()}, formats...),
		reflect.ValueOf(json.Marshal): {reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()},
	}
	for _, f := range []any{
		printTo, printfTo, printlnTo, fprint, fprintf, fprintln,
		fmt.Sprint, fmt.Sprintf, fmt.Sprintln, fmt.Errorf, log.Print, log.Printf, log.Println,
	} {
		m[reflect.ValueOf(f)] = formats
	}
	return m
}
