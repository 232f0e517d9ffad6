package chart

import (
	"reflect"
	"strings"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		max  float64
		n    int
		want []float64
	}{
		{0, 6, []float64{0}},
		{1, 2, []float64{0, 0.5, 1}},
		{90, 6, []float64{0, 20, 40, 60, 80}},
		{100, 5, []float64{0, 20, 40, 60, 80, 100}},
		{335, 7, []float64{0, 50, 100, 150, 200, 250, 300}},
		{0.003, 3, []float64{0, 0.001, 0.002, 0.003}},
		{61_000, 4, []float64{0, 20_000, 40_000, 60_000}},
	} {
		if got := ticks(test.max, test.n); !reflect.DeepEqual(got, test.want) {
			t.Errorf("ticks(%v, %d) = %v, want %v", test.max, test.n, got, test.want)
		}
	}
}

// The labels of the axis never touch, however long it is.
func TestTickLabelsDoNotOverlap(t *testing.T) {
	for end := 0.0011; end < 1e9; end *= 1.37 {
		x := scale{max: end, left: 150, right: picture - 24}
		free := 0.0
		for _, v := range ticks(end, 7) {
			half := textWidth(number(v), textSize) / 2
			if left := x.at(v) - half; left < free {
				t.Errorf("axis to %v: the label of %v overlaps", end, v)
			}
			free = x.at(v) + half + 4
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.5: "0.5", 150: "150", 1200: "1,200", 1234567: "1,234,567",
		1234.5: "1,234.5", -100: "-100", -1234: "-1,234", 3 * 0.1: "0.3", 1e15: "1e+15",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	text := strings.Repeat("some words and more ", 20)
	lines := wrap(text, textSize, 300)
	for _, line := range lines {
		if w := textWidth(line, textSize); w > 300 {
			t.Errorf("%q is %v px wide", line, w)
		}
	}
	if got := strings.Join(lines, " "); strings.TrimSpace(got) != strings.TrimSpace(text) {
		t.Errorf("wrapped text is %q", got)
	}
	if got := wrap("", textSize, 10); !reflect.DeepEqual(got, []string{""}) {
		t.Errorf("the empty text is wrapped to %q", got)
	}
	if got := wrap("unbreakable", textSize, 10); !reflect.DeepEqual(got, []string{"unbreakable"}) {
		t.Errorf("a long word is wrapped to %q", got)
	}
}

func TestShorten(t *testing.T) {
	for _, test := range []struct {
		s    string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"äöü", 3, "äöü"}, {"äöüß", 3, "äö…"}} {
		if got := shorten(test.s, test.n); got != test.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", test.s, test.n, got, test.want)
		}
	}
}

func TestPx(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 10: "10", 1.5: "1.5", 1.239: "1.24", 100: "100"} {
		if got := px(v); got != want {
			t.Errorf("px(%v) = %q, want %q", v, got, want)
		}
	}
}
