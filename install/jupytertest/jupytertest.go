// Package jupytertest gives tests a real Jupyter.
package jupytertest

import (
	"errors"
	"os"
	"testing"

	"heddle/install"
)

// Setup returns the Jupyter of [install.TestPins], which the first test that
// wants it makes in the user's cache folder, in a minute or so. Without a
// network that test is skipped, or fails where CI=true.
func Setup(t testing.TB) install.Jupyter {
	t.Helper()
	j, err := install.Setup(t.Context(), install.TestPins, install.NewProgress(os.Stderr))
	if err == nil {
		return j
	}
	if errors.Is(err, install.ErrNoNetwork) && os.Getenv("CI") != "true" {
		t.Skipf("skipped, for want of a network to fetch Jupyter from: %v", err)
	}
	if e, ok := errors.AsType[*install.Error](err); ok {
		t.Fatalf("error: %v\nhint: %s", err, e.Hint)
	}
	t.Fatal(err)
	panic("unreachable")
}
