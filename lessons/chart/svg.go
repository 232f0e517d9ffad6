package chart

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// A drawing is an SVG picture in the making. All text that it is given is
// escaped.
type drawing struct {
	b strings.Builder
}

// newDrawing begins a picture of the given size in px with its alternative
// text: a short title and a description in sentences.
func newDrawing(width, height float64, title, description string) *drawing {
	d := &drawing{}
	d.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%[1]s" height="%[2]s" `+
		`role="img" aria-label="%s" font-family="%s" font-size="%s" fill="%s" `+
		`style="max-width: 100%%; height: auto; background: none">`,
		px(width), px(height), esc(title+". "+description), font, px(textSize), ink)
	d.write(`<title>%s</title><desc>%s</desc>`, esc(title), esc(description))
	return d
}

func (d *drawing) write(format string, args ...any) {
	fmt.Fprintf(&d.b, format+"\n", args...)
}

// rect draws a filled rectangle; tip is what a pointer over it shows.
func (d *drawing) rect(x, y, width, height float64, fill, tip string) {
	d.write(`<rect x="%s" y="%s" width="%s" height="%s" fill="%s"><title>%s</title></rect>`,
		px(x), px(y), px(width), px(height), fill, esc(tip))
}

// line draws a straight line.
func (d *drawing) line(x1, y1, x2, y2 float64, stroke string, width, opacity float64) {
	d.write(`<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s" stroke-width="%s" stroke-opacity="%s"/>`,
		px(x1), px(y1), px(x2), px(y2), stroke, px(width), px(opacity))
}

// text writes s with its baseline at y; anchor is start, middle or end.
func (d *drawing) text(x, y float64, anchor string, size float64, bold bool, s string) {
	weight := ""
	if bold {
		weight = ` font-weight="600"`
	}
	d.write(`<text x="%s" y="%s" text-anchor="%s" font-size="%s"%s>%s</text>`,
		px(x), px(y), anchor, px(size), weight, esc(s))
}

// end returns the finished picture.
func (d *drawing) end() string {
	return d.b.String() + "</svg>\n"
}

// px writes a coordinate with at most two decimals.
func px(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// esc makes s safe inside an element and inside an attribute. Characters that
// XML does not allow at all are replaced.
func esc(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, s)
	return html.EscapeString(s)
}
