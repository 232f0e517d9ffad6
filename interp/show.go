package interp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"go/parser"
	"html"
	"reflect"
	"strings"
	"time"

	"heddle/interp/worker"
	"heddle/lessons/display"
)

// result keeps the values of a cell's last expression until the cell has ended.
func (in *Interp) result(values []any) {
	r := in.current()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values, r.hasValue = values, true
}

// show sends the value of a cell's last expression: as the cell's result, or as
// a display if it is something to look at. A grader reads a result as the score.
func (in *Interp) show(r *run) {
	data, metadata, rich := in.bundle(r.values)
	d := worker.Display{Data: data, Metadata: metadata}
	if rich {
		r.out.Show(d)
	} else {
		r.out.Result(d)
	}
}

// bundle is the MIME bundle of the values of an expression, and whether it is
// more than text.
func (in *Interp) bundle(values []any) (data, metadata map[string]any, rich bool) {
	if len(values) == 1 {
		v := unwrap(values[0])
		if v == nil {
			return map[string]any{"text/plain": "<nil>"}, nil, false
		}
		data, metadata = display.Bundle(v)
		return encode(data), metadata, len(data) > 1
	}
	var parts []string
	for _, v := range values {
		data, _ := display.Bundle(unwrap(v))
		parts = append(parts, fmt.Sprint(data["text/plain"]))
	}
	return map[string]any{"text/plain": strings.Join(parts, ", ")}, nil, false
}

// encode makes a bundle fit for JSON: images become base64 text, and what JSON
// cannot hold is told in words.
func encode(data map[string]any) map[string]any {
	out := make(map[string]any, len(data))
	for mime, v := range data {
		switch v := v.(type) {
		case string:
			out[mime] = v
		case []byte:
			out[mime] = base64.StdEncoding.EncodeToString(v)
		default:
			if _, err := json.Marshal(v); err != nil {
				out["text/plain"] = fmt.Sprintf("%s cannot be shown: %v", mime, err)
				continue
			}
			out[mime] = v
		}
	}
	return out
}

// display is the sink of package display.
func (in *Interp) display(e display.Event) {
	r := in.current()
	if r == nil {
		return
	}
	if e.Clear {
		r.out.Clear(e.Wait)
		return
	}
	r.out.Show(worker.Display{Data: encode(e.Data), Metadata: e.Metadata, ID: e.ID, Update: e.Update})
}

// note is a word of heddle's own under a cell. It never goes to stderr, for
// which a grader gives no points.
func (in *Interp) note(r *run, text string) {
	r.out.Show(worker.Display{Data: map[string]any{
		"text/plain": text,
		"text/html":  `<span style="color: var(--jp-ui-font-color2, gray); font-size: 90%">` + html.EscapeString(text) + `</span>`,
	}})
}

// finish does what comes after a cell that ran without an error.
func (in *Interp) finish(r *run, started time.Time, done *worker.Done) {
	if r.timed {
		in.note(r, fmt.Sprintf("%s, interpreted", timeText(time.Since(started))))
	}
	done.Page = r.page
	if !r.reset {
		return
	}
	in.notebook.Reset()
	in.pending = nil
	if err := in.startEngine(); err != nil {
		in.note(r, "the notebook is empty, but the interpreter did not start anew: "+err.Error())
	}
	r.out.Keep(worker.Kept{Declarations: []worker.Declaration{}})
}

// timeText is a duration with three figures.
func timeText(d time.Duration) string {
	unit := time.Duration(1)
	for unit*1000 <= d {
		unit *= 10
	}
	return d.Round(unit).String()
}

// expression evaluates one of Jupyter's user expressions: its value has no
// effect on the notebook.
func (in *Interp) expression(ctx context.Context, cell int, expr string, out *worker.Output) worker.Expression {
	if _, err := parser.ParseExpr(expr); err != nil {
		return worker.Expression{Failure: noExpression(expr)}
	}
	r := in.newRun(ctx, cell, out)
	if failure := in.cell(r, cell, expr); failure != nil {
		return worker.Expression{Failure: failure}
	}
	if !r.hasValue {
		return worker.Expression{Failure: noExpression(expr)}
	}
	data, metadata, _ := in.bundle(r.values)
	if metadata == nil {
		metadata = map[string]any{}
	}
	return worker.Expression{Value: &worker.Display{Data: data, Metadata: metadata}}
}

func noExpression(text string) *worker.Failure {
	value := fmt.Sprintf("%q is no expression with a value", text)
	return &worker.Failure{Name: "CompileError", Value: value, Traceback: []string{red("CompileError") + ": " + value}}
}

// who lists the notebook's variables.
func (in *Interp) who() worker.Display {
	vars := in.notebook.Variables()
	if len(vars) == 0 {
		return worker.Display{Data: map[string]any{"text/plain": "The notebook has no variables."}}
	}
	rows := [][3]string{{"name", "type", "size"}}
	width := [2]int{4, 4}
	for _, v := range vars {
		size := "?"
		if value, err := in.engine.Variable(v.Engine); err == nil {
			size = sizeText(value)
		}
		row := [3]string{v.Name, v.TypeName(), size}
		for i := range width {
			width[i] = max(width[i], len(row[i]))
		}
		rows = append(rows, row)
	}
	var text, table strings.Builder
	table.WriteString("<table>")
	for i, row := range rows {
		fmt.Fprintf(&text, "%-*s  %-*s  %s\n", width[0], row[0], width[1], row[1], row[2])
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		table.WriteString("<tr>")
		for _, s := range row {
			fmt.Fprintf(&table, `<%s style="text-align: left">%s</%s>`, cell, html.EscapeString(s), cell)
		}
		table.WriteString("</tr>")
	}
	table.WriteString("</table>")
	return worker.Display{Data: map[string]any{"text/plain": strings.TrimSuffix(text.String(), "\n"), "text/html": table.String()}}
}

// sizeText is the memory that a value holds, as far as it can be followed.
func sizeText(v reflect.Value) string {
	s := sizer{seen: map[uintptr]bool{}, budget: 100_000}
	n := uint64(v.Type().Size()) + s.size(v)
	if s.budget < 0 {
		return "over " + worker.Bytes(n).String()
	}
	return worker.Bytes(n).String()
}
