// Package interp runs cells: each is checked, lowered and run, and what it does
// comes out as events. It knows Go and knows no Jupyter.
package interp

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"heddle/interp/check"
	"heddle/interp/loom"
	"heddle/interp/lower"
	"heddle/interp/worker"
	"heddle/interp/yaegi"
	"heddle/lessons/display"
	"heddle/lessons/timing"
)

// Config is what an interpreter needs from outside.
type Config struct {
	// Mark is where the line that runs is noted.
	Mark *worker.Mark
	// Exports is the export data of the packages that a cell may import.
	Exports *zip.Reader
	// Helpers is the sources of the helper packages, a folder for each.
	Helpers fs.FS
	// Shell runs a command of the system's shell until it ends or ctx does, and
	// passes on what it prints. It returns the exit status.
	Shell func(ctx context.Context, command string, print func(stream, text string)) (status int, err error)
}

// cellFunc is the function that holds a cell's statements. It is the same for
// every cell, so that yaegi lets go of the one before.
const cellFunc = "cellʹ"

// Interp is one notebook: it runs its cells one after the other in the same
// memory.
type Interp struct {
	config   Config
	notebook *check.Notebook
	engine   *yaegi.Engine

	pending []worker.Declaration // restored ones that still need a variable

	mu  sync.Mutex
	run *run // the cell that runs, or ran last
}

// New is an empty notebook.
func New(config Config) (*Interp, error) {
	in := &Interp{
		config:   config,
		notebook: check.New(check.NewImporter(config.Exports, config.Helpers)),
	}
	if err := in.startEngine(); err != nil {
		return nil, err
	}
	display.SetSink(in.display)
	display.SetInput(func(prompt string, password bool) string {
		line, _ := in.ask(prompt, password)
		return line
	})
	timing.SetEngine("interpreted")
	return in, nil
}

func (in *Interp) startEngine() (err error) {
	in.engine, err = yaegi.New(yaegi.Host{
		Mark:       in.config.Mark.Word(),
		Result:     in.result,
		Magic:      in.runMagic,
		Stdin:      bufio.NewReaderSize(&stdin{in: in}, 4096),
		Exit:       in.exit,
		Unwound:    in.unwound,
		Recovering: in.recovering,
	})
	return err
}

// run is one execution of one cell.
type run struct {
	*loom.Cell
	out    *worker.Output
	code   string
	magics []magic
	script string // of a %%sh cell
	timed  bool   // by %%time
	reset  bool   // the notebook, when the cell has ended
	page   *worker.Display

	mu       sync.Mutex
	values   []any // of the last expression
	hasValue bool
	frames   []string // the functions that a panic has left, the innermost first
	at       string   // where it began: "cell 3, line 4"
	exit     *int     // the status that the cell gave os.Exit
}

func (in *Interp) newRun(ctx context.Context, number int, out *worker.Output) *run {
	r := &run{out: out, Cell: loom.NewCell(ctx, number, out.Print)}
	r.Cell.Owner = r
	in.mu.Lock()
	defer in.mu.Unlock()
	in.run = r
	return r
}

// current is the run that the calling goroutine belongs to; a goroutine that
// belongs to none is taken for one of the cell that ran last.
func (in *Interp) current() *run {
	if c := loom.Current(); c != nil {
		if r, ok := c.Owner.(*run); ok {
			return r
		}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.run
}

// Execute runs a cell. See [worker.Interpreter].
func (in *Interp) Execute(ctx context.Context, req worker.Execute, out *worker.Output) *worker.Done {
	r := in.newRun(ctx, req.Cell, out)
	r.code = req.Code
	*in.config.Mark.Word() = 0
	loom.Go()
	stop := context.AfterFunc(ctx, loom.Stop)
	defer stop()

	started := time.Now()
	done := &worker.Done{}
	failure := in.runCell(r, req)
	if failure != nil {
		out.Fail(*failure)
		done.Failure = failure
		return done
	}
	if r.hasValue && !req.Quiet {
		in.show(r)
	}
	for name, expr := range req.Expressions {
		if done.Expressions == nil {
			done.Expressions = map[string]worker.Expression{}
		}
		done.Expressions[name] = in.expression(ctx, req.Cell, expr, out)
	}
	in.finish(r, started, done)
	return done
}

// runCell runs a cell of any kind. A fault of ours in it costs the cell, not the
// process in which the learner's variables live.
func (in *Interp) runCell(r *run, req worker.Execute) (failure *worker.Failure) {
	defer func() {
		if fault := recover(); fault != nil {
			failure = in.fail(r, "Fault", fmt.Sprintf("heddle cannot run this cell: %v", fault))
		}
	}()
	text, failure := in.magics(r, req.Code)
	if failure != nil {
		return failure
	}
	if r.script != "" {
		return in.script(r)
	}
	return in.cell(r, req.Cell, text)
}

// cell checks, loads and runs the Go of a cell.
func (in *Interp) cell(r *run, number int, text string) *worker.Failure {
	c, errs := in.notebook.Check(number, text)
	if len(errs) > 0 {
		return compileError(errs)
	}
	program := lower.Cell(c, lower.Options{
		Func:     cellFunc,
		Position: worker.Position,
		Calls:    calls(r.magics),
	})
	f, err := in.engine.Load(program)
	if err != nil {
		return unsupported(err, c.Source)
	}
	c.Commit()
	for _, w := range c.Warnings {
		in.note(r, w)
	}
	if r.Context().Err() != nil {
		in.keep(r, c)
		return in.interrupted(r)
	}
	if f != nil {
		if failure := in.runMain(r, f); failure != nil {
			in.keep(r, c)
			return failure
		}
	}
	in.keep(r, c)
	return nil
}

// runMain runs a cell's statements in a goroutine of its own.
func (in *Interp) runMain(r *run, f func() bool) *worker.Failure {
	finished := false
	end := r.Cell.Run(func() { finished = f() })
	switch {
	case r.exit != nil:
		return in.exited(r)
	case r.Context().Err() != nil && !finished:
		return in.interrupted(r)
	case end.Panicked:
		return in.panicked(r, end.Panic)
	case end.Goexit:
		return in.ended(r, "runtime.Goexit ended the cell before its last statement")
	case !finished:
		return in.ended(r, "the cell returned before its last statement")
	}
	return nil
}

// keep tells the kernel what the notebook holds, if the cell changed that.
func (in *Interp) keep(r *run, c *check.Cell) {
	if !c.Changed() {
		return
	}
	if len(c.Variables) > 0 || len(c.Declare) > 0 {
		in.retryPending()
	}
	var k worker.Kept
	for _, v := range in.notebook.Variables() {
		k.Variables = append(k.Variables, v.Name)
	}
	if c.Declares() {
		k.Declarations = in.declarations()
	}
	r.out.Keep(k)
}

// declarations is the live declarations as a worker after this one needs them.
func (in *Interp) declarations() []worker.Declaration {
	imports, decls := in.notebook.Declarations()
	all := []worker.Declaration{}
	for _, i := range imports {
		all = append(all, worker.Declaration{Cell: i.Cell, Line: i.Line, Text: fmt.Sprintf("import %s %q", i.Name, i.Path)})
	}
	for _, d := range decls {
		all = append(all, worker.Declaration{Cell: d.Source.Cell, Line: d.Source.Line(d.Start()), Text: d.Text()})
	}
	return append(all, in.pending...)
}
