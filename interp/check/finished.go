package check

import (
	"go/scanner"
	"go/token"
	"strings"
)

// Finished says whether text is a whole cell: "complete", "incomplete" with the
// indent of its next line, or "invalid".
func Finished(text string) (status, indent string) {
	if strings.TrimSpace(text) == "" {
		return "complete", ""
	}
	_, errs := parse(token.NewFileSet(), 0, text)
	if len(errs) == 0 && !goesOn(text) {
		return "complete", ""
	}
	// It is incomplete if all that is wrong is that it ends.
	end := len(strings.TrimRight(text, " \t\r\n"))
	for _, e := range errs {
		if e.offset < end && !strings.HasSuffix(e.Message, "not terminated") {
			return "invalid", ""
		}
	}
	return "incomplete", nextIndent(text)
}

// goesOn says whether a block comment is still open at the end, which the parser
// takes for a comment.
func goesOn(text string) bool {
	open := strings.LastIndex(text, "/*")
	return open >= 0 && !strings.Contains(text[open:], "*/") && inText(text, len(text)) && !strings.Contains(text[strings.LastIndexByte(text, '\n')+1:], "//")
}

// nextIndent is a tab for each bracket that is open at the end.
func nextIndent(text string) string {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text), func(token.Position, string) {}, 0)
	for depth := 0; ; {
		switch _, tok, _ := s.Scan(); tok {
		case token.LBRACE, token.LPAREN, token.LBRACK:
			depth++
		case token.RBRACE, token.RPAREN, token.RBRACK:
			depth--
		case token.EOF:
			return strings.Repeat("\t", max(depth, 0))
		}
	}
}
