package chart

import (
	"strings"
	"unicode/utf8"
)

// A chart does not know whether it stands on a white or on a black page, so
// its colours are chosen to be seen on both.
const (
	// ink is for text and axes. Its contrast (WCAG 2) is 4.3 on #ffffff and
	// 4.4 on JupyterLab's dark #111111; no grey reaches 4.5 on both.
	ink      = "#797979"
	gridInk  = "#808080" // drawn at gridFade
	gridFade = 0.25

	font      = "sans-serif"
	titleSize = 15.0 // px
	headSize  = 13.0
	textSize  = 12.0
)

// palette is that of Okabe and Ito, "Color Universal Design" (2008), without
// yellow and black, the strongest on both pages first.
var palette = []string{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"}

// color is the colour of the n-th thing, from 0.
func color(n int) string { return palette[n%len(palette)] }

// textWidth estimates how wide s is in px; it is rather too wide than too
// narrow for a common sans-serif.
func textWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r >= 0x1100: // from here on mostly full-width scripts
			w += 1
		case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '@' || r == '%':
			w += 0.9
		case r >= 'A' && r <= 'Z':
			w += 0.7
		case strings.ContainsRune("iljtfr.,:;'|!() ", r):
			w += 0.34
		default:
			w += 0.56
		}
	}
	return w * size
}

// shorten cuts s to n characters, the last of them an ellipsis.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// wrap breaks s at spaces into lines of at most width px.
func wrap(s string, size, width float64) []string {
	var lines []string
	line, start := "", 0
	flush := func(end int) {
		word := s[start:end]
		switch {
		case line == "":
			line = word
		case textWidth(line+" "+word, size) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	for i, r := range s {
		if r == ' ' {
			flush(i)
			start = i + 1
		}
	}
	flush(len(s))
	return append(lines, line)
}
