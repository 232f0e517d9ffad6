package chart

// Sizes in px. The whole is as wide as JupyterLab's output area at a laptop's
// width.
const (
	picture   = 720.0
	margin    = 8.0
	rowHeight = 26.0
	barHeight = 16.0
	lineSpace = 17.0
)

const axisName = "time since the first task began (ms)"

// svg draws the timeline as a picture.
func (t timeline) svg() string {
	labels := 20.0
	for _, p := range t.panels {
		for _, r := range p.rows {
			labels = max(labels, textWidth(shorten(r.name, 20), textSize))
		}
	}
	x := scale{max: t.max, left: margin + labels + 10, right: picture - 24}

	notes := wrap(t.reading(), textSize, picture-2*margin)
	height := margin + titleSize + lineSpace*float64(len(notes)) + 10
	for _, p := range t.panels {
		height += 30 + rowHeight*float64(len(p.rows))
	}
	height += 48 // the axis

	d := newDrawing(picture, height, t.title, t.describe())
	y := margin + titleSize
	d.text(margin, y, "start", titleSize, true, shorten(t.title, 80))
	for _, n := range notes {
		y += lineSpace
		d.text(margin, y, "start", textSize, false, n)
	}
	y += 10
	marks := ticks(t.max, 7)
	for _, p := range t.panels {
		d.text(x.left, y+19, "start", headSize, true, p.head)
		y += 30
		bottom := y + rowHeight*float64(len(p.rows))
		for _, v := range marks {
			d.line(x.at(v), y, x.at(v), bottom, gridInk, 1, gridFade)
		}
		for _, r := range p.rows {
			t.drawRow(d, x, y, r)
			y += rowHeight
		}
		d.line(x.left, bottom, x.right, bottom, ink, 1, 1)
	}
	for _, v := range marks {
		d.line(x.at(v), y, x.at(v), y+5, ink, 1, 1)
		d.text(x.at(v), y+18, "middle", textSize, false, number(v))
	}
	d.text((x.left+x.right)/2, y+39, "middle", textSize, false, axisName)
	return d.end()
}

func (t timeline) drawRow(d *drawing, x scale, y float64, r row) {
	middle := y + rowHeight/2
	d.text(x.left-8, middle+textSize*0.36, "end", textSize, false, shorten(r.name, 20))
	if len(r.runs) == 0 {
		return
	}
	d.line(x.at(r.start), middle, x.at(r.end), middle, r.color, 2, 0.7)
	for _, s := range r.runs {
		width := max(1, x.at(s.end)-x.at(s.start)) // a moment is seen too
		d.rect(x.at(s.start), middle-barHeight/2, width, barHeight, r.color, r.tip(s))
	}
}
