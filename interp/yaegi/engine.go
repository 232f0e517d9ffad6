// Package yaegi is the engine that interprets: it hands lowered cells to the
// yaegi interpreter and keeps yaegi's own words from the learner.
package yaegi

import (
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/traefik/yaegi/interp"

	"heddle/interp/check"
	"heddle/interp/loom"
	"heddle/interp/lower"
	"heddle/interp/symbols"
)

// Host is what the engine needs of the interpreter around it.
type Host struct {
	// Mark is the word in which the line that runs is noted.
	Mark *int64
	// Result takes the value of a cell's last expression: several of a call
	// that has several.
	Result func(values []any)
	// Magic runs what stood at a place of the cell and is no Go.
	Magic func(index int)
	// Stdin is what a cell reads in the place of os.Stdin.
	Stdin io.Reader
	// Exit is called in the place of os.Exit.
	Exit func(code int)
	// Unwound notes that a panic left a function of a cell, Recovering that one
	// may be recovered.
	Unwound    func(function string)
	Recovering func()
}

// Engine is one interpreter with all that the notebook declared in it. Load is
// for one goroutine at a time.
type Engine struct {
	interp   *interp.Interpreter
	host     Host
	imported map[string]bool
	main     func() bool // of the cell that is being loaded
	result   func(values ...any)
	loading  atomic.Bool
}

// New starts an interpreter.
func New(host Host) (*Engine, error) {
	e := &Engine{host: host, imported: map[string]bool{}}
	e.result = func(values ...any) { host.Result(values) }
	log.SetOutput(logged{e})
	e.interp = interp.New(interp.Options{
		Stdout:       stream("stdout"),
		Stderr:       unwinding(host.Unwound),
		Unrestricted: true,
	})
	if err := e.interp.Use(interp.Exports{
		hostPath + "/host": {
			"Poll":       reflect.ValueOf(loom.Poll),
			"Result":     reflect.ValueOf(e.result),
			"Magic":      reflect.ValueOf(host.Magic),
			"Recovering": reflect.ValueOf(host.Recovering),
			"Print":      reflect.ValueOf(printBuiltin),
			"Println":    reflect.ValueOf(printlnBuiltin),
			"Stdin":      reflect.ValueOf(&host.Stdin).Elem(),
			"Main":       reflect.ValueOf(func(f func() bool) bool { e.main = f; return true }),
			"Mark":       reflect.ValueOf(func() *int64 { return host.Mark }),
			"_Displayer": reflect.ValueOf((*wDisplayer)(nil)),
		},
		".": {"MapTypes": reflect.ValueOf(e.mapTypes())},
	}); err != nil {
		return nil, err
	}
	if _, err := e.interp.Eval(fmt.Sprintf("package main\nimport %s %q\nvar %s bool\nvar %s = %s.Mark()\n",
		lower.Host, hostPath, lower.Stop, lower.Mark, lower.Host)); err != nil {
		return nil, err
	}
	v, err := e.interp.Eval("&" + lower.Stop)
	if err != nil {
		return nil, err
	}
	loom.StopFlag(v.Interface().(*bool))
	// The methods that fmt and json look for must be known before a value is
	// handed to anything that prints it.
	return e, errors.Join(e.use("fmt"), e.use("encoding"))
}

// Load gives a cell to the interpreter. It returns the function that runs the
// cell's statements, which is nil when it has none, and reports false when the
// cell returned before its last statement.
func (e *Engine) Load(p lower.Program) (run func() bool, err error) {
	e.loading.Store(true)
	defer e.loading.Store(false)
	defer func() {
		// yaegi panics on some valid programs.
		if r := recover(); r != nil {
			err = &Unsupported{Reason: fmt.Sprint(r)}
		}
	}()
	for _, path := range p.Packages {
		if err := e.use(path); err != nil {
			return nil, err
		}
	}
	if _, err := e.interp.Eval("package main\n" + p.Source); err != nil {
		return nil, unsupported(err)
	}
	run, e.main = e.main, nil
	e.forget()
	if p.Func != "" && run == nil {
		return nil, &Unsupported{Reason: "the statements did not load"}
	}
	return run, nil
}

// forget lets go of what yaegi keeps of every text that it has seen, for its
// debugger alone: 16 KB for the smallest cell. Nothing it exports does that.
func (e *Engine) forget() {
	v := reflect.ValueOf(e.interp).Elem()
	zero := func(f reflect.Value) { reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem().SetZero() }
	zero(v.FieldByName("roots"))
	zero(v.FieldByName("universe").Elem().FieldByName("child"))
	for it := v.FieldByName("scopes").MapRange(); it.Next(); {
		zero(it.Value().Elem().FieldByName("child"))
	}
}

// Variable is the value of a variable of the notebook by its engine name; it is
// addressable.
func (e *Engine) Variable(name string) (v reflect.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	p, err := e.interp.Eval("&" + name)
	if err != nil {
		return reflect.Value{}, err
	}
	return p.Elem(), nil
}

// use loads a package's symbols and imports it.
func (e *Engine) use(path string) error {
	if e.imported[path] {
		return nil
	}
	table := symbols.Table(path)
	if table == nil {
		why := symbols.LeftOut[path]
		if why == "" {
			why = "the interpreter does not know it"
		}
		return &Unsupported{Reason: fmt.Sprintf("package %s cannot be imported: %s", path, why)}
	}
	maps.Copy(table, e.overrides(path))
	// yaegi puts its own versions of some functions in the place of ours when it
	// sees a key "fmt/fmt". The dot hides the key from it.
	name := path[strings.LastIndexByte(path, '/')+1:]
	if err := e.interp.Use(interp.Exports{path + "/./" + name: table}); err != nil {
		return err
	}
	if _, err := e.interp.Eval(fmt.Sprintf("package main\nimport %s %q", check.PackageAlias(path), path)); err != nil {
		return unsupported(err)
	}
	e.imported[path] = true
	return nil
}

// Unsupported is what yaegi cannot run, though it is Go.
type Unsupported struct {
	Reason string
	Line   int // of the cell; 0 if yaegi did not say
}

func (u *Unsupported) Error() string { return u.Reason }

var position = regexp.MustCompile(`^(?:_\.go:)?(\d+):(?:\d+:)? `)

// primed matches the names that lowering makes.
var primed = regexp.MustCompile(`([\p{L}_][\p{L}\p{Nd}_]*)ʹ\w*`)

// unsupported reads the line out of yaegi's message.
func unsupported(err error) error {
	msg := err.Error()
	u := &Unsupported{}
	if m := position.FindStringSubmatch(msg); m != nil {
		fmt.Sscan(m[1], &u.Line)
		msg = msg[len(m[0]):]
	}
	u.Reason = primed.ReplaceAllString(msg, "$1")
	return u
}

// logged is the standard logger's output, until a cell sets another. What is
// logged while a cell is loaded is yaegi's, about what it does not understand.
type logged struct{ *Engine }

func (l logged) Write(b []byte) (int, error) {
	if l.loading.Load() {
		return len(b), nil
	}
	return stream("stderr").Write(b)
}

// unwinding takes what yaegi prints for every function that a panic leaves.
type unwinding func(function string)

var unwound = regexp.MustCompile(`panic: main\.([^(]*)\(\.\.\.\)`)

func (u unwinding) Write(b []byte) (int, error) {
	if m := unwound.FindSubmatch(b); m != nil {
		u(string(m[1]))
	}
	return len(b), nil
}
