package timing

import (
	"fmt"
	"html"
	"strings"
	"time"
	"unicode/utf8"
)

// A table is what every result of this package is shown as. The first column
// is set left, the others right unless left is set.
type table struct {
	caption string
	lead    []string // sentences above the table: what matters most
	head    []string // may be empty
	rows    [][]string
	left    bool
	notes   []string // sentences below the table
}

func (t table) display() map[string]any {
	return map[string]any{"text/plain": t.text(), "text/html": t.html()}
}

func (t table) text() string {
	var b strings.Builder
	for _, s := range t.lead {
		fmt.Fprintln(&b, s)
	}
	all := t.rows
	if len(t.head) > 0 {
		all = append([][]string{t.head}, t.rows...)
	}
	var widths []int
	for _, row := range all {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for n, row := range all {
		line := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch {
			case i == 0:
				line += cell + pad
			case t.left:
				line += "  " + cell + pad
			default:
				line += "  " + pad + cell
			}
		}
		fmt.Fprintln(&b, strings.TrimRight(line, " "))
		if n == 0 && len(t.head) > 0 {
			fmt.Fprintln(&b, strings.Repeat("-", utf8.RuneCountInString(line)))
		}
	}
	fmt.Fprintf(&b, "(%s)\n", t.caption)
	for _, s := range t.notes {
		fmt.Fprintln(&b, "Note:", s)
	}
	return b.String()
}

// The colours are JupyterLab's own, so that they follow its theme; elsewhere
// the page's text colour and a grey that is seen on white and on black.
const (
	ruleStyle = "1px solid var(--jp-border-color1, rgba(128, 128, 128, 0.5))"
	thinStyle = "1px solid var(--jp-border-color2, rgba(128, 128, 128, 0.25))"
	fontStyle = "font-family: var(--jp-content-font-family, system-ui, sans-serif); " +
		"font-size: var(--jp-content-font-size1, 14px); line-height: 1.45; " +
		"color: var(--jp-content-font-color1, inherit)"
	greyStyle = "color: var(--jp-content-font-color2, inherit); font-size: 0.86em"
)

func (t table) html() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<div style="%s">`+"\n", fontStyle)
	for _, s := range t.lead {
		fmt.Fprintf(&b, `<p style="margin: 4px 0; font-weight: 600">%s</p>`+"\n", html.EscapeString(s))
	}
	b.WriteString(`<table style="border-collapse: collapse; border: none; margin: 4px 0; ` +
		`font-size: inherit; font-variant-numeric: tabular-nums">` + "\n")
	fmt.Fprintf(&b, `<caption style="caption-side: bottom; text-align: left; padding: 5px 0; %s">%s</caption>`+"\n",
		greyStyle, html.EscapeString(t.caption))
	if len(t.head) > 0 {
		t.row(&b, "th", "col", ruleStyle, t.head)
	}
	for _, row := range t.rows {
		t.row(&b, "td", "", thinStyle, row)
	}
	b.WriteString("</table>\n")
	for _, s := range t.notes {
		fmt.Fprintf(&b, `<p style="margin: 2px 0; %s"><b>Note:</b> %s</p>`+"\n", greyStyle, html.EscapeString(s))
	}
	b.WriteString("</div>")
	return b.String()
}

// row writes one table row; its first cell is a row's heading.
func (t table) row(b *strings.Builder, tag, scope, border string, cells []string) {
	b.WriteString(`<tr style="background: none">`)
	for i, cell := range cells {
		tag, scope, align, weight := tag, scope, "right", ""
		if i == 0 || t.left {
			align = "left"
		}
		if tag == "td" && i == 0 {
			tag, scope = "th", "row"
			weight = "; font-weight: normal"
		}
		pad := "4px 0 4px 22px"
		if i == 0 {
			pad = "4px 0"
		}
		if scope != "" {
			scope = ` scope="` + scope + `"`
		}
		fmt.Fprintf(b, `<%s%s style="text-align: %s; padding: %s; border: none; border-bottom: %s; `+
			`white-space: nowrap; max-width: none%s">%s</%s>`,
			tag, scope, align, pad, border, weight, html.EscapeString(cell), tag)
	}
	b.WriteString("</tr>\n")
}

// Duration writes d with three figures and the unit that suits it: 1.23 s,
// 45.6 ms, 789 µs, 12 ns.
func Duration(d time.Duration) string {
	units := []struct {
		size time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}}
	for _, u := range units {
		// 999.6 µs would be written 1000 µs: it belongs to the next unit.
		if v := float64(d) / float64(u.size); v >= 0.9995 || v <= -0.9995 {
			return figures(v) + " " + u.name
		}
	}
	return fmt.Sprintf("%d ns", d.Nanoseconds())
}

// figures writes v with three figures, or all before the point if there are
// more.
func figures(v float64) string {
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	}
	return thousands(int(v + 0.5))
}

func percent(share float64) string {
	if share < 0.0995 {
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

// size writes a number of bytes.
func size(bytes float64) string {
	switch {
	case bytes >= 1e6:
		return figures(bytes/1e6) + " MB"
	case bytes >= 1e3:
		return figures(bytes/1e3) + " kB"
	}
	return fmt.Sprintf("%.0f B", bytes)
}

// thousands writes n with commas: 1234567 is 1,234,567.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
