package lessons_test

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"heddle/lessons"
)

// A notebook is what of nbformat 4.5 a lesson must get right.
type notebook struct {
	Cells    []cell
	Metadata struct {
		Kernelspec struct {
			DisplayName string `json:"display_name"`
			Language    string
			Name        string
		}
		LanguageInfo struct{ Name string } `json:"language_info"`
	}
	Nbformat      int
	NbformatMinor int `json:"nbformat_minor"`
}

type cell struct {
	ID             string
	Type           string `json:"cell_type"`
	Source         []string
	Outputs        []any
	ExecutionCount *int `json:"execution_count"`
}

var cellID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func TestNotebooks(t *testing.T) {
	names, err := fs.Glob(lessons.Notebooks(), "*.ipynb")
	if err != nil || len(names) == 0 {
		t.Fatalf("notebooks: %v, %v", names, err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			b, err := fs.ReadFile(lessons.Notebooks(), name)
			if err != nil {
				t.Fatal(err)
			}
			var nb notebook
			if err := json.Unmarshal(b, &nb); err != nil {
				t.Fatal(err)
			}
			if nb.Nbformat != 4 || nb.NbformatMinor != 5 {
				t.Errorf("nbformat is %d.%d, want 4.5", nb.Nbformat, nb.NbformatMinor)
			}
			k := nb.Metadata.Kernelspec
			if k.Name != "heddle" || k.Language != "go" || k.DisplayName != "Go (heddle)" ||
				nb.Metadata.LanguageInfo.Name != "go" {
				t.Errorf("metadata is %+v", nb.Metadata)
			}
			checkCells(t, nb.Cells)
		})
	}
}

func checkCells(t *testing.T, cells []cell) {
	if n := len(cells); n == 0 || n > 25 {
		t.Fatalf("%d cells, want 1 to 25", n)
	}
	seen := map[string]bool{}
	for _, c := range cells {
		if !cellID.MatchString(c.ID) || seen[c.ID] {
			t.Errorf("cell id %q is not valid or not the only one", c.ID)
		}
		seen[c.ID] = true
		if c.Type != "markdown" && c.Type != "code" {
			t.Errorf("cell %s is of type %q", c.ID, c.Type)
		}
		for i, part := range c.Source {
			line, ended := strings.CutSuffix(part, "\n")
			if ended == (i == len(c.Source)-1) || strings.Contains(line, "\n") {
				t.Errorf("cell %s: source is not one string for each line at %q", c.ID, part)
			}
			// A tab is four columns wide in JupyterLab.
			if n := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")); n > 80 {
				t.Errorf("cell %s, line %d: %d columns, want at most 80", c.ID, i+1, n)
			}
			if strings.TrimRight(line, " \t") != line {
				t.Errorf("cell %s, line %d: blanks at the end", c.ID, i+1)
			}
		}
	}
	last := cells[len(cells)-1]
	if last.Type != "code" || !strings.Contains(strings.Join(last.Source, ""), "runtime.NumGoroutine()") {
		t.Errorf("the last cell does not look for goroutines left running")
	}
}
