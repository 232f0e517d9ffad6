package interp

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"heddle/interp/check"
	"heddle/interp/worker"
)

// byteOffset is where the n-th code point of s begins.
func byteOffset(s string, n int) int {
	for i := range s {
		if n <= 0 {
			return i
		}
		n--
	}
	return len(s)
}

// Complete is for Jupyter's Tab. See [worker.Interpreter].
func (in *Interp) Complete(req worker.Complete) *worker.Completions {
	offset := byteOffset(req.Code, req.Cursor)
	if c := completeMagic(req.Code, offset); c != nil {
		return c
	}
	start, end, all := in.notebook.Complete(req.Code, offset)
	out := &worker.Completions{
		Start:   utf8.RuneCountInString(req.Code[:start]),
		End:     utf8.RuneCountInString(req.Code[:end]),
		Matches: []worker.Candidate{},
	}
	for _, c := range all {
		out.Matches = append(out.Matches, worker.Candidate{Text: c.Text, Kind: c.Kind, Signature: c.Signature})
	}
	return out
}

// completeMagic completes a line that begins with a percent sign.
func completeMagic(code string, offset int) *worker.Completions {
	start := strings.LastIndexByte(code[:offset], '\n') + 1
	line := code[start:offset]
	if !strings.HasPrefix(line, "%") || strings.ContainsAny(line, " \t") {
		return nil
	}
	out := &worker.Completions{Start: utf8.RuneCountInString(code[:start]), End: utf8.RuneCountInString(code[:offset])}
	for _, m := range magicHelp {
		name, _, _ := strings.Cut(m[0], " ")
		if strings.HasPrefix(name, line) {
			out.Matches = append(out.Matches, worker.Candidate{Text: name, Kind: "magic", Signature: m[1]})
		}
	}
	return out
}

// Inspect is for Jupyter's Shift-Tab. See [worker.Interpreter].
func (in *Interp) Inspect(req worker.Inspect) *worker.Inspection {
	i, ok := in.notebook.Inspect(req.Code, byteOffset(req.Code, req.Cursor))
	if !ok {
		return &worker.Inspection{}
	}
	text, md := i.Signature+"\n", "```go\n"+i.Signature+"\n```\n"
	if i.Doc != "" {
		text += "\n" + i.Doc + "\n"
		md += "\n" + i.Doc + "\n"
	}
	if i.Where != "" {
		text += "\n" + i.Where + "\n"
		md += "\n*" + i.Where + "*\n"
	}
	if req.Detail > 0 && i.Source != "" {
		text += "\n" + i.Source + "\n"
		md += fmt.Sprintf("\n```go\n%s\n```\n", i.Source)
	}
	return &worker.Inspection{Data: map[string]any{"text/plain": text, "text/markdown": md}}
}

// Finished is Jupyter's is_complete. See [worker.Interpreter].
func (in *Interp) Finished(req worker.Finished) *worker.Completeness {
	if strings.HasPrefix(req.Code, "%%") {
		// It ends with an empty line, as there is no telling where a script ends.
		if strings.HasSuffix(req.Code, "\n") {
			return &worker.Completeness{Status: "complete"}
		}
		return &worker.Completeness{Status: "incomplete"}
	}
	text, _, unknown := findMagics(req.Code)
	if unknown != "" {
		return &worker.Completeness{Status: "invalid"}
	}
	status, indent := check.Finished(text)
	return &worker.Completeness{Status: status, Indent: indent}
}
