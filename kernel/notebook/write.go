package notebook

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strings"
)

// Write writes the notebook as format 4.5, byte for byte as Jupyter does: keys
// in order, one space of indent, texts cut into lines. Cells without an id, or
// with one that is not allowed or not alone, get one that depends on what the
// notebook says, so that the same notebook gives the same file.
func (n *Notebook) Write(w io.Writer) error {
	n.identify()
	fields := maps.Clone(n.rest)
	if fields == nil {
		fields = map[string]any{}
	}
	fields["nbformat"], fields["nbformat_minor"] = 4, max(5, n.minor)
	fields["metadata"] = orEmpty(n.Metadata)
	cells := make([]any, len(n.Cells))
	for i, c := range n.Cells {
		cells[i] = c.toFields()
	}
	fields["cells"] = cells
	b := bufio.NewWriter(w)
	e := encoder{w: b}
	e.value(fields, "\n")
	b.WriteByte('\n')
	if e.err != nil {
		return fmt.Errorf("write the notebook: %w", e.err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the notebook: %w", err)
	}
	return nil
}

var allowedID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// identify gives an id to each cell that needs one.
func (n *Notebook) identify() {
	used := map[string]bool{}
	for i, c := range n.Cells {
		for try := 0; !allowedID.MatchString(c.ID) || used[c.ID]; try++ {
			sum := sha256.Sum256(fmt.Append(nil, i, try, c.Type, c.Source))
			c.ID = hex.EncodeToString(sum[:4])
		}
		used[c.ID] = true
	}
}

func (c *Cell) toFields() map[string]any {
	fields := maps.Clone(c.rest)
	if fields == nil {
		fields = map[string]any{}
	}
	fields["id"], fields["cell_type"] = c.ID, c.Type
	fields["metadata"], fields["source"] = orEmpty(c.Metadata), cut(c.Source)
	if attachments, ok := fields["attachments"].(map[string]any); ok {
		all := map[string]any{}
		for name, a := range attachments {
			all[name] = cutBundle(a)
		}
		fields["attachments"] = all
	}
	if c.Type != "code" {
		return fields
	}
	fields["execution_count"] = nil
	if c.Count > 0 {
		fields["execution_count"] = c.Count
	}
	outputs := make([]any, len(c.Outputs))
	for i, o := range c.Outputs {
		outputs[i] = o.toFields()
	}
	fields["outputs"] = outputs
	return fields
}

func (o *Output) toFields() map[string]any {
	fields := maps.Clone(o.fields)
	switch o.Type() {
	case "stream":
		fields["text"] = cut(string(o.stream))
	case "display_data", "execute_result":
		fields["data"] = cutBundle(fields["data"])
	}
	return fields
}

// cutBundle cuts the texts of a MIME bundle that people read.
func cutBundle(v any) any {
	data, ok := v.(map[string]any)
	if !ok {
		return v
	}
	data = maps.Clone(data)
	for mime, v := range data {
		text, ok := v.(string)
		if ok && (strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" || mime == "application/javascript") {
			data[mime] = cut(text)
		}
	}
	return data
}

func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

// cut cuts a text after each end of line. What ends a line is what Python says,
// whose splitlines wrote every notebook there is.
func cut(text string) []any {
	lines := []any{}
	start := 0
	for i, c := range text {
		end := i + 1
		switch c {
		case '\n', '\v', '\f', '\x1c', '\x1d', '\x1e':
		case '\r':
			if strings.HasPrefix(text[end:], "\n") {
				continue
			}
		case '\u0085':
			end = i + 2
		case '\u2028', '\u2029':
			end = i + 3
		default:
			continue
		}
		lines = append(lines, text[start:end])
		start = end
	}
	if start < len(text) {
		lines = append(lines, text[start:])
	}
	return lines
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
