package interp

import (
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"slices"
	"strings"

	"heddle/interp/loom"
	"heddle/interp/lower"
	"heddle/interp/worker"
)

// magic is a line of a cell that is no Go: a %name or a !command.
type magic struct {
	offset     int // in the cell
	name, args string
}

// The magics, with what %help says of them.
var magicHelp = [][2]string{
	{"%help", "show this page"},
	{"%who", "list the notebook's variables with their type and size"},
	{"%reset", "forget all variables and declarations"},
	{"%cd DIR", "change the working directory; without DIR to the home directory"},
	{"%env [NAME[=VALUE]]", "show the environment, or one variable of it, or set it"},
	{"%%time", "on the first line: time the cell"},
	{"%%sh", "on the first line: run the rest as a shell script"},
	{"!COMMAND", "run a shell command"},
}

func knownMagics() string {
	var names []string
	for _, m := range magicHelp {
		name, _, _ := strings.Cut(m[0], " ")
		names = append(names, strings.Replace(name, "!COMMAND", "!command", 1))
	}
	return strings.Join(names, ", ")
}

// magics finds the magics of a cell and returns its Go, with spaces in their
// place so that every line keeps its number.
func (in *Interp) magics(r *run, code string) (text string, failure *worker.Failure) {
	first, rest, _ := strings.Cut(code, "\n")
	if name, ok := strings.CutPrefix(strings.TrimSpace(first), "%%"); ok {
		switch name, _, _ := strings.Cut(name, " "); name {
		case "time":
			r.timed = true
		case "sh", "bash":
			if strings.TrimSpace(rest) == "" {
				rest = "true"
			}
			r.script = rest
			return "", nil
		default:
			return "", unknownMagic("%%"+name, r.Number, 1)
		}
		code = blank(code, 0, len(first))
	}
	text, magics, unknown := findMagics(code)
	if unknown != "" {
		return "", unknownMagic(unknown, r.Number, 1+strings.Count(code[:len(text)], "\n"))
	}
	r.magics = magics
	return text, nil
}

// lineMagics is the names of those that take a line; "!" is one more.
var lineMagics = []string{"%help", "%who", "%reset", "%cd", "%env"}

// findMagics finds the lines of a cell that are magics. text is the cell with an
// empty statement in the place of each, so that every line keeps its number.
// Where a magic is unknown, text ends before it.
func findMagics(code string) (text string, all []magic, unknown string) {
	for start := 0; start < len(code); {
		end := len(code)
		if i := strings.IndexByte(code[start:], '\n'); i >= 0 {
			end = start + i
		}
		line := strings.TrimSpace(code[start:end])
		if line != "" && (line[0] == '%' || line[0] == '!') && atStatement(code[:start]) {
			m := magic{offset: start, name: "!", args: strings.TrimSpace(line[1:])}
			if line[0] == '%' {
				name, args, _ := strings.Cut(line, " ")
				m.name, m.args = name, strings.TrimSpace(args)
				if !slices.Contains(lineMagics, name) {
					return code[:start], nil, name
				}
			}
			all = append(all, m)
			code = blank(code, start, end)
			// An empty statement: what stands before it is not the cell's last.
			code = code[:start] + ";" + code[start+1:]
		}
		start = end + 1
	}
	return code, all, ""
}

func blank(s string, start, end int) string {
	return s[:start] + strings.Repeat(" ", end-start) + s[end:]
}

// atStatement says whether a statement may begin behind text: no bracket is
// open and no expression goes on.
func atStatement(text string) bool {
	fset := token.NewFileSet()
	var s scanner.Scanner
	open := false // a raw string or a comment
	s.Init(fset.AddFile("", -1, len(text)), []byte(text), func(_ token.Position, msg string) {
		open = open || strings.HasSuffix(msg, "not terminated")
	}, 0)
	depth, last := 0, token.SEMICOLON
	for {
		_, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			return depth <= 0 && last == token.SEMICOLON && !open
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		last = tok
	}
}

func unknownMagic(name string, cell, line int) *worker.Failure {
	value := fmt.Sprintf("unknown magic %s, cell %d, line %d", name, cell, line)
	return &worker.Failure{Name: "UnknownMagic", Value: value, Traceback: []string{
		red("UnknownMagic") + ": " + value,
		"The magics are " + knownMagics() + ".",
	}}
}

// calls is the magics as the lowered cell runs them.
func calls(magics []magic) (all []lower.Call) {
	for i, m := range magics {
		all = append(all, lower.Call{Offset: m.offset, Text: fmt.Sprintf("Magic(%d)", i)})
	}
	return all
}

// runMagic runs the index-th magic of the cell that the calling goroutine
// belongs to.
func (in *Interp) runMagic(index int) {
	r := in.current()
	switch m := r.magics[index]; m.name {
	case "!":
		in.shell(r, m.args)
	case "%help":
		r.page = helpPage()
	case "%who":
		r.out.Show(in.who())
	case "%reset":
		r.reset = true
	case "%cd":
		dir := m.args
		if dir == "" || dir == "~" {
			dir, _ = os.UserHomeDir()
		}
		if err := os.Chdir(dir); err != nil {
			panic(cellError{"Error", err.Error()})
		}
		if dir, err := os.Getwd(); err == nil {
			r.out.Print("stdout", dir+"\n")
		}
	case "%env":
		in.env(r, m.args)
	}
}

func (in *Interp) env(r *run, args string) {
	name, value, set := strings.Cut(args, "=")
	name = strings.TrimSpace(name)
	switch {
	case set:
		if err := os.Setenv(name, strings.TrimSpace(value)); err != nil {
			panic(cellError{"Error", err.Error()})
		}
	case name == "":
		all := os.Environ()
		slices.Sort(all)
		r.out.Print("stdout", strings.Join(all, "\n")+"\n")
	default:
		value, ok := os.LookupEnv(name)
		if !ok {
			panic(cellError{"Error", "the environment has no " + name})
		}
		r.out.Print("stdout", value+"\n")
	}
}

// shell runs a !command. Its exit status is shown unless it is 0.
func (in *Interp) shell(r *run, command string) {
	status, err := in.config.Shell(r.Context(), command, r.out.Print)
	if err != nil {
		panic(cellError{"Error", err.Error()})
	}
	if status != 0 && r.Context().Err() == nil {
		in.note(r, fmt.Sprintf("exit status %d", status))
	}
	loom.Poll()
}

// script runs a %%sh cell, which ends with an error unless its status is 0.
func (in *Interp) script(r *run) *worker.Failure {
	status, err := in.config.Shell(r.Context(), r.script, r.out.Print)
	switch {
	case r.Context().Err() != nil:
		return in.interrupted(r)
	case err != nil:
		return &worker.Failure{Name: "Shell", Value: err.Error(), Traceback: []string{red("Shell") + ": " + err.Error()}}
	case status != 0:
		r.at = fmt.Sprintf("cell %d, line 1", r.Number)
		return in.fail(r, "Shell", fmt.Sprintf("exit status %d", status))
	}
	return nil
}

// helpPage is what %help shows.
func helpPage() *worker.Display {
	var text, md strings.Builder
	text.WriteString("A cell is Go: imports, declarations and statements in any order. The value of\n" +
		"the last expression is shown. What a cell defines, later cells can use.\n\n")
	md.WriteString("A cell is Go: imports, declarations and statements in any order. The value of the last " +
		"expression is shown. What a cell defines, later cells can use.\n\n| magic | what it does |\n| --- | --- |\n")
	for _, m := range magicHelp {
		fmt.Fprintf(&text, "%-22s %s\n", m[0], m[1])
		fmt.Fprintf(&md, "| `%s` | %s |\n", m[0], m[1])
	}
	text.WriteString("\nTab completes, Shift-Tab explains. Package display shows HTML, pictures and charts.\n")
	md.WriteString("\nTab completes, Shift-Tab explains. Package `display` shows HTML, pictures and charts.\n")
	return &worker.Display{Data: map[string]any{"text/plain": text.String(), "text/markdown": md.String()}}
}
