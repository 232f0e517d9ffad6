package interp_test

import (
	"context"
	"testing"

	"heddle/interp/worker"
)

// BenchmarkCell runs small cells through the pipe, request to done.
func BenchmarkCell(b *testing.B) {
	for _, code := range []string{"x := 1", "x", "fmt.Println(1)"} {
		b.Run(code, func(b *testing.B) {
			w := start(b)
			runCell(w, 1, "x := 1")
			for b.Loop() {
				if _, err := w.Do(context.Background(), worker.Request{Execute: &worker.Execute{Code: code, Cell: 1}}, func(worker.Event) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
