// Package chart draws measurements.
//
//	display.Show(chart.Timeline("Three tasks", serial, concurrent))
//
// A chart goes out in three forms at once, and the front end takes the richest
// that it can draw: an interactive one (Vega-Lite), a picture (SVG) and text.
// All have axis titles with units, colours that can be told apart by the
// colour-blind and are seen on a white and on a black page, and a description
// for those who cannot see them.
package chart

import "maps"

// A Chart is a finished drawing; display.Show shows it.
type Chart struct {
	forms map[string]any
}

// Display returns the forms of the chart by MIME type.
func (c Chart) Display() map[string]any { return maps.Clone(c.forms) }

// String returns the chart drawn with characters.
func (c Chart) String() string {
	s, _ := c.forms["text/plain"].(string)
	return s
}

// SVG returns the chart as a picture, to be written into a file.
func (c Chart) SVG() string {
	s, _ := c.forms["image/svg+xml"].(string)
	return s
}

func newChart(spec map[string]any, svg, text string) Chart {
	return Chart{map[string]any{
		"application/vnd.vegalite.v5+json": spec,
		"image/svg+xml":                    svg,
		"text/plain":                       text,
	}}
}
