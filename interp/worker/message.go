// Package worker is both ends of the pipe between the kernel process and the
// worker process that runs the cells, and every message on it.
//
// The kernel's end is [Worker]: it starts the process, numbers the requests,
// hands each event to the request it belongs to, and replaces a process that
// died. The worker's end is [Serve], which calls an [Interpreter].
package worker

// A Request is one thing that the kernel asks of the worker. Exactly one of
// the pointers is set.
type Request struct {
	ID        uint64     `json:"id"`
	Execute   *Execute   `json:"execute,omitempty"`
	Complete  *Complete  `json:"complete,omitempty"`
	Inspect   *Inspect   `json:"inspect,omitempty"`
	Finished  *Finished  `json:"finished,omitempty"`
	Restore   *Restore   `json:"restore,omitempty"`
	Interrupt *Interrupt `json:"interrupt,omitempty"`
	Input     *Input     `json:"input,omitempty"`
}

// Execute runs one cell.
type Execute struct {
	Code string `json:"code"`
	// Cell is the number by which errors name the cell: its execution count,
	// or 0 for a cell that has none.
	Cell int `json:"cell"`
	// Quiet cells show no result: Jupyter's silent.
	Quiet bool `json:"quiet,omitempty"`
	// AllowInput says whether somebody can answer when the cell reads os.Stdin.
	AllowInput bool `json:"allow_input,omitempty"`
	// Expressions are evaluated when the cell has run without an error.
	Expressions map[string]string `json:"expressions,omitempty"`
}

// Complete asks for what could stand at Cursor, a count of Unicode code points.
type Complete struct {
	Code   string `json:"code"`
	Cursor int    `json:"cursor"`
}

// Inspect asks for the declaration of the name at Cursor, a count of Unicode
// code points. Detail 1 adds the source where it is known.
type Inspect struct {
	Code   string `json:"code"`
	Cursor int    `json:"cursor"`
	Detail int    `json:"detail,omitempty"`
}

// Finished asks whether Code is a whole cell: Jupyter's is_complete.
type Finished struct {
	Code string `json:"code"`
}

// Restore declares again what an earlier worker had declared. Lost is the
// variables that are gone with it.
type Restore struct {
	Declarations []Declaration `json:"declarations"`
	Lost         []string      `json:"lost,omitempty"`
}

// Interrupt ends the cell that request Of runs.
type Interrupt struct {
	Of uint64 `json:"of"`
}

// Input is what the user typed for the Input event of request Of. EOF says
// that nobody can answer, with the reason in Text.
type Input struct {
	Of   uint64 `json:"of"`
	Text string `json:"text,omitempty"`
	EOF  bool   `json:"eof,omitempty"`
}

// A Declaration is the source of one import, type, function or group of
// constants, and where it stands.
type Declaration struct {
	Cell int    `json:"cell"`
	Line int    `json:"line"` // 1 is the cell's first line
	Text string `json:"text"`
}

// An Event is one thing that a cell did. Exactly one of the pointers is set.
// The events of a request arrive in the order in which the cell produced them;
// those of a goroutine that outlives its cell arrive after the cell's Done.
type Event struct {
	ID      uint64   `json:"id"` // the request's
	Stream  *Stream  `json:"stream,omitempty"`
	Display *Display `json:"display,omitempty"`
	Result  *Display `json:"result,omitempty"`
	Clear   *Clear   `json:"clear,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
	Prompt  *Prompt  `json:"prompt,omitempty"`
	Kept    *Kept    `json:"kept,omitempty"` // for the kernel's end of the pipe
	Done    *Done    `json:"done,omitempty"`
}

// Stream is printed text. Name is "stdout" or "stderr".
type Stream struct {
	Name string `json:"name"`
	Text string `json:"text"`

	End uint64 `json:"end"` // of its record in the mark, for the kernel's end
}

// Display is a MIME bundle: a string for text, base64 text for images, any
// JSON value for types that end in json. ID is the display id, if it has one;
// Update replaces what was shown under it.
type Display struct {
	Data     map[string]any `json:"data"`
	Metadata map[string]any `json:"metadata,omitempty"`
	ID       string         `json:"display_id,omitempty"`
	Update   bool           `json:"update,omitempty"`
}

// Clear empties the cell's output, with Wait only when the next output comes.
type Clear struct {
	Wait bool `json:"wait,omitempty"`
}

// Failure is an error of the cell as Jupyter shows it.
type Failure struct {
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"` // one line
	Traceback []string `json:"traceback"`
}

// Prompt says that the cell waits for a line of input. It is answered by an
// Input request.
type Prompt struct {
	Text     string `json:"text"`
	Password bool   `json:"password,omitempty"`
}

// Kept is what the notebook holds after a cell that changed it. Declarations is
// nil when they are the same as before.
type Kept struct {
	Declarations []Declaration `json:"declarations"`
	Variables    []string      `json:"variables,omitempty"`
}

// Done ends a request. A cell's failure came before, as an event of its own,
// and stands here again for the reply. What else is set depends on the request.
type Done struct {
	Failure     *Failure              `json:"failure,omitempty"`
	Expressions map[string]Expression `json:"expressions,omitempty"`
	Metadata    map[string]any        `json:"metadata,omitempty"` // for the reply
	Page        *Display              `json:"page,omitempty"`     // help for the pager, as %help asks for it
	Completions *Completions          `json:"completions,omitempty"`
	Inspection  *Inspection           `json:"inspection,omitempty"`
	Finished    *Completeness         `json:"finished,omitempty"`
}

// Expression is the value of one user expression, or its failure.
type Expression struct {
	Value   *Display `json:"value,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
}

// Completions are the candidates for the text from Start to End, both counted
// in Unicode code points.
type Completions struct {
	Start   int         `json:"start"`
	End     int         `json:"end"`
	Matches []Candidate `json:"matches"`
}

// A Candidate is one completion. Kind is one of keyword, function, class,
// instance, module, property, statement, magic; Signature is Go's.
type Candidate struct {
	Text      string `json:"text"`
	Kind      string `json:"kind"`
	Signature string `json:"signature,omitempty"`
}

// Inspection is what is known of a name; Data is nil when nothing is.
type Inspection struct {
	Data map[string]any `json:"data,omitempty"`
}

// Completeness is complete, incomplete or invalid, and for an incomplete cell
// the indent of its next line.
type Completeness struct {
	Status string `json:"status"`
	Indent string `json:"indent"`
}
