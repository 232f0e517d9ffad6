package worker

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
)

// maxReport bounds what is kept of a dying process's last words: its first
// lines hold the cause, the thousands of stacks after them are not wanted.
const maxReport = 64 << 10

// report keeps what the Go runtime writes to stderr when it ends the process.
type report struct {
	mu   sync.Mutex
	text []byte
}

// cause matches the first line of the runtime's last words.
var cause = regexp.MustCompile(`(?m)^(panic: |fatal error: |runtime: out of memory|SIG[A-Z]+: )(.*)$`)

func (r *report) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text = append(r.text, b...)
	if at := cause.FindIndex(r.text); at != nil {
		r.text = r.text[at[0]:min(len(r.text), at[0]+maxReport)]
	} else if over := len(r.text) - maxReport; over > 0 {
		r.text = bytes.Clone(r.text[over:])
	}
	return len(b), nil
}

func (r *report) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.text)
}

// failure says in the learner's words why p died, where the cell was, and what
// is lost with it.
func (p *process) failure(lost []string) Failure {
	p.mu.Lock()
	why := p.why
	p.mu.Unlock()
	name, what, hint := p.diagnose(why)
	at := p.mark.At()
	value := what
	if at != "" {
		value += ", " + at
	}
	lines := []string{fmt.Sprintf("\x1b[31m%s\x1b[0m: %s", name, value)}
	if hint != "" {
		lines = append(lines, hint)
	}
	switch {
	case len(lost) == 1:
		lines = append(lines, "The worker process ended and took the variable "+lost[0]+" with it.")
	case len(lost) > 1:
		lines = append(lines, "The worker process ended and took the variables "+strings.Join(lost, ", ")+" with it.")
	default:
		lines = append(lines, "The worker process ended; no variable was lost.")
	}
	lines = append(lines, "A new one is ready: functions, types, constants and imports are declared again.")
	return Failure{Name: name, Value: value, Traceback: lines}
}

// diagnose reads the cause out of the last words and the exit status.
func (p *process) diagnose(why reason) (name, what, hint string) {
	switch why {
	case interrupted:
		return "Interrupted", "the cell did not end within 2 s of the interrupt and was killed",
			"It was blocked where an interrupt cannot reach it yet: a channel, a lock, or a long call into compiled code."
	case closed:
		return "Closed", "the kernel was shut down while the cell ran", ""
	case garbled:
		return "Crash", "the cell wrote into the pipe between kernel and worker", ""
	}
	m := cause.FindStringSubmatch(p.stderr.String())
	if m == nil {
		return exitStatus(p.cmd.ProcessState)
	}
	kind, words := m[1], m[2]
	switch {
	case kind == "panic: ":
		what, _, _ := strings.Cut(words, " [recovered")
		return "panic", "in a goroutine: " + what, "A panic that a goroutine does not recover ends the process."
	case strings.Contains(words, "stack overflow"):
		return "StackOverflow", "the goroutine's stack outgrew its limit",
			"A function called itself, directly or through others, without an end."
	case strings.Contains(kind+words, "out of memory"), strings.Contains(words, "cannot allocate memory"):
		return "OutOfMemory", "the cell needed more memory than the worker's limit of " + Limit().String(),
			"The limit is half of the machine's memory unless the variable " + limitVariable + " sets it, for example to 4GiB."
	case kind == "fatal error: ":
		return "FatalError", "fatal error: " + words, fatalHint(words)
	}
	return "Crash", kind + words, ""
}

// fatalHint explains the fatal errors that a learner of concurrency meets.
func fatalHint(what string) string {
	switch {
	case strings.HasPrefix(what, "concurrent map"):
		return "Two goroutines used one map at the same time and at least one of them wrote. Guard the map with a sync.Mutex."
	case strings.HasPrefix(what, "sync: "):
		return "Each Unlock needs a Lock before it, by the same code path."
	}
	return ""
}

func exitStatus(s *os.ProcessState) (name, what, hint string) {
	if sig := killedBy(s); sig != "" {
		return "Killed", "the worker process was ended by a signal: " + sig,
			"Somebody killed it, or the system did when the machine's memory ran out."
	}
	return "Exit", fmt.Sprintf("the cell ended the worker process with exit status %d", s.ExitCode()), ""
}
