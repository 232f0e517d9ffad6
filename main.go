// Command heddle is a Jupyter kernel for Go, made for learning concurrency.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"heddle/install"
	"heddle/interp"
	"heddle/interp/shell"
	"heddle/interp/symbols"
	"heddle/interp/worker"
	"heddle/kernel"
	"heddle/kernel/notebook"
	"heddle/kernel/wire"
	"heddle/lessons"
)

const version = "0.1.0"

// language is what front ends are told of Go. The lessons have it in their
// metadata: otherwise JupyterLab takes a lesson for changed when it is opened.
var language = wire.LanguageInfo{
	Name: "go", Version: "1.26", Mimetype: "text/x-go", FileExtension: ".go",
	PygmentsLexer: "go", CodeMirrorMode: "go", NBConvertExporter: "script",
}

const usage = `heddle is a Jupyter kernel for Go, made for learning concurrency.

    heddle lab        set everything up and open JupyterLab on the lessons
    heddle install    install the kernel for a Jupyter that is there already
    heddle uninstall  remove it again
    heddle doctor     what is found, what is missing, how to get it
    heddle run FILE   run a notebook without Jupyter
    heddle version    print the version

heddle COMMAND --help tells more about each.
`

// A command is one verb: it reads its flags from args.
type command func(ctx context.Context, args []string) error

var commands = map[string]command{
	"lab":       lab,
	"install":   installKernel,
	"uninstall": uninstall,
	"doctor":    doctor,
	"run":       run,
	"version":   printVersion,
	"kernel":    serveKernel, // started by Jupyter
	"worker":    serveWorker, // started by the kernel
	"help":      help,
	"--help":    help,
	"-h":        help,
}

// errUsage ends the command with status 2; the words are on stderr already.
var errUsage = errors.New("usage")

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	do, ok := commands[os.Args[1]]
	if !ok {
		fmt.Fprintf(os.Stderr, "error: unknown command %q\nhint: heddle help lists the commands\n", os.Args[1])
		os.Exit(2)
	}
	ctx, stop := context.Background(), func() {}
	if os.Args[1] != "kernel" && os.Args[1] != "worker" { // a kernel's SIGINT is an interrupt
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	}
	err := do(ctx, os.Args[2:])
	stop()
	os.Exit(report(err))
}

// report says on stderr what went wrong and returns the exit status.
func report(err error) int {
	var known *install.Error
	var cell *notebook.CellError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, context.Canceled): // by Ctrl-C
		return 130
	case errors.Is(err, errUsage):
		return 2
	case errors.As(err, &cell):
		fmt.Fprintln(os.Stderr, strings.Join(cell.Failure.Traceback, "\n"))
	case errors.As(err, &known):
		fmt.Fprintf(os.Stderr, "error: %s\nhint: %s\n", known.Cause, known.Hint)
	default:
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
	}
	return 1
}

// flags makes a flag set whose --help begins with about.
func flags(name, about string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.Usage = func() {
		w := fs.Output()
		fmt.Fprintf(w, "%s\n", about)
		some := false
		fs.VisitAll(func(*flag.Flag) { some = true })
		if some {
			fmt.Fprintln(w)
			fs.PrintDefaults()
		}
	}
	return fs
}

// parse reads args, in which flags may also stand behind the arguments, of
// which there must be n.
func parse(fs *flag.FlagSet, args []string, n int) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, errUsage
		}
		if fs.NArg() == 0 {
			break
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
	if len(rest) != n {
		fs.Usage()
		return nil, errUsage
	}
	return rest, nil
}

func help(context.Context, []string) error {
	fmt.Print(usage)
	return nil
}

func printVersion(_ context.Context, args []string) error {
	if _, err := parse(flags("version", "usage: heddle version"), args, 0); err != nil {
		return err
	}
	fmt.Printf("heddle %s, %s, %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

func lab(ctx context.Context, args []string) error {
	fs := flags("lab", "usage: heddle lab [--dir DIR] [--port N] [--no-browser] [--verbose]\n\n"+
		"Finds a JupyterLab or makes one, installs the kernel, copies the lessons and\nopens JupyterLab on them. Ctrl-C ends it.")
	dir := fs.String("dir", "", "the lessons' `folder` (default: heddle-lessons in the home folder)")
	port := fs.Int("port", 0, "the server's `port` (default: the first free one from 8888 on)")
	quiet := fs.Bool("no-browser", false, "do not open a browser")
	verbose := fs.Bool("verbose", false, "show what the server prints")
	if _, err := parse(fs, args, 0); err != nil {
		return err
	}
	if *dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		*dir = filepath.Join(home, "heddle-lessons")
	}
	progress := install.NewProgress(os.Stderr)
	jupyter, err := install.UsableJupyter(ctx, progress)
	if err != nil {
		return err
	}
	place, err := install.User()
	if err != nil {
		return err
	}
	if err := progress.Do("installing the kernel", func(func(string)) error {
		_, err := install.Kernelspec(place, kernelName)
		return err
	}); err != nil {
		return err
	}
	copied, err := install.CopyLessons(lessons.Notebooks(), *dir)
	if s := copied.String(); s != "" {
		progress.Say("%s", strings.TrimSuffix(s, "\n"))
	}
	if err != nil {
		return err
	}
	options := install.LabOptions{Jupyter: jupyter, Place: place, Dir: *dir, Port: *port, Browser: !*quiet, Out: os.Stdout}
	if *verbose {
		options.Log = os.Stderr
	}
	return install.Lab(ctx, options)
}

// kernelName is the kernelspec's name unless another is given.
const kernelName = "heddle"

// placeFlags adds the flags that say where a kernelspec lives.
func placeFlags(fs *flag.FlagSet) func(context.Context) (install.Place, error) {
	fs.Bool("user", false, "for this user (default)")
	sys := fs.Bool("sys-prefix", false, "for the Python environment that is active")
	prefix := fs.String("prefix", "", "under `DIR`, as in DIR/share/jupyter")
	return func(ctx context.Context) (install.Place, error) {
		switch {
		case *prefix != "":
			return install.Prefix(*prefix)
		case *sys:
			return install.SysPrefix(ctx)
		}
		return install.User()
	}
}

func installKernel(ctx context.Context, args []string) error {
	fs := flags("install", "usage: heddle install [--user | --sys-prefix | --prefix DIR] [--name NAME]\n\nInstalls the kernel for a Jupyter that is there already.")
	place, name := placeFlags(fs), fs.String("name", kernelName, "the kernelspec's `name`")
	if _, err := parse(fs, args, 0); err != nil {
		return err
	}
	p, err := place(ctx)
	if err != nil {
		return err
	}
	dir, err := install.Kernelspec(p, *name)
	if err != nil {
		return err
	}
	fmt.Println("installed", dir)
	return nil
}

func uninstall(ctx context.Context, args []string) error {
	fs := flags("uninstall", "usage: heddle uninstall [--user | --sys-prefix | --prefix DIR] [--name NAME]\n\nRemoves what heddle install installed.")
	place, name := placeFlags(fs), fs.String("name", kernelName, "the kernelspec's `name`")
	if _, err := parse(fs, args, 0); err != nil {
		return err
	}
	p, err := place(ctx)
	if err != nil {
		return err
	}
	return install.Uninstall(p, *name)
}

func doctor(ctx context.Context, args []string) error {
	if _, err := parse(flags("doctor", "usage: heddle doctor\n\nSays what is found, what is missing and how to get it."), args, 0); err != nil {
		return err
	}
	if !install.Doctor(ctx, os.Stdout) {
		return errors.New("something that heddle lab needs is missing")
	}
	return nil
}

func run(ctx context.Context, args []string) error {
	fs := flags("run", "usage: heddle run NOTEBOOK [-o FILE] [--timeout D] [--allow-errors]\n\n"+
		"Runs a notebook without Jupyter and writes it with its outputs. Ends with\nstatus 1 at the first cell error, which it shows on stderr.")
	out := fs.String("o", "", "write to `FILE` (default: standard output)")
	timeout := fs.Duration("timeout", 0, "the most that a cell may take, such as 30s (default: no limit)")
	allow := fs.Bool("allow-errors", false, "go on after a cell error")
	rest, err := parse(fs, args, 1)
	if err != nil {
		return err
	}
	n, err := notebook.ReadFile(rest[0])
	if err != nil {
		return err
	}
	// A notebook runs in its own folder, as in Jupyter.
	dir, err := filepath.Abs(filepath.Dir(rest[0]))
	if err != nil {
		return err
	}
	w, err := worker.Start(workerCommand(dir), logger())
	if err != nil {
		return err
	}
	defer w.Close()
	options := notebook.Options{Timeout: *timeout, AllowErrors: *allow}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		options.Progress = n.Lines(os.Stderr)
	}
	failed := notebook.Run(ctx, n, w, options)
	var cell *notebook.CellError
	if failed != nil && !errors.As(failed, &cell) {
		return failed
	}
	if *out == "" {
		err = n.Write(os.Stdout)
	} else {
		err = n.WriteFile(*out)
	}
	if err != nil {
		return err
	}
	return failed
}

func logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// workerCommand makes the command line of a worker process that runs in dir.
func workerCommand(dir string) func() *exec.Cmd {
	return func() *exec.Cmd {
		self, err := os.Executable()
		if err != nil {
			self = os.Args[0]
		}
		cmd := exec.Command(self, "worker")
		cmd.Dir = dir
		return cmd
	}
}

func serveKernel(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("heddle kernel is started by Jupyter: heddle kernel CONNECTION_FILE")
	}
	conn, err := wire.ReadConnection(args[0])
	if err != nil {
		return err
	}
	if err := worker.CheckLimit(); err != nil {
		return err
	}
	// Messages go from goroutine to goroutine here and cost little at each. On
	// one processor that needs no thread to be woken: a small cell is answered
	// in two thirds of the time.
	runtime.GOMAXPROCS(1)
	history := ""
	if dir, err := os.UserConfigDir(); err == nil {
		history = filepath.Join(dir, "heddle", "history")
	}
	return kernel.Serve(ctx, conn, kernel.Config{
		Language:       language,
		Implementation: "heddle",
		Version:        version,
		Banner:         fmt.Sprintf("heddle %s: Go %s, interpreted. %%help shows what a cell can do.", version, language.Version),
		HelpLinks: []wire.HelpLink{
			{Text: "Go documentation", URL: "https://go.dev/doc/"},
			{Text: "Go standard library", URL: "https://pkg.go.dev/std"},
		},
		Worker:  workerCommand(""),
		History: history,
		Log:     logger(),
	})
}

func serveWorker(context.Context, []string) error {
	requests, events, mark, err := worker.Inherited()
	if err != nil {
		return err
	}
	if err := worker.Confine(); err != nil {
		return fmt.Errorf("set the memory limit: %w", err)
	}
	in, err := interp.New(interp.Config{Mark: mark, Exports: symbols.Exports(), Helpers: lessons.Helpers(), Shell: shell.Run})
	if err != nil {
		return err
	}
	err = worker.Serve(requests, events, mark, in)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	worker.EndGroup() // a cell that still runs ends with it
	return nil
}
