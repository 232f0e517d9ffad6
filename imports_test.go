package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	yaegi = "github.com/traefik/yaegi/..."
	zmq4  = "github.com/go-zeromq/zmq4/..."
)

// The table of the design: who never imports whom. A pattern that ends in /...
// stands for a package and all below it.
var walls = []struct {
	of, never []string
	but       []string // of both sides
}{
	{of: []string{"heddle"}, never: []string{yaegi, zmq4}},
	{of: []string{"heddle/kernel/..."}, never: []string{"heddle/interp/...", yaegi, "heddle/lessons/...", "heddle/install/..."},
		but: []string{"heddle/interp/worker"}},
	// Of package net it wants JoinHostPort.
	{of: []string{"heddle/kernel/wire"}, never: []string{zmq4, "net/http/...", "syscall", "heddle/..."}},
	{of: []string{"heddle/kernel/transport"}, never: []string{"encoding/json", "heddle/..."}},
	{of: []string{"heddle/interp/worker"}, never: []string{yaegi, "heddle/kernel/...", "heddle/lessons/...", "heddle/install/..."}},
	{of: []string{"heddle/interp", "heddle/interp/check", "heddle/interp/lower", "heddle/interp/yaegi", "heddle/interp/loom"},
		never: []string{"os/exec", "net/..."}},
	{of: []string{"heddle/interp/..."}, never: []string{"heddle/kernel/...", "heddle/install/..."}},
	{of: []string{"heddle/interp/loom"}, never: []string{yaegi, "go/ast", "heddle/lessons/..."}},
	{of: []string{"heddle/lessons/..."}, never: []string{"heddle/kernel/...", "heddle/interp/...", "heddle/install/..."}},
	{of: []string{"heddle/install/..."}, never: []string{"heddle/kernel/...", "heddle/interp/..."}},
	// Each of these has one importer.
	{of: []string{"heddle/..."}, never: []string{zmq4}, but: []string{"heddle/kernel/transport"}},
	{of: []string{"heddle/..."}, never: []string{yaegi}, but: []string{"heddle/interp/yaegi"}},
}

func TestImports(t *testing.T) {
	imports := packages(t)
	for _, wall := range walls {
		found := false
		for name, list := range imports {
			if !matches(wall.of, name) || matches(wall.but, name) {
				continue
			}
			found = true
			for _, imported := range list {
				if matches(wall.never, imported) && !matches(wall.but, imported) {
					t.Errorf("%s imports %s", name, imported)
				}
			}
		}
		if !found {
			t.Errorf("no package is any of %v", wall.of)
		}
	}
}

// packages is the packages of the module with what each imports.
func packages(t *testing.T) map[string][]string {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		imports[p.ImportPath] = p.Imports
	}
	return imports
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		tree, ok := strings.CutSuffix(p, "/...")
		return name == tree || ok && strings.HasPrefix(name, tree+"/")
	})
}
