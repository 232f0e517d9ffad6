// Package symbols is what the interpreter knows of the packages that a cell may
// import: the standard library and the helper packages.
//
// Tables are made when a package is first asked for: all of them together would
// cost every process, also the kernel's, some ten megabytes and as many
// milliseconds.
package symbols

//go:generate go run ./generate

import (
	"archive/zip"
	_ "embed"
	"reflect"
	"slices"
	"strings"
)

// Table returns the exported symbols of a package as yaegi's Use takes them,
// nil if there is none for that path. Generic functions and types are not in it.
func Table(path string) map[string]reflect.Value {
	if make := tables[path]; make != nil {
		return make()
	}
	return nil
}

// Paths returns the import paths that have a table, sorted.
func Paths() []string {
	paths := make([]string, 0, len(tables))
	for path := range tables {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

//go:embed exportdata.zip
var exportData string

// Exports is the export data of the standard library for go/types, an entry for
// each import path.
func Exports() *zip.Reader {
	r, err := zip.NewReader(strings.NewReader(exportData), int64(len(exportData)))
	if err != nil {
		panic(err) // it is part of the binary
	}
	return r
}
