// Package lessons holds the course: the notebooks, in order, and the sources of
// the helper packages that their cells import.
package lessons

import (
	"embed"
	"io/fs"
)

//go:embed all:chart all:display all:timing
var helpers embed.FS

// Helpers is the sources of the helper packages, a folder for each.
func Helpers() fs.FS { return helpers }
