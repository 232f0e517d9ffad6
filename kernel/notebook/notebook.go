// Package notebook reads, runs and writes Jupyter notebooks without Jupyter.
//
// The format is nbformat 4, written as 4.5:
// https://nbformat.readthedocs.io/en/latest/format_description.html
package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A Notebook is a list of cells. Fields that the format does not know are kept
// and written again.
type Notebook struct {
	Cells    []*Cell
	Metadata map[string]any

	minor int
	rest  map[string]any // all other fields
}

// A Cell is one cell. Its Source is one text, however the file cuts it.
type Cell struct {
	ID       string // [a-zA-Z0-9-_]{1,64}, no two alike; Write makes those that are missing
	Type     string // code, markdown or raw
	Source   string
	Metadata map[string]any

	// Of code cells only. Count is 0 for a cell that was not run.
	Count   int
	Outputs []*Output

	rest map[string]any // all other fields, such as attachments
}

// Tagged says whether the cell has a tag.
func (c *Cell) Tagged(tag string) bool {
	tags, _ := c.Metadata["tags"].([]any)
	return slices.Contains(tags, any(tag))
}

// An Output is one output of a code cell, as the format has it. Text is joined,
// however the file cuts it.
type Output struct {
	fields    map[string]any
	stream    []byte // the text of a stream, which grows
	displayID string // by which a later display replaces this one
}

// Type is stream, display_data, execute_result or error.
func (o *Output) Type() string { s, _ := o.fields["output_type"].(string); return s }

// Read reads a notebook of format 4. The error says in one line what is wrong
// with it and what to do.
func Read(r io.Reader) (*Notebook, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read the notebook: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // numbers are written as they were read
	var whole any
	err = dec.Decode(&whole)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("text after the end of the notebook")
		}
	}
	if err != nil {
		return nil, badJSON(text, dec.InputOffset(), err)
	}
	fields, ok := whole.(map[string]any)
	if !ok {
		return nil, errors.New("not a notebook: its JSON is no object; is it the right file?")
	}
	return fromFields(fields)
}

// badJSON says at which line the JSON is broken.
func badJSON(text []byte, at int64, err error) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return errors.New("not a notebook: the file is empty")
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = syntax.Offset
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("not a notebook: its JSON is cut off at the end; get a whole copy of the file")
	}
	line := 1 + bytes.Count(text[:min(at, int64(len(text)))], []byte("\n"))
	hint := "repair it with a text editor, or get another copy"
	if bytes.Contains(text, []byte("\n<<<<<<< ")) {
		hint = "it has the conflict marks of a git merge"
	}
	return fmt.Errorf("not a notebook: broken JSON at line %d (%w); %s", line, err, hint)
}

func fromFields(fields map[string]any) (*Notebook, error) {
	major, ok := number(fields["nbformat"])
	if !ok {
		return nil, errors.New("not a notebook: it has no nbformat; is it the right file?")
	}
	if major < 4 {
		return nil, fmt.Errorf("the notebook has the old format %d, want 4; convert it with: jupyter nbconvert --to notebook FILE", major)
	}
	if major > 4 {
		return nil, fmt.Errorf("the notebook has the newer format %d, want 4; save it as format 4 in Jupyter", major)
	}
	n := &Notebook{rest: fields}
	n.minor, _ = number(fields["nbformat_minor"])
	n.Metadata, ok = fields["metadata"].(map[string]any)
	if !ok {
		n.Metadata = map[string]any{}
	}
	cells, ok := fields["cells"].([]any)
	if !ok {
		return nil, errors.New("not a notebook: it has no list of cells; is it the right file?")
	}
	for i, c := range cells {
		cell, err := cellFrom(c)
		if err != nil {
			return nil, fmt.Errorf("not a notebook: cell %d: %w; repair it with a text editor, or get another copy", i+1, err)
		}
		n.Cells = append(n.Cells, cell)
	}
	for _, known := range []string{"cells", "metadata", "nbformat", "nbformat_minor"} {
		delete(fields, known)
	}
	for _, transient := range []string{"orig_nbformat", "orig_nbformat_minor", "signature"} {
		delete(n.Metadata, transient)
	}
	return n, nil
}

func cellFrom(v any) (*Cell, error) {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("it is no object")
	}
	c := &Cell{rest: fields}
	if c.Type, ok = fields["cell_type"].(string); !ok {
		return nil, errors.New("it has no cell_type")
	}
	if c.Source, ok = joined(fields["source"]); !ok {
		return nil, errors.New("its source is neither a text nor a list of lines")
	}
	if c.Metadata, ok = fields["metadata"].(map[string]any); !ok {
		c.Metadata = map[string]any{}
	}
	delete(c.Metadata, "trusted") // is never saved
	c.ID, _ = fields["id"].(string)
	if c.Type == "code" {
		c.Count, _ = number(fields["execution_count"])
		outputs, _ := fields["outputs"].([]any)
		for i, o := range outputs {
			out, err := outputFrom(o)
			if err != nil {
				return nil, fmt.Errorf("output %d: %w", i+1, err)
			}
			c.Outputs = append(c.Outputs, out)
		}
		delete(fields, "execution_count")
		delete(fields, "outputs")
	}
	for _, known := range []string{"cell_type", "source", "metadata", "id"} {
		delete(fields, known)
	}
	if attachments, ok := fields["attachments"].(map[string]any); ok {
		for _, a := range attachments {
			joinBundle(a)
		}
	}
	return c, nil
}

func outputFrom(v any) (*Output, error) {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("it is no object")
	}
	o := &Output{fields: fields}
	switch o.Type() {
	case "stream":
		text, ok := joined(fields["text"])
		if !ok {
			return nil, errors.New("its text is neither a text nor a list of lines")
		}
		o.stream = []byte(text)
	case "display_data", "execute_result":
		joinBundle(fields["data"])
	}
	return o, nil
}

// joined is the text of v, which a file may cut into lines.
func joined(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []any:
		var b []byte
		for _, line := range v {
			s, ok := line.(string)
			if !ok {
				return "", false
			}
			b = append(b, s...)
		}
		return string(b), true
	}
	return "", false
}

// joinBundle joins the texts of a MIME bundle.
func joinBundle(v any) {
	data, _ := v.(map[string]any)
	for mime, v := range data {
		if _, list := v.([]any); !list || isJSON(mime) {
			continue
		}
		if text, ok := joined(v); ok {
			data[mime] = text
		}
	}
}

func number(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil
}
