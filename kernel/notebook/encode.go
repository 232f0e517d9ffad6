package notebook

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// An encoder writes JSON as Python's json.dumps does with indent=1,
// sort_keys=True and ensure_ascii=False. encoding/json cannot: it escapes two
// characters more.
type encoder struct {
	w   *bufio.Writer // keeps its own error
	err error         // of a value that has no JSON
}

// value writes v; newline is a line's end and the indent of the line after it.
func (e *encoder) value(v any, newline string) {
	switch v := v.(type) {
	case nil:
		e.w.WriteString("null")
	case bool:
		e.w.WriteString(strconv.FormatBool(v))
	case string:
		e.text(v)
	case int:
		e.w.WriteString(strconv.Itoa(v))
	case json.Number:
		e.w.WriteString(v.String())
	case []any:
		e.list(v, newline)
	case map[string]any:
		e.object(v, newline)
	default:
		e.other(v, newline)
	}
}

func (e *encoder) list(v []any, newline string) {
	if len(v) == 0 {
		e.w.WriteString("[]")
		return
	}
	inner := newline + " "
	for i, item := range v {
		e.w.WriteByte("[,"[min(i, 1)])
		e.w.WriteString(inner)
		e.value(item, inner)
	}
	e.w.WriteString(newline + "]")
}

func (e *encoder) object(v map[string]any, newline string) {
	if len(v) == 0 {
		e.w.WriteString("{}")
		return
	}
	inner := newline + " "
	for i, key := range slices.Sorted(maps.Keys(v)) {
		e.w.WriteByte("{,"[min(i, 1)])
		e.w.WriteString(inner)
		e.text(key)
		e.w.WriteString(": ")
		e.value(v[key], inner)
	}
	e.w.WriteString(newline + "}")
}

// other writes a value that no file has but a program may put into metadata.
func (e *encoder) other(v any, newline string) {
	raw, err := json.Marshal(v)
	if err == nil {
		var plain any
		if plain, err = decode(raw); err == nil {
			e.value(plain, newline)
			return
		}
	}
	e.err = fmt.Errorf("%T has no JSON: %w", v, err)
}

func (e *encoder) text(s string) {
	e.w.WriteByte('"')
	for _, c := range s {
		switch c {
		case '"', '\\':
			e.w.WriteByte('\\')
			e.w.WriteRune(c)
		case '\n':
			e.w.WriteString(`\n`)
		case '\r':
			e.w.WriteString(`\r`)
		case '\t':
			e.w.WriteString(`\t`)
		case '\b':
			e.w.WriteString(`\b`)
		case '\f':
			e.w.WriteString(`\f`)
		default:
			if c < ' ' {
				fmt.Fprintf(e.w, `\u%04x`, c)
			} else {
				e.w.WriteRune(c) // U+FFFD stands for what was no UTF-8
			}
		}
	}
	e.w.WriteByte('"')
}

// decode reads JSON without turning its numbers into floats.
func decode(raw []byte) (v any, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	err = dec.Decode(&v)
	return v, err
}
