package notebook

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden notebooks")

// jupyter.ipynb was written by nbformat 5.11.
func TestWritesAsJupyter(t *testing.T) {
	text, err := os.ReadFile("testdata/jupyter.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	n, err := Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, n, "testdata/jupyter.ipynb")
	if got, want := n.Cells[1].Source, "a\r\nb\rc\n\n"; got != want {
		t.Errorf("source %q, want %q", got, want)
	}
}

// old.ipynb is format 4.2 by hand: no ids, texts instead of lines, transient and
// unknown fields, a byte order mark.
func TestUpgrades(t *testing.T) {
	n := open(t, "testdata/old.ipynb")
	compare(t, n, "testdata/old.golden.ipynb")
	again := open(t, "testdata/old.golden.ipynb")
	compare(t, again, "testdata/old.golden.ipynb")
}

func open(t *testing.T, path string) *Notebook {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func compare(t *testing.T, n *Notebook, golden string) {
	t.Helper()
	var got bytes.Buffer
	if err := n.Write(&got); err != nil {
		t.Fatal(err)
	}
	if *update && strings.HasSuffix(golden, ".golden.ipynb") {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		other := filepath.Join(t.ArtifactDir(), filepath.Base(golden))
		if err := os.WriteFile(other, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("differs from %s:\n%s", golden, firstDifference(got.String(), string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer"
}

func TestReadRefuses(t *testing.T) {
	const head = `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":`
	for _, test := range []struct{ text, want string }{
		{"", "the file is empty"},
		{" \n", "the file is empty"},
		{"hello", "broken JSON at line 1"},
		{"{\n\"a\":1,\n}", "broken JSON at line 3"},
		{"{\n<<<<<<< HEAD\n}", "git merge"},
		{head + `[`, "cut off at the end"},
		{head + `[]} {}`, "text after the end"},
		{`[]`, "is no object"},
		{`{}`, "has no nbformat"},
		{`{"nbformat":"4"}`, "has no nbformat"},
		{`{"nbformat":3,"worksheets":[]}`, "old format 3, want 4; convert it with: jupyter nbconvert"},
		{`{"nbformat":5}`, "newer format 5"},
		{`{"nbformat":4}`, "no list of cells"},
		{head + `{}}`, "no list of cells"},
		{head + `[7]}`, "cell 1: it is no object"},
		{head + `[{}]}`, "cell 1: it has no cell_type"},
		{head + `[{"cell_type":"raw","source":""},{"cell_type":"code"}]}`, "cell 2: its source is neither"},
		{head + `[{"cell_type":"code","source":[1]}]}`, "cell 1: its source is neither"},
		{head + `[{"cell_type":"code","source":"","outputs":[1]}]}`, "cell 1: output 1: it is no object"},
		{head + `[{"cell_type":"code","source":"","outputs":[{"output_type":"stream"}]}]}`, "output 1: its text is neither"},
	} {
		_, err := Read(strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s\ngot  %v\nwant %s", test.text, err, test.want)
		}
	}
}

func TestIDsAreMade(t *testing.T) {
	n := &Notebook{Cells: []*Cell{
		{Type: "code", Source: "a", ID: "same"},
		{Type: "code", Source: "a", ID: "same"},
		{Type: "code", Source: "a", ID: "not allowed"},
		{Type: "code", Source: "a", ID: strings.Repeat("x", 65)},
		{Type: "code", Source: "a"},
	}}
	n.identify()
	seen := map[string]bool{}
	for i, c := range n.Cells {
		if seen[c.ID] || !allowedID.MatchString(c.ID) {
			t.Errorf("cell %d has id %q", i, c.ID)
		}
		seen[c.ID] = true
	}
	if n.Cells[0].ID != "same" {
		t.Error("an id that is alone was changed")
	}
}

func FuzzReadWrite(f *testing.F) {
	files, err := filepath.Glob("testdata/*.ipynb")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := n.Write(&once); err != nil {
			t.Fatal(err)
		}
		again, err := Read(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("%v in what Write wrote:\n%s", err, once.Bytes())
		}
		if err := again.Write(&twice); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("once:\n%s\ntwice:\n%s", once.Bytes(), twice.Bytes())
		}
	})
}
