package kernel

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	maxEntries = 10_000 // that are given out
	// maxFile is when the file is set aside and a new one begun; two of them are
	// kept, which hold 10,000 cells of usual size.
	maxFile = 2 << 20
	// maxText bounds one cell's source and one output in the file.
	maxText = 64 << 10
	// staleLock is the age at which the lock of a kernel that was killed is one.
	staleLock = 10 * time.Second
)

// history is the file of all cells that were run, one record a line. A record
// is written in one piece when its cell begins, so neither kill -9 nor another
// kernel that writes to the same file loses or mixes any.
type history struct {
	session int64 // microseconds since 1970: kernels that start at once differ

	mu      sync.Mutex
	path    string // "": nothing is kept
	maxFile int64
}

// entry is one cell of the history.
type entry struct {
	Session int64
	Line    int
	Source  string
	Output  *string
}

// record is a line of the file: a cell, or the output of one that came before.
type record struct {
	Session int64   `json:"session"`
	Line    int     `json:"line"`
	Source  *string `json:"source,omitempty"`
	Output  *string `json:"output,omitempty"`
}

func openHistory(path string) *history {
	return &history{session: time.Now().UnixMicro(), path: path, maxFile: maxFile}
}

// add writes a cell. After an error nothing more is written.
func (h *history) add(line int, source string) error {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	return h.write(record{Session: h.session, Line: line, Source: clip(source)})
}

// addOutput writes the text of a cell's result.
func (h *history) addOutput(line int, text string) error {
	return h.write(record{Session: h.session, Line: line, Output: clip(text)})
}

func clip(text string) *string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return &text
}

func (h *history) write(r record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.path == "" {
		return nil
	}
	err := h.append(r)
	if err != nil {
		h.path = ""
	}
	return err
}

// append writes the newline first: a record that kill -9 or a full disk cut
// short does not spoil the next one.
func (h *history) append(r record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := h.open()
	if err != nil {
		return err
	}
	_, err = f.Write(append([]byte("\n"), text...))
	return errors.Join(err, f.Close())
}

// open opens the file for appending; a full one is set aside first. It is opened
// for each record because another kernel may have set it aside.
func (h *history) open() (*os.File, error) {
	f, err := h.openFile()
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
			return nil, err
		}
		f, err = h.openFile()
	}
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Size() < h.maxFile {
		return f, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	h.setAside()
	return h.openFile()
}

func (h *history) openFile() (*os.File, error) {
	return os.OpenFile(h.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
}

// aside is where the full file goes.
func (h *history) aside() string { return h.path + ".1" }

// setAside makes room for a new file. A record that another kernel writes
// meanwhile is in the file that was set aside. Where it cannot be done now, or
// another kernel is at it, the file grows until the next record.
func (h *history) setAside() {
	lock := h.path + ".lock"
	f, err := os.OpenFile(lock, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		if info, err := os.Stat(lock); err == nil && time.Since(info.ModTime()) > staleLock {
			os.Remove(lock)
		}
		return
	}
	f.Close()
	defer os.Remove(lock)
	if info, err := os.Stat(h.path); err == nil && info.Size() >= h.maxFile {
		os.Rename(h.path, h.aside())
	}
}

// read returns the entries of all sessions, in the order in which they were
// written. A line that is no record is skipped.
func (h *history) read() ([]entry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.path == "" {
		return nil, nil
	}
	var text []byte
	for _, path := range []string{h.aside(), h.path} {
		part, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		text = append(text, part...)
	}
	return last(parseHistory(text), maxEntries), nil
}

func parseHistory(text []byte) []entry {
	type key struct {
		session int64
		line    int
	}
	var entries []entry
	at := map[key]int{}
	for line := range bytes.Lines(text) {
		var r record
		if json.Unmarshal(line, &r) != nil || r.Session == 0 {
			continue
		}
		k := key{r.Session, r.Line}
		if r.Source != nil {
			at[k] = len(entries)
			entries = append(entries, entry{r.Session, r.Line, *r.Source, r.Output})
		} else if i, ok := at[k]; ok {
			entries[i].Output = r.Output
		}
	}
	return entries
}
