package interp

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"heddle/interp/check"
	"heddle/interp/loom"
	"heddle/interp/worker"
	"heddle/interp/yaegi"
)

func red(s string) string { return "\x1b[31m" + s + "\x1b[0m" }

// compileError is what a cell gets that does not check. Its first line tells
// the first error, the traceback all of them.
func compileError(errs []check.Error) *worker.Failure {
	f := &worker.Failure{Name: "CompileError", Value: errs[0].Error()}
	for _, e := range errs {
		f.Traceback = append(f.Traceback, red(fmt.Sprintf("cell %d, line %d, column %d", e.Cell, e.Line, e.Column))+": "+e.Message)
		f.Traceback = append(f.Traceback, e.Excerpt()...)
		if e.Hint != "" {
			f.Traceback = append(f.Traceback, "hint: "+e.Hint)
		}
	}
	return f
}

// unsupported is what a cell gets that is Go and yet more than yaegi can run.
func unsupported(err error, s *check.Source) *worker.Failure {
	where := fmt.Sprintf("cell %d", s.Cell)
	var u *yaegi.Unsupported
	if errors.As(err, &u) && u.Line > 0 {
		where += fmt.Sprintf(", line %d", u.Line)
	}
	value := where + ": the interpreter cannot run this yet: " + oneLine(err.Error())
	return &worker.Failure{Name: "Unsupported", Value: value, Traceback: []string{
		red("Unsupported") + ": " + value,
		"The cell is valid Go, and nothing of it was run.",
	}}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// fail makes the failure of a cell that ran, with the line where it stopped.
func (in *Interp) fail(r *run, name, what string) *worker.Failure {
	at := r.at
	if at == "" {
		at = in.config.Mark.At()
	}
	value := oneLine(what)
	f := &worker.Failure{Name: name, Value: value}
	if at != "" {
		f.Value += ", " + at
	}
	f.Traceback = append(f.Traceback, red(name)+": "+what)
	if at != "" {
		f.Traceback = append(f.Traceback, at)
	}
	if line := r.sourceLine(at); line != "" {
		f.Traceback = append(f.Traceback, "    "+line)
	}
	return f
}

// sourceLine is the text of a position, if it is in the cell itself.
func (r *run) sourceLine(at string) string {
	var cell, line int
	if _, err := fmt.Sscanf(at, "cell %d, line %d", &cell, &line); err != nil || cell != r.Number {
		return ""
	}
	lines := strings.Split(r.code, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[line-1])
}

// A cellError is panicked with where a cell asks for what cannot be done.
type cellError struct{ name, text string }

// panicked is the failure of a panic that nothing recovered.
func (in *Interp) panicked(r *run, value any) *worker.Failure {
	if e, ok := value.(cellError); ok {
		return in.fail(r, e.name, e.text)
	}
	text := panicText(value)
	if plain := goText[text]; plain != "" {
		text = plain
	}
	f := in.fail(r, "panic", text)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range r.frames {
		if !strings.HasPrefix(name, "cellʹ") {
			f.Traceback = append(f.Traceback, "in "+strings.SplitN(name, "ʹ", 2)[0])
		}
	}
	return f
}

// panicText is a panic's value as Go prints it.
func panicText(v any) string {
	switch v := unwrap(v).(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case string:
		return v
	case nil:
		return "panic called with nil argument (use GODEBUG=panicnil=1 to disable)"
	default:
		return fmt.Sprintf("%T(%v)", v, v)
	}
}

// goText is Go's own words for what yaegi says in those of package reflect.
var goText = map[string]string{
	"reflect: slice index out of range":                     "runtime error: index out of range",
	"reflect: array index out of range":                     "runtime error: index out of range",
	"reflect: string index out of range":                    "runtime error: index out of range",
	"reflect: call of reflect.Value.Field on zero Value":    nilDereference,
	"reflect: call of reflect.Value.Elem on zero Value":     nilDereference,
	"reflect: call of reflect.Value.Set on zero Value":      nilDereference,
	"reflect.Value.Slice: slice index out of bounds":        "runtime error: slice bounds out of range",
	"reflect.Value.Slice: string slice index out of bounds": "runtime error: slice bounds out of range",
}

const nilDereference = "runtime error: invalid memory address or nil pointer dereference"

// unwrap takes a value out of the box in which yaegi keeps it with its type.
func unwrap(v any) any {
	for range 8 {
		if inner, ok := v.(reflect.Value); ok && inner.IsValid() && inner.CanInterface() {
			v = inner.Interface()
			continue
		}
		rv := reflect.ValueOf(v)
		if rv.Kind() != reflect.Struct || rv.Type().Name() != "valueInterface" || rv.Type().PkgPath() != "github.com/traefik/yaegi/interp" {
			return v
		}
		box := reflect.New(rv.Type()).Elem()
		box.Set(rv)
		field := box.FieldByName("value")
		inner := *(*reflect.Value)(unsafe.Pointer(field.UnsafeAddr()))
		if !inner.IsValid() || !inner.CanInterface() {
			return v
		}
		v = inner.Interface()
	}
	return v
}

// ended is the failure of a cell that ended before its last statement.
func (in *Interp) ended(r *run, why string) *worker.Failure { return in.fail(r, "Ended", why) }

// interrupted is the failure of a cell that an interrupt ended.
func (in *Interp) interrupted(r *run) *worker.Failure {
	f := in.fail(r, "Interrupted", "the cell was interrupted")
	f.Traceback = append(f.Traceback, "All variables are kept.")
	return f
}

// exited is the failure of a cell that called os.Exit.
func (in *Interp) exited(r *run) *worker.Failure {
	f := in.fail(r, "Exit", "os.Exit("+strconv.Itoa(*r.exit)+") was called")
	f.Traceback = append(f.Traceback, "In a notebook it ends the cell. All variables are kept.")
	return f
}

// exit stands in the place of os.Exit: it ends the cell. From a goroutine that
// the cell started it cannot do that, and ends the process.
func (in *Interp) exit(code int) {
	r := in.current()
	if r.Main() {
		r.exit = &code
		r.at = in.config.Mark.At()
		runtime.Goexit()
	}
	r.out.Flush()
	os.Exit(code)
}

// unwound notes that a panic left a function; the first one knows where it
// began, before a deferred call runs over the mark.
func (in *Interp) unwound(function string) {
	r := in.current()
	if r == nil || loom.Current() == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.frames) == 0 {
		r.at = in.config.Mark.At()
	}
	if len(r.frames) < 20 {
		r.frames = append(r.frames, function)
	}
}

// recovering notes that the panic on its way, if there is one, ends here.
func (in *Interp) recovering() {
	if r := in.current(); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.frames, r.at = nil, ""
	}
}
