package check

import (
	"archive/zip"
	"cmp"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// Importer finds packages for go/types: the standard library in its export
// data, the helper packages in their source. It may be used by many goroutines.
type Importer struct {
	mu      sync.Mutex
	std     types.Importer
	paths   map[string]bool // that the export data holds
	helpers fs.FS
	fset    *token.FileSet
	checked map[string]*types.Package
}

// HelperPrefix begins the import paths of the helper packages.
const HelperPrefix = "heddle/lessons/"

// NewImporter reads export data from a zip file with one entry for each import
// path, and the helper packages from a tree with one folder for each.
func NewImporter(exports *zip.Reader, helpers fs.FS) *Importer {
	i := &Importer{
		paths:   map[string]bool{"unsafe": true},
		helpers: helpers,
		fset:    token.NewFileSet(),
		checked: map[string]*types.Package{},
	}
	for _, f := range exports.File {
		i.paths[f.Name] = true
	}
	i.std = importer.ForCompiler(i.fset, "gc", func(path string) (io.ReadCloser, error) {
		if !i.paths[path] {
			return nil, fmt.Errorf("package %s is not in std", path)
		}
		return exports.Open(path)
	})
	return i
}

// Import returns the package with that import path.
func (i *Importer) Import(path string) (*types.Package, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.load(path)
}

func (i *Importer) load(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	name, ok := strings.CutPrefix(path, HelperPrefix)
	if !ok {
		if !i.paths[path] {
			return nil, fmt.Errorf("package %s is not in std", path)
		}
		return i.std.Import(path)
	}
	if p := i.checked[path]; p != nil {
		return p, nil
	}
	p, err := i.check(path, name)
	if err != nil {
		return nil, err
	}
	i.checked[path] = p
	return p, nil
}

// check type-checks a helper package from its source; only what it exports is
// looked at.
func (i *Importer) check(path, folder string) (*types.Package, error) {
	names, err := fs.Glob(i.helpers, folder+"/*.go")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("package %s is not one of heddle's", path)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := fs.ReadFile(i.helpers, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(i.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	conf := types.Config{Importer: locked{i}, IgnoreFuncBodies: true, DisableUnusedImportCheck: true}
	return conf.Check(path, i.fset, files, nil)
}

// locked imports while Import holds the lock.
type locked struct{ *Importer }

func (l locked) Import(path string) (*types.Package, error) { return l.load(path) }

// ByName returns the import path of the package that a cell means by name when
// it has not imported it, and uses member of it; "" if there is none.
func (i *Importer) ByName(name, member string) string {
	var candidates []string
	for p := range i.paths {
		if path.Base(p) == name || path.Base(p) == "v2" && path.Base(path.Dir(p)) == name {
			candidates = append(candidates, p)
		}
	}
	// The more general package has the shorter path; text/template and
	// html/template are equally long, and the plainer one is meant.
	slices.SortFunc(candidates, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), -cmp.Compare(a, b))
	})
	if matches, _ := fs.Glob(i.helpers, name+"/*.go"); len(matches) > 0 {
		candidates = append([]string{HelperPrefix + name}, candidates...)
	}
	for _, p := range candidates {
		if pkg, err := i.Import(p); err == nil && pkg.Name() == name && token.IsExported(member) && pkg.Scope().Lookup(member) != nil {
			return p
		}
	}
	if len(candidates) > 0 {
		return candidates[0]
	}
	return ""
}

// Paths returns the import paths that a cell may name.
func (i *Importer) Paths() []string {
	var all []string
	for p := range i.paths {
		all = append(all, p)
	}
	folders, _ := fs.ReadDir(i.helpers, ".")
	for _, f := range folders {
		if f.IsDir() {
			all = append(all, HelperPrefix+f.Name())
		}
	}
	return all
}
