package chart

import "fmt"

// object and list are JSON's, for specifications.
type (
	object = map[string]any
	list   = []any
)

// plot is the width in px of what lies between the axes.
const plot = 600.0

// vegaLite returns the timeline as a Vega-Lite 5 specification: one facet for
// each recording, all on one time axis.
func (t timeline) vegaLite() map[string]any {
	moment := t.max / plot // the shortest bar that can be seen
	var values, order, colors, names list
	seen := map[string]bool{}
	for i, p := range t.panels {
		head := p.head
		if seen["panel "+head] {
			head = fmt.Sprintf("%s (%d)", head, i+1)
		}
		seen["panel "+head] = true
		order = append(order, head)
		for n, r := range p.rows {
			if !seen["task "+r.name] {
				seen["task "+r.name] = true
				names, colors = append(names, r.name), append(colors, r.color)
			}
			if len(r.runs) > 0 {
				values = append(values, object{"recording": head, "task": r.name, "n": n,
					"kind": "begun", "start": micro(r.start), "drawn": micro(r.end)})
			}
			for _, s := range r.runs {
				values = append(values, object{"recording": head, "task": r.name, "n": n,
					"kind": "running", "start": micro(s.start), "end": micro(s.end),
					"length": micro(s.end - s.start), "drawn": micro(max(s.end, s.start+moment))})
			}
		}
	}
	var notes list
	for _, line := range wrap(t.reading(), textSize, plot+40) {
		notes = append(notes, line)
	}
	notes = append(notes, "Drag to move, Alt and wheel to zoom, double click to go back.")

	y := object{"field": "task", "type": "nominal", "title": nil,
		"sort": object{"field": "n", "op": "min"}}
	x := object{"field": "start", "type": "quantitative", "title": axisName,
		"scale": object{"domain": list{0, micro(t.max)}, "nice": false},
		"axis":  object{"tickCount": 7, "labelFlush": false}}
	shade := object{"field": "task", "type": "nominal", "legend": nil,
		"scale": object{"domain": names, "range": colors}}
	figure := func(field, title string) object {
		return object{"field": field, "title": title, "type": "quantitative", "format": ",.1f"}
	}
	return object{
		"$schema":     "https://vega.github.io/schema/vega-lite/v5.json",
		"description": t.title + ". " + t.describe(),
		"title":       object{"text": t.title, "subtitle": notes},
		"data":        object{"values": values},
		"facet": object{"row": object{"field": "recording", "type": "nominal",
			"title": nil, "sort": order}},
		"spec": object{
			"width":  plot,
			"height": object{"step": rowHeight},
			"layer": list{
				object{
					"transform": list{object{"filter": "datum.kind == 'begun'"}},
					"mark":      object{"type": "rule", "strokeWidth": 2, "opacity": 0.7, "clip": true},
					"encoding":  object{"x": x, "x2": object{"field": "drawn"}, "y": y, "color": shade},
				},
				object{
					"params": list{object{"name": "view", "bind": "scales", "select": object{
						"type": "interval", "encodings": list{"x"}, "zoom": "wheel![event.altKey]"}}},
					"transform": list{object{"filter": "datum.kind == 'running'"}},
					"mark":      object{"type": "bar", "height": barHeight, "clip": true, "cursor": "pointer"},
					"encoding": object{"x": x, "x2": object{"field": "drawn"}, "y": y, "color": shade,
						"tooltip": list{object{"field": "task", "title": "task"},
							figure("start", "from (ms)"), figure("end", "to (ms)"),
							figure("length", "running for (ms)")}},
				},
			},
		},
		"resolve":    object{"scale": object{"y": "independent"}},
		"spacing":    10,
		"background": "transparent",
		"config":     vegaConfig(),
	}
}

// vegaConfig is the look that all charts share; see style.go.
func vegaConfig() map[string]any {
	return object{
		"font": font,
		"view": object{"stroke": nil},
		"title": object{"anchor": "start", "color": ink, "fontSize": titleSize, "fontWeight": 600,
			"subtitleColor": ink, "subtitleFontSize": textSize, "subtitleLineHeight": lineSpace,
			"subtitlePadding": 6, "offset": 12},
		"axis": object{"labelColor": ink, "titleColor": ink, "domainColor": ink, "tickColor": ink,
			"gridColor": gridInk, "gridOpacity": gridFade, "labelFontSize": textSize,
			"titleFontSize": textSize, "titleFontWeight": "normal", "titlePadding": 10, "labelLimit": 150},
		"axisY": object{"ticks": false, "domain": false, "grid": false, "labelPadding": 8},
		"headerRow": object{"labelOrient": "top", "labelAnchor": "start", "labelColor": ink,
			"labelFontSize": headSize, "labelFontWeight": 600, "labelPadding": 6, "labelLimit": plot},
	}
}

// micro rounds a time in ms to whole microseconds, to keep the chart small.
func micro(v float64) float64 {
	return float64(int64(v*1000+0.5)) / 1000
}
