package display

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// limit is how many characters of a text are shown: some three screens.
const limit = 10_000

// Bundle returns what Show sends for v, by MIME type:
//
//   - v has a method Display() map[string]any: what it returns, with a
//     text/plain form added if there is none;
//   - v is an image.Image: image/png, and a line of text with its size;
//   - everything else, errors included: text/plain as fmt.Print prints it, cut
//     with a note when it has more than 10,000 characters.
//
// Both maps belong to the caller. metadata is empty for all these kinds.
func Bundle(v any) (data, metadata map[string]any) {
	metadata = map[string]any{}
	if d, ok := v.(interface{ Display() map[string]any }); ok && !nilPointer(v) {
		if forms := maps.Clone(d.Display()); len(forms) > 0 {
			if _, ok := forms["text/plain"]; !ok {
				forms["text/plain"] = plainFor(v, forms)
			}
			return forms, metadata
		}
	}
	if img, ok := v.(image.Image); ok && !nilPointer(v) {
		return picture(img), metadata
	}
	return map[string]any{"text/plain": text(v)}, metadata
}

func picture(img image.Image) map[string]any {
	size := img.Bounds().Size()
	note := fmt.Sprintf("image of %d x %d pixels", size.X, size.Y)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return map[string]any{"text/plain": note + ", not shown: " + err.Error()}
	}
	return map[string]any{"image/png": b.Bytes(), "text/plain": note}
}

// plainFor describes a value that has forms but no text among them.
func plainFor(v any, forms map[string]any) string {
	if s, ok := v.(fmt.Stringer); ok {
		return cut(s.String())
	}
	types := slices.Sorted(maps.Keys(forms))
	return fmt.Sprintf("%T, shown as %s", v, strings.Join(types, ", "))
}

// text is v as fmt.Print prints it, cut to the limit. Of a long slice only the
// part that can be seen is printed at all: a million numbers would cost
// hundreds of megabytes on the way.
func text(v any) string {
	_, isError := v.(error)
	_, isStringer := v.(fmt.Stringer)
	_, isFormatter := v.(fmt.Formatter)
	r := reflect.ValueOf(v)
	if r.IsValid() && r.Kind() == reflect.Slice && r.Len() > limit &&
		!isError && !isStringer && !isFormatter {
		n := r.Len()
		head, _, _ := clip(fmt.Sprint(r.Slice(0, limit).Interface()))
		return fmt.Sprintf("%s ... (cut: %s elements in all)", head, thousands(n))
	}
	return cut(fmt.Sprint(v))
}

// cut shortens s to the limit and says so.
func cut(s string) string {
	head, n, long := clip(s)
	if !long {
		return s
	}
	return fmt.Sprintf("%s ... (cut: %s characters in all)", head, thousands(n))
}

// clip returns the first characters of s up to the limit, how many s has, and
// whether that is more than the limit.
func clip(s string) (head string, n int, long bool) {
	if len(s) <= limit {
		return s, len(s), false
	}
	n = utf8.RuneCountInString(s)
	if n <= limit {
		return s, n, false
	}
	end := 0
	for range limit {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return s[:end], n, true
}

// thousands writes n with commas: 1234567 is 1,234,567.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// nilPointer reports a nil pointer inside an interface: its methods would
// most likely panic.
func nilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}
