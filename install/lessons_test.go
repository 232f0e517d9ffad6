package install

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A step is one start of heddle: the learner has done something since the last
// one, heddle may bring newer lessons. The maps go from file to content; a
// learner's "" deletes.
type step struct {
	learner map[string]string
	lessons map[string]string
	report  string // of CopyLessons, but for the folder's name
	files   string // what is there afterwards, as name=content
}

func TestCopyLessons(t *testing.T) {
	type files = map[string]string
	v1 := files{"01.ipynb": "one", "data/a.csv": "1,2"}
	v2 := files{"01.ipynb": "one, newer", "data/a.csv": "1,2"}
	v3 := files{"01.ipynb": "one, newest", "data/a.csv": "1,2"}
	mine := files{"01.ipynb": "mine"}
	first := step{nil, v1, "2 new lesson files in DIR\n", "01.ipynb=one data/a.csv=1,2"}
	changed := step{mine, v1, "", "01.ipynb=mine data/a.csv=1,2"}
	offered := step{mine, v2, "newer, put beside yours: 01.new.ipynb\n",
		"01.ipynb=mine 01.new.ipynb=one, newer data/a.csv=1,2"}

	for name, steps := range map[string][]step{
		"nothing new": {first, {nil, v1, "", first.files}},
		"changed":     {first, changed, changed},
		"deleted": {first, {files{"01.ipynb": "", "data/a.csv": ""}, v1,
			"put back: 01.ipynb, data/a.csv\n", first.files}},
		"newer": {first, {nil, v2, "updated: 01.ipynb\n", "01.ipynb=one, newer data/a.csv=1,2"}},
		"newer and deleted": {first, {files{"01.ipynb": ""}, v2,
			"put back: 01.ipynb\n", "01.ipynb=one, newer data/a.csv=1,2"}},
		"newer and changed": {first, offered, {nil, v2, "", offered.files}},
		"newer one taken over": {first, offered,
			{files{"01.ipynb": "one, newer", "01.new.ipynb": ""}, v3,
				"updated: 01.ipynb\n", "01.ipynb=one, newest data/a.csv=1,2"}},
		"newer one not wanted stays away": {first, offered,
			{files{"01.new.ipynb": ""}, v2, "", "01.ipynb=mine data/a.csv=1,2"}},
		"newest replaces newer": {first, offered,
			{nil, v3, "newer, put beside yours: 01.new.ipynb\n",
				"01.ipynb=mine 01.new.ipynb=one, newest data/a.csv=1,2"}},
		"newest beside a changed newer": {first, offered,
			{files{"01.new.ipynb": "mine too"}, v3, "newer, put beside yours: 01.new2.ipynb\n",
				"01.ipynb=mine 01.new.ipynb=mine too 01.new2.ipynb=one, newest data/a.csv=1,2"}},
		"the learner's own file of that name": {{mine, v1,
			"1 new lesson files in DIR\nnewer, put beside yours: 01.new.ipynb\n",
			"01.ipynb=mine 01.new.ipynb=one data/a.csv=1,2"}},
		"manifest lost": {first, {files{manifestName: "", "01.ipynb": "mine"}, v1,
			"newer, put beside yours: 01.new.ipynb\n",
			"01.ipynb=mine 01.new.ipynb=one data/a.csv=1,2"}},
		"manifest spoiled": {first, {files{manifestName: "{", "01.ipynb": "mine"}, v1,
			"newer, put beside yours: 01.new.ipynb\n",
			"01.ipynb=mine 01.new.ipynb=one data/a.csv=1,2"}},
		"Go source and hidden files": {{nil,
			files{"01.ipynb": "one", "timing/timing.go": "package timing", ".git/x": "x", ".y": "y"},
			"1 new lesson files in DIR\n", "01.ipynb=one"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "lessons")
			for i, s := range steps {
				s.play(t, fmt.Sprintf("step %d", i+1), dir)
			}
		})
	}
}

func (s step) play(t *testing.T, name, dir string) {
	t.Helper()
	for file, content := range s.learner {
		path := filepath.Join(dir, filepath.FromSlash(file))
		if content == "" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			continue
		}
		write(t, path, content)
	}
	lessons := fstest.MapFS{}
	for file, content := range s.lessons {
		lessons[file] = &fstest.MapFile{Data: []byte(content)}
	}
	report, err := CopyLessons(lessons, dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := report.String(), strings.ReplaceAll(s.report, "DIR", dir); got != want {
		t.Errorf("%s: report\n%swant\n%s", name, got, want)
	}
	if got := tree(t, dir); got != s.files {
		t.Errorf("%s: files %s, want %s", name, got, s.files)
	}
}

// tree is what is in dir but for the manifest, as name=content.
func tree(t *testing.T, dir string) string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"*", "*/*"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			rel, _ := filepath.Rel(dir, path)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && rel != manifestName {
				found[filepath.ToSlash(rel)] = read(t, path)
			}
		}
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all = append(all, name+"="+found[name])
	}
	return strings.Join(all, " ")
}

func TestCopyLessonsReportsErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "01.ipynb", "a folder"), "x")
	_, err := CopyLessons(fstest.MapFS{"01.ipynb": &fstest.MapFile{Data: []byte("one")}}, dir)
	if err == nil || !strings.Contains(err.Error(), "01.ipynb") {
		t.Errorf("got error %v", err)
	}
}
