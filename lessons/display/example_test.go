package display_test

import (
	"fmt"

	"heddle/lessons/display"
)

// In a compiled program the text form is printed.
func ExampleShow() {
	display.Show([]string{"red", "green"})
	display.Show(fmt.Errorf("seat %d is taken", 7))
	display.Show(display.Markdown("**done**"))
	// Output:
	// [red green]
	// seat 7 is taken
	// **done**
}

type light struct{ on bool }

func (l light) Display() map[string]any {
	if l.on {
		return map[string]any{"text/plain": "on", "text/html": "<b>on</b>"}
	}
	return map[string]any{"text/plain": "off", "text/html": "off"}
}

// A value with a Display method decides by itself how it is shown.
func ExampleShow_display() {
	display.Show(light{on: true})
	// Output: on
}

func ExampleUpdatable() {
	h := display.Updatable("0 of 2")
	h.Update("1 of 2")
	h.Update("2 of 2")
	// Output:
	// 0 of 2
	// 1 of 2
	// 2 of 2
}
