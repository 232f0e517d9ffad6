package interp_test

import (
	"bufio"
	"encoding/json"
	"io"
	"testing"

	"heddle/interp"
	"heddle/interp/shell"
	"heddle/interp/symbols"
	"heddle/interp/worker"
	"heddle/lessons"
)

func BenchmarkInProcess(b *testing.B) {
	in, err := interp.New(interp.Config{Mark: worker.NewMark(), Exports: symbols.Exports(), Helpers: lessons.Helpers(), Shell: shell.Run})
	if err != nil {
		b.Fatal(err)
	}
	reqR, reqW := io.Pipe()
	evR, evW := io.Pipe()
	go worker.Serve(reqR, evW, worker.NewMark(), in)
	enc := json.NewEncoder(reqW)
	dec := json.NewDecoder(bufio.NewReader(evR))
	for b.Loop() {
		enc.Encode(worker.Request{ID: 1, Execute: &worker.Execute{Code: "x := 1", Cell: 1}})
		for {
			var e worker.Event
			if err := dec.Decode(&e); err != nil {
				b.Fatal(err)
			}
			if e.Done != nil {
				break
			}
		}
	}
}
