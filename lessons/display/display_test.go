package display_test

import (
	"errors"
	"image"
	"reflect"
	"strings"
	"sync"
	"testing"

	"heddle/lessons/display"
)

type shown map[string]any

func (s shown) Display() map[string]any { return s }

type named struct{ shown }

func (named) String() string { return "a name" }

type pointed struct{ forms map[string]any }

func (p *pointed) Display() map[string]any { return p.forms }

func TestBundleText(t *testing.T) {
	long := make([]int, 1_000_000)
	var nobody *pointed
	tests := []struct {
		name string
		v    any
		want string
	}{
		{"number", 42, "42"},
		{"string", "a\nb", "a\nb"},
		{"nil", nil, "<nil>"},
		{"nil pointer with Display", nobody, "<nil>"},
		{"no forms", &pointed{}, "&{map[]}"},
		{"error", errors.New("no such file"), "no such file"},
		{"struct", struct{ A, B int }{1, 2}, "{1 2}"},
		{"map", map[string]int{"b": 2, "a": 1}, "map[a:1 b:2]"},
		{"bytes", []byte("hi"), "[104 105]"},
		{"exactly at the limit", strings.Repeat("é", 10_000), strings.Repeat("é", 10_000)},
		{"over the limit", strings.Repeat("é", 10_001),
			strings.Repeat("é", 10_000) + " ... (cut: 10,001 characters in all)"},
		{"long slice", long,
			"[" + strings.Repeat("0 ", 4_999) + "0 ... (cut: 1,000,000 elements in all)"},
		{"display without text", shown{"text/html": "<p>"}, "display_test.shown, shown as text/html"},
		{"display without text, with String", named{shown{"text/html": "<p>"}}, "a name"},
		{"display with text", shown{"text/plain": "me"}, "me"},
		{"empty image", image.NewGray(image.Rectangle{}), "image of 0 x 0 pixels, not shown: png: invalid format: invalid image size: 0x0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, metadata := display.Bundle(test.v)
			got := data["text/plain"].(string)
			if got != test.want {
				t.Errorf("text/plain is %.60q (%d bytes), want %.60q (%d bytes)",
					got, len(got), test.want, len(test.want))
			}
			if len(metadata) != 0 {
				t.Errorf("metadata is %v, want none", metadata)
			}
		})
	}
}

func TestBundleImage(t *testing.T) {
	data, _ := display.Bundle(image.NewGray(image.Rect(0, 0, 3, 2)))
	b, _ := data["image/png"].([]byte)
	if !strings.HasPrefix(string(b), "\x89PNG") {
		t.Errorf("image/png starts with %.8q", b)
	}
	if data["text/plain"] != "image of 3 x 2 pixels" {
		t.Errorf("text/plain is %q", data["text/plain"])
	}
}

func TestBundleLeavesTheValueAlone(t *testing.T) {
	v := shown{"text/html": "<p>"}
	data, _ := display.Bundle(v)
	data["text/html"] = "changed"
	if !reflect.DeepEqual(v, shown{"text/html": "<p>"}) {
		t.Errorf("the value is now %v", v)
	}
}

func TestContent(t *testing.T) {
	tests := []struct {
		name  string
		c     display.Content
		mime  string
		data  any
		plain string
	}{
		{"HTML", display.HTML("<b>x</b>"), "text/html", "<b>x</b>", "<b>x</b>"},
		{"Markdown", display.Markdown("*x*"), "text/markdown", "*x*", "*x*"},
		{"LaTeX bare", display.LaTeX("x^2"), "text/latex", "$$x^2$$", "x^2"},
		{"LaTeX delimited", display.LaTeX("$x$ is"), "text/latex", "$x$ is", "$x$ is"},
		{"SVG", display.SVG("<svg/>"), "image/svg+xml", "<svg/>", "SVG drawing of 6 bytes"},
		{"PNG", display.PNG([]byte{1, 2}), "image/png", []byte{1, 2}, "PNG picture of 2 bytes"},
		{"JSON", display.JSON([]int{1}), "application/json", []any{1.0}, "[\n  1\n]"},
		{"VegaLite string", display.VegaLite(`{"mark": "bar"}`),
			"application/vnd.vegalite.v5+json", map[string]any{"mark": "bar"}, "Vega-Lite chart"},
		{"VegaLite bytes", display.VegaLite([]byte(`{"title": "T"}`)),
			"application/vnd.vegalite.v5+json", map[string]any{"title": "T"}, "Vega-Lite chart: T"},
		{"VegaLite map", display.VegaLite(map[string]any{"width": 3}),
			"application/vnd.vegalite.v5+json", map[string]any{"width": 3.0}, "Vega-Lite chart"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := map[string]any{test.mime: test.data, "text/plain": test.plain}
			if got := test.c.Display(); !reflect.DeepEqual(got, want) {
				t.Errorf("Display() = %v, want %v", got, want)
			}
			if got := test.c.String(); got != test.plain {
				t.Errorf("String() = %q, want %q", got, test.plain)
			}
		})
	}
}

func TestContentRefused(t *testing.T) {
	for _, c := range []display.Content{
		display.JSON(func() {}), display.VegaLite("{"), display.VegaLite(func() {}), display.VegaLite("[1]"),
	} {
		forms := c.Display()
		if s := c.String(); len(forms) != 1 || (!strings.Contains(s, "JSON")) {
			t.Errorf("forms are %v, want a text that says what is no JSON", forms)
		}
	}
}

// record collects the events of f in order.
func record(f func()) []display.Event {
	var mu sync.Mutex
	var events []display.Event
	display.SetSink(func(e display.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	})
	defer display.SetSink(nil)
	f()
	return events
}

func TestEvents(t *testing.T) {
	events := record(func() {
		display.Show("a")
		display.Clear(true)
		h := display.Updatable("b")
		other := display.Updatable("c")
		h.Update("d")
		other.Update("e")
	})
	if len(events) != 6 {
		t.Fatalf("%d events, want 6", len(events))
	}
	first, second := events[2].ID, events[3].ID
	if first == "" || second == "" || first == second {
		t.Errorf("identifiers %q and %q are not two different ones", first, second)
	}
	text := func(s string) map[string]any { return map[string]any{"text/plain": s} }
	none := map[string]any{}
	want := []display.Event{
		{Data: text("a"), Metadata: none},
		{Clear: true, Wait: true},
		{ID: first, Data: text("b"), Metadata: none},
		{ID: second, Data: text("c"), Metadata: none},
		{ID: first, Update: true, Data: text("d"), Metadata: none},
		{ID: second, Update: true, Data: text("e"), Metadata: none},
	}
	if !reflect.DeepEqual(events, want) {
		t.Errorf("events are\n%v\nwant\n%v", events, want)
	}
}

func TestShowFromManyGoroutines(t *testing.T) {
	var wg sync.WaitGroup
	events := record(func() {
		for i := range 50 {
			wg.Go(func() { display.Show(i) })
		}
		wg.Wait()
	})
	if len(events) != 50 {
		t.Errorf("%d events, want 50", len(events))
	}
}
