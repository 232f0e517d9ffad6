package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is what is wrong with a cell, as the learner sees it.
type Error struct {
	Cell    int
	Line    int // 1 is the cell's first line
	Column  int // 1 is the line's first byte
	Message string
	Source  string // the line
	Hint    string // "" where none is known

	offset int
}

// Error is one line: where and what.
func (e Error) Error() string {
	return fmt.Sprintf("cell %d, line %d: %s", e.Cell, e.Line, e.Message)
}

// Excerpt is the source line with a caret under the column.
func (e Error) Excerpt() []string {
	if strings.TrimSpace(e.Source) == "" {
		return nil
	}
	// What stands before the caret keeps its tabs, so that it stands right
	// whatever a tab's width is.
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return '\t'
		}
		return ' '
	}, e.Source[:min(e.Column-1, len(e.Source))])
	return []string{"    " + e.Source, "    " + pad + "^"}
}

func (e *Error) place(s *Source, offset int) {
	e.offset = offset
	e.Cell, e.Line, e.Column = s.Cell, s.Line(offset), s.Column(offset)
	rest := s.Text[offset-(e.Column-1):]
	e.Source, _, _ = strings.Cut(rest, "\n")
}

// sortErrors orders errors by place and keeps the first of each line, as the
// compiler does: the others mostly follow from it.
func sortErrors(errs []Error) []Error {
	slices.SortStableFunc(errs, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(errs, func(a, b Error) bool { return a.Cell == b.Cell && a.Line == b.Line })
}
