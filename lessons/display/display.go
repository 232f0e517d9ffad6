// Package display shows values in a notebook: text, tables, pictures, charts.
//
//	display.Show(42)                             // as Go prints it
//	display.Show(display.HTML("<b>bold</b>"))    // as a web page shows it
//	h := display.Updatable("working ...")        // can be changed later:
//	h.Update("done")
//
// A value decides by itself how it is shown if it has a method
//
//	Display() map[string]any
//
// that returns its forms by MIME type: a string for "text/plain" and its like,
// []byte for a picture, any value that encoding/json takes for JSON types. The
// front end takes the richest form that it can draw, so there should be a
// "text/plain" among them.
//
// In a compiled program there is no front end; the text/plain form is printed
// to the standard output instead.
package display

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"sync"
)

// Event is one thing for the front end to do: show Data as a new output; with
// Update, replace what was shown under ID; with Clear, remove the outputs of
// the running cell, and with Wait only when the next output is there.
type Event struct {
	ID          string // "" if the output is never updated
	Update      bool
	Clear, Wait bool
	// Data has one value for each MIME type: a string, []byte for a picture,
	// or for JSON types a value that encoding/json takes. Metadata is keyed
	// by MIME type too and may be empty.
	Data, Metadata map[string]any
}

var output struct {
	sync.RWMutex
	sink func(Event)
}

// SetSink makes sink receive every event; nil goes back to printing. The
// kernel calls it once, before the first cell. sink is called by the goroutine
// that shows something, so several calls may run at the same time.
func SetSink(sink func(Event)) {
	output.Lock()
	defer output.Unlock()
	output.sink = sink
}

// Show shows v as an output of the running cell. See Bundle for the form.
func Show(v any) {
	data, metadata := Bundle(v)
	send(Event{Data: data, Metadata: metadata})
}

// Clear removes the outputs that the running cell has shown so far. With wait
// they stay until the next output replaces them, which avoids flicker.
func Clear(wait bool) {
	send(Event{Clear: true, Wait: wait})
}

// A Handle stands for one shown output that can be replaced later, also by
// another cell. Its methods may be called from several goroutines.
type Handle struct {
	id string
}

// Updatable shows v and returns the handle by which it can be replaced.
func Updatable(v any) *Handle {
	// The identifier is random: after a restart of the kernel the notebook
	// still shows outputs of the old one, which must not be taken for ours.
	h := &Handle{id: rand.Text()}
	data, metadata := Bundle(v)
	send(Event{ID: h.id, Data: data, Metadata: metadata})
	return h
}

// Update shows v in the place of what the handle showed before.
func (h *Handle) Update(v any) {
	data, metadata := Bundle(v)
	send(Event{ID: h.id, Update: true, Data: data, Metadata: metadata})
}

func send(e Event) {
	output.RLock()
	sink := output.sink
	output.RUnlock()
	if sink != nil {
		sink(e)
		return
	}
	if text, ok := e.Data["text/plain"].(string); ok {
		fmt.Fprintln(os.Stdout, strings.TrimSuffix(text, "\n"))
	}
}
