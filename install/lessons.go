package install

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// manifestName is the hidden file in the learner's folder that holds, for each
// file that we put there, the hash of what we last wrote or offered.
const manifestName = ".heddle-lessons.json"

// LessonsReport says what CopyLessons did, by the files' names.
type LessonsReport struct {
	Dir     string
	New     []string // had not been there before
	Updated []string // untouched by the learner, replaced by a newer one
	Back    []string // deleted by the learner, there again
	Kept    []string // changed by the learner, left alone
	Beside  []string // newer than one that the learner changed: put beside it under this name
}

// String is a line for each kind of thing that was done, or "" for nothing.
func (r LessonsReport) String() string {
	var b strings.Builder
	if n := len(r.New); n > 0 {
		fmt.Fprintf(&b, "%d new lesson files in %s\n", n, r.Dir)
	}
	list := func(what string, names []string) {
		if len(names) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", what, strings.Join(names, ", "))
		}
	}
	list("updated", r.Updated)
	list("put back", r.Back)
	list("newer, put beside yours", r.Beside)
	return b.String()
}

// CopyLessons copies the files of lessons to dir, all but Go source and hidden
// files. A file that the learner has changed is never overwritten: where there
// is a newer one, that is put beside it, once, as 01-start.new.ipynb. The
// report holds what was done, also when an error ended it early.
func CopyLessons(lessons fs.FS, dir string) (LessonsReport, error) {
	c := copying{lessons: lessons, report: LessonsReport{Dir: dir}, written: map[string]string{}}
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = c.readManifest()
	}
	if err == nil {
		sweep(dir)
		err = errors.Join(fs.WalkDir(lessons, ".", c.visit), c.writeManifest())
	}
	return c.report, describe("copy the lessons to "+dir, err)
}

type copying struct {
	lessons fs.FS
	report  LessonsReport
	written map[string]string // the manifest
}

func (c *copying) visit(name string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if name != "." && strings.HasPrefix(entry.Name(), ".") {
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if entry.IsDir() || path.Ext(name) == ".go" {
		return nil
	}
	lesson, err := fs.ReadFile(c.lessons, name)
	if err != nil {
		return err
	}
	return c.place(name, lesson)
}

// place brings the learner's file up to date with the lesson, or puts the
// lesson beside it.
func (c *copying) place(name string, lesson []byte) error {
	has, err := c.hashOf(name)
	wrote, newer := c.written[name], hash(lesson)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if wrote == "" {
			c.report.New = append(c.report.New, name)
		} else {
			c.report.Back = append(c.report.Back, name)
		}
	case err != nil:
		return err
	case has == newer:
		c.written[name] = newer
		return nil
	case has == wrote:
		c.report.Updated = append(c.report.Updated, name)
	case wrote == newer:
		c.report.Kept = append(c.report.Kept, name)
		return nil
	default:
		c.report.Kept = append(c.report.Kept, name)
		if err := c.placeBeside(name, lesson); err != nil {
			return err
		}
		c.written[name] = newer // offered
		return nil
	}
	return c.write(name, lesson)
}

// placeBeside writes the lesson under the first name like 01.new.ipynb,
// 01.new2.ipynb that is free or holds what we wrote and the learner left.
func (c *copying) placeBeside(name string, lesson []byte) error {
	ext := path.Ext(name)
	for i := 1; ; i++ {
		other := strings.TrimSuffix(name, ext) + ".new" + ext
		if i > 1 {
			other = fmt.Sprintf("%s.new%d%s", strings.TrimSuffix(name, ext), i, ext)
		}
		has, err := c.hashOf(other)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		switch {
		case err == nil && has == hash(lesson):
			return nil
		case err != nil || has == c.written[other]:
			c.report.Beside = append(c.report.Beside, other)
			return c.write(other, lesson)
		}
	}
}

func (c *copying) path(name string) string {
	return filepath.Join(c.report.Dir, filepath.FromSlash(name))
}

func (c *copying) write(name string, content []byte) error {
	target := c.path(name)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if err := writeFile(target, content); err != nil {
		return err
	}
	c.written[name] = hash(content)
	return nil
}

func (c *copying) hashOf(name string) (string, error) {
	content, err := os.ReadFile(c.path(name))
	if err != nil {
		return "", err
	}
	return hash(content), nil
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// readManifest takes a manifest that is not there or cannot be understood for
// an empty one: then every file counts as the learner's, which loses nothing.
func (c *copying) readManifest() error {
	text, err := os.ReadFile(c.path(manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if json.Unmarshal(text, &c.written) != nil || c.written == nil {
		c.written = map[string]string{}
	}
	return nil
}

func (c *copying) writeManifest() error {
	text, err := json.MarshalIndent(c.written, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(c.path(manifestName), append(text, '\n'))
}
