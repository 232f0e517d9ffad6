// Package lessons holds the course: the notebooks, in order, and the sources of
// the helper packages that their cells import.
package lessons

import (
	"embed"
	"io/fs"
)

//go:embed chart display timing
var helpers embed.FS

// Helpers is the sources of the helper packages, a folder for each.
func Helpers() fs.FS { return helpers }

//go:embed *.ipynb
var notebooks embed.FS

// Notebooks is the lessons, in the order of their names.
func Notebooks() fs.FS { return notebooks }
