package chart

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heddle/lessons/timing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// turnsOf is a recording of tasks of 30 ms each, in turns of the given length.
func turnsOf(title string, procs, length int, names ...string) timing.Recording {
	rec := timing.Recording{Title: title, Procs: procs, Gap: time.Millisecond,
		Notes: []string{"A pause of less than 1 ms counts as running."}}
	at := func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }
	for i, name := range names {
		task := timing.Track{Name: name}
		for turn := 0; turn*length < 30; turn++ {
			start := (turn*len(names) + i) * length / procs
			task.Segments = append(task.Segments, timing.Segment{Start: at(start), End: at(start + length)})
			rec.Took = max(rec.Took, at(start+length))
		}
		rec.Tasks = append(rec.Tasks, task)
	}
	return rec
}

func sample() Chart {
	return Timeline(`Three tasks & <more>`,
		turnsOf("One after the other", 1, 30, "A", "B", `<b>&"`),
		turnsOf("Concurrent", 1, 10, `<b>&"`, "A", "B"),
		turnsOf("Concurrent", 2, 10, "B", "A", `<b>&"`))
}

func TestTimelineGolden(t *testing.T) {
	c := sample()
	spec, err := json.MarshalIndent(c.Display()["application/vnd.vegalite.v5+json"], "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{
		"timeline.svg": c.SVG(), "timeline.txt": c.String(), "timeline.vl.json": string(spec) + "\n",
	} {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs (go test -update writes it anew); got\n%s", name, got)
		}
	}
}

// texts returns the text of every element of the name in an XML document, and
// fails the test if it is not well-formed.
func texts(t *testing.T, document, name string) (found []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(document))
	inside := false
	for {
		token, err := d.Token()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatalf("the SVG is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if inside = token.Name.Local == name; inside {
				found = append(found, "")
			}
		case xml.CharData:
			if inside {
				found[len(found)-1] += string(token)
			}
		case xml.EndElement:
			inside = false
		}
	}
}

func TestTimelineEscapes(t *testing.T) {
	c := Timeline("\x00]]>&amp;", turnsOf(`<script>`, 1, 30, `<b>&"'`))
	got := strings.Join(texts(t, c.SVG(), "text"), "\n")
	for _, want := range []string{"\uFFFD]]>&amp;", "<script> (1 processor)", `<b>&"'`} {
		if !strings.Contains(got, want) {
			t.Errorf("the SVG's texts lack %q:\n%s", want, got)
		}
	}
	if strings.Contains(c.SVG(), "<script") || strings.Contains(c.SVG(), "<b>") {
		t.Errorf("a label became an element:\n%s", c.SVG())
	}
}

func TestTimelineAlternativeText(t *testing.T) {
	c := sample()
	spec := c.Display()["application/vnd.vegalite.v5+json"].(map[string]any)
	for what, text := range map[string]string{
		"SVG":       strings.Join(texts(t, c.SVG(), "desc"), ""),
		"Vega-Lite": spec["description"].(string),
	} {
		for _, want := range []string{"took 90.0 ms", "A: 0 to 30 ms, running without a pause", "B: 20 to 90 ms, running in 3 turns"} {
			if !strings.Contains(text, want) {
				t.Errorf("the description of the %s lacks %q: %s", what, want, text)
			}
		}
	}
	if !strings.Contains(c.SVG(), `role="img" aria-label="Three tasks &amp; &lt;more&gt;. Timeline`) {
		t.Error("the SVG has no role or no label")
	}
}

// many is a recording of n short turns.
func many(n int) timing.Recording {
	var segments []timing.Segment
	for i := range n {
		start := time.Duration(i) * 2 * time.Millisecond
		segments = append(segments, timing.Segment{Start: start, End: start + time.Millisecond})
	}
	return timing.Recording{Title: "many", Procs: 1, Took: segments[n-1].End,
		Tasks: []timing.Track{{Name: "A", Segments: segments}}}
}

func TestTimelineThins(t *testing.T) {
	for _, test := range []struct {
		n       int
		thinned bool
	}{{mostSegments, false}, {mostSegments + 1, true}, {100_000, true}} {
		c := Timeline("many", many(test.n))
		if bars := strings.Count(c.SVG(), "<rect"); bars == 0 || bars > mostSegments {
			t.Errorf("%d bars are drawn of %d", bars, test.n)
		}
		note := "Thinned from " + number(float64(test.n))
		if got := strings.Contains(c.String(), note); got != test.thinned {
			t.Errorf("%d segments: note of thinning is %v, want %v", test.n, got, test.thinned)
		}
	}
}

func TestTimelineOddCases(t *testing.T) {
	moment := timing.Recording{Title: "moment", Procs: 1, Tasks: []timing.Track{
		{Name: "A", Segments: []timing.Segment{{}}}, {Name: "never"}}}
	long := turnsOf(strings.Repeat("long title ", 20), 64, 30, strings.Repeat("name ", 20), strings.Repeat("文字", 20))
	for name, c := range map[string]Chart{
		"no recording":    Timeline("none"),
		"no task":         Timeline("none", timing.Recording{Title: "empty"}),
		"only a moment":   Timeline("moment", moment),
		"the same twice":  Timeline("twice", moment, moment),
		"very long names": Timeline(strings.Repeat("title ", 50), long),
	} {
		t.Run(name, func(t *testing.T) {
			texts(t, c.SVG(), "text")
			spec, err := json.Marshal(c.Display()["application/vnd.vegalite.v5+json"])
			if err != nil {
				t.Error(err)
			}
			for _, bad := range []string{"NaN", "Inf"} {
				if strings.Contains(c.SVG()+string(spec), bad) {
					t.Errorf("%s is in the chart", bad)
				}
			}
			for _, line := range strings.Split(c.String(), "\n") {
				if strings.Contains(line, "|") && len([]rune(line)) > 80 {
					t.Errorf("a row is too wide for a terminal: %q", line)
				}
			}
		})
	}
}

func ExampleTimeline() {
	fmt.Print(sample())
	// Output:
	// Three tasks & <more>
	//
	// One after the other (1 processor): took 90.0 ms, 1.0 running on average
	// A     |████████████████████                                        |
	// B     |                    ████████████████████                    |
	// <b>&" |                                        ████████████████████|
	//
	// Concurrent (1 processor): took 90.0 ms, 1.0 running on average
	// A     |      ▒██████▒············▒██████▒············▒██████▒      |
	// B     |             ███████·············███████·············███████|
	// <b>&" |███████·············███████·············███████             |
	//
	// Concurrent (2 processors): took 50.0 ms, 1.8 running on average
	// A     |   ███████···███████···███████                              |
	// B     |███████···███████···███████                                 |
	// <b>&" |      ▒██████▒··▒██████▒··▒██████▒                          |
	//       +-------------+------------+-------------+------------+-------
	//    ms 0             20           40            60           80
	//
	// █ running, ▒ part of the time, · waiting
	// A pause of less than 1 ms counts as running.
}
