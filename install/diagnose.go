package install

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// outputError is the error of a program, with what it printed.
type outputError struct {
	err    error
	output []string
}

func (e *outputError) Error() string {
	for i := len(e.output) - 1; i >= 0; i-- {
		if text := strings.TrimSpace(e.output[i]); text != "" {
			return fmt.Sprintf("%v: %s", e.err, text)
		}
	}
	return e.err.Error()
}

func (e *outputError) Unwrap() error { return e.err }

// faults are what Python, venv and pip print when the machine lacks something,
// the surest first: pip reports a missing network as a missing package too.
var faults = []struct {
	says  []string
	cause string
	hint  func(python) string
	err   error
}{
	{
		says:  []string{"No space left on device", "There is not enough space on the disk", "Disk quota exceeded", "[Errno 28]", "[Errno 122]"},
		cause: "no space left on the disk of the cache folder",
		hint:  func(python) string { return spaceHint() },
	},
	{
		says:  []string{"ensurepip is not available", "No module named venv", "No module named ensurepip", "No module named 'ensurepip'", "No module named 'venv'"},
		cause: "Python has no venv module",
		hint:  func(p python) string { return getVenv(p.version) },
	},
	{
		says: []string{
			"Temporary failure in name resolution", "Name or service not known", "nodename nor servname",
			"getaddrinfo failed", "Failed to resolve", "Failed to establish a new connection", "Network is unreachable",
			"Connection refused", "ConnectTimeoutError", "Read timed out", "ProxyError", "Cannot connect to proxy",
		},
		cause: "no network: Python's package index cannot be reached",
		hint: func(python) string {
			return "connect to the network and try again; behind a proxy, set HTTPS_PROXY; with a mirror, PIP_INDEX_URL"
		},
		err: ErrNoNetwork,
	},
	{
		says:  []string{"CERTIFICATE_VERIFY_FAILED", "SSLError", "SSL module is not available"},
		cause: "Python cannot make a secure connection to its package index",
		hint: func(python) string {
			return "set PIP_CERT to your network's certificate, or check that python3 -c 'import ssl' runs"
		},
	},
	{
		says:  []string{"Permission denied", "[Errno 13]", "Read-only file system"},
		cause: "not allowed to write in the cache folder",
		hint:  func(python) string { return writeHint() },
	},
	{
		says:  []string{"No matching distribution found", "Could not find a version that satisfies"},
		cause: "the package index has not what is needed",
		hint: func(p python) string {
			return "check PIP_INDEX_URL and pip's configuration; this Python is " + p.version
		},
	},
}

// diagnose turns the error of a program that sets up Jupyter into an *Error.
// what says what did not come about.
func diagnose(ctx context.Context, what string, err error, p python) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, ctx.Err())
	}
	var out *outputError
	if errors.As(err, &out) {
		text := strings.Join(strings.Fields(strings.Join(out.output, " ")), " ") // venv breaks its lines
		for _, f := range faults {
			for _, says := range f.says {
				if strings.Contains(text, says) {
					return &Error{what + ": " + f.cause, f.hint(p), errors.Join(f.err, err)}
				}
			}
		}
	}
	return &Error{what + ": " + err.Error(), "try again; heddle doctor shows what is there", err}
}

// pipNotes tells note how far pip is, from the lines that it prints.
func pipNotes(note func(string)) func(line string) {
	found := 0
	return func(line string) {
		switch name, ok := strings.CutPrefix(line, "Collecting "); {
		case ok:
			found++
			if end := strings.IndexAny(name, "<>=!~;[( "); end > 0 {
				name = name[:end]
			}
			note(fmt.Sprintf("package %d, %s", found, name))
		case strings.HasPrefix(line, "Installing collected packages"):
			note(fmt.Sprintf("unpacking %d packages", found))
		case strings.Contains(line, "Retrying"):
			note("the network does not answer, trying again")
		}
	}
}
