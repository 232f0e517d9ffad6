package display

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// Content is something to show in a form of its own, made by HTML, Markdown,
// LaTeX, SVG, PNG, JSON or VegaLite.
type Content struct {
	forms map[string]any
}

// Display returns the forms of c by MIME type.
func (c Content) Display() map[string]any {
	return maps.Clone(c.forms)
}

// String returns the text form of c.
func (c Content) String() string {
	s, _ := c.forms["text/plain"].(string)
	return s
}

func content(mime string, data any, plain string) Content {
	return Content{map[string]any{mime: data, "text/plain": plain}}
}

// HTML shows s as a piece of a web page. s is used as it is: put text from
// elsewhere through html.EscapeString first.
func HTML(s string) Content {
	return content("text/html", s, s)
}

// Markdown shows s as a text cell of the notebook would.
func Markdown(s string) Content {
	return content("text/markdown", s, s)
}

// LaTeX shows a formula. Without delimiters of its own ($, \[, \( or \begin)
// it stands on a line of its own.
func LaTeX(s string) Content {
	formula := s
	if !strings.ContainsAny(s, "$") && !strings.Contains(s, `\[`) &&
		!strings.Contains(s, `\(`) && !strings.Contains(s, `\begin`) {
		formula = "$$" + s + "$$"
	}
	return content("text/latex", formula, s)
}

// SVG shows a drawing given as an <svg> element.
func SVG(s string) Content {
	return content("image/svg+xml", s, fmt.Sprintf("SVG drawing of %s bytes", thousands(len(s))))
}

// PNG shows a picture given as the bytes of a PNG file.
func PNG(b []byte) Content {
	return content("image/png", b, fmt.Sprintf("PNG picture of %s bytes", thousands(len(b))))
}

// JSON shows v as a tree that can be opened and closed. v is anything that
// encoding/json takes; for what it does not take, the reason is shown.
func JSON(v any) Content {
	b, err := json.MarshalIndent(v, "", "  ")
	var plain any
	if err == nil {
		err = json.Unmarshal(b, &plain)
	}
	if err != nil {
		return refused("this value cannot be shown as JSON", err)
	}
	return content("application/json", plain, cut(string(b)))
}

// VegaLite shows a chart given as a Vega-Lite 5 specification: a string or
// []byte of JSON, or a map[string]any. For what is not valid JSON the reason
// is shown instead.
func VegaLite(spec any) Content {
	var b []byte
	switch s := spec.(type) {
	case string:
		b = []byte(s)
	case []byte:
		b = s
	default:
		var err error
		if b, err = json.Marshal(s); err != nil {
			return refused("this Vega-Lite specification is not JSON", err)
		}
	}
	var chart map[string]any
	if err := json.Unmarshal(b, &chart); err != nil {
		return refused("this Vega-Lite specification is not a JSON object", err)
	}
	plain := "Vega-Lite chart"
	if title, ok := chart["title"].(string); ok {
		plain += ": " + title
	}
	return content("application/vnd.vegalite.v5+json", chart, plain)
}

func refused(what string, err error) Content {
	return Content{map[string]any{"text/plain": what + ": " + err.Error()}}
}
