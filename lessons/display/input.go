package display

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
)

// lines is where Input and Password get a line from.
var lines = struct {
	sync.RWMutex
	ask func(prompt string, password bool) string
}{ask: askTerminal}

// SetInput makes ask answer Input and Password. The kernel calls it once,
// before the first cell.
func SetInput(ask func(prompt string, password bool) string) {
	lines.Lock()
	defer lines.Unlock()
	lines.ask = ask
}

// Input shows prompt, waits for a line to be typed and returns it without its
// newline. In a notebook that nobody sits at, the cell ends with an error.
func Input(prompt string) string { return line(prompt, false) }

// Password is Input for what nobody should read over a shoulder: what is typed
// is not shown. (In a compiled program it is.)
func Password(prompt string) string { return line(prompt, true) }

func line(prompt string, password bool) string {
	lines.RLock()
	ask := lines.ask
	lines.RUnlock()
	return ask(prompt, password)
}

var terminal = bufio.NewReader(os.Stdin)

func askTerminal(prompt string, _ bool) string {
	fmt.Print(prompt)
	text, _ := terminal.ReadString('\n') // at the end of the input: what there is
	return strings.TrimRight(text, "\r\n")
}
