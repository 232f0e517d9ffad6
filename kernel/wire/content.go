package wire

// Bundle is a value in several forms: MIME type -> data.
type Bundle map[string]any

// ExecuteRequest is the content of execute_request. A nil pointer is a field
// that was left out.
type ExecuteRequest struct {
	Code            string            `json:"code"`
	Silent          bool              `json:"silent"`
	StoreHistory    *bool             `json:"store_history,omitempty"` // default: not Silent
	UserExpressions map[string]string `json:"user_expressions,omitempty"`
	AllowStdin      bool              `json:"allow_stdin"`
	StopOnError     *bool             `json:"stop_on_error,omitempty"` // default: true
}

// Stores says whether the cell counts and goes into the history.
func (r *ExecuteRequest) Stores() bool {
	return !r.Silent && (r.StoreHistory == nil || *r.StoreHistory)
}

// Stops says whether cells that wait are given up when this one ends in an error.
func (r *ExecuteRequest) Stops() bool {
	return !r.Silent && (r.StopOnError == nil || *r.StopOnError)
}

// ExecuteReply is the content of an execute_reply with status ok.
type ExecuteReply struct {
	Status          string         `json:"status"`
	ExecutionCount  int            `json:"execution_count"`
	Payload         []Payload      `json:"payload"`
	UserExpressions map[string]any `json:"user_expressions"` // *Expression or *Error
}

// Payload asks the front end to do something; Source "page" shows Data in a pager.
type Payload struct {
	Source string `json:"source"`
	Data   Bundle `json:"data"`
	Start  int    `json:"start"`
}

// Expression is the value of a user expression.
type Expression struct {
	Status   string         `json:"status"` // ok
	Data     Bundle         `json:"data"`
	Metadata map[string]any `json:"metadata"`
}

// Error is the content of every reply that has status error, and, without
// Status and ExecutionCount, of the iopub message error.
type Error struct {
	Status         string   `json:"status,omitempty"` // error
	ExecutionCount int      `json:"execution_count,omitempty"`
	Name           string   `json:"ename"`
	Value          string   `json:"evalue"`
	Traceback      []string `json:"traceback"`
}

// CompleteRequest is the content of complete_request.
type CompleteRequest struct {
	Code      string `json:"code"`
	CursorPos int    `json:"cursor_pos"` // in Unicode code points
}

// CompleteReply is the content of complete_reply.
type CompleteReply struct {
	Status      string             `json:"status"`
	Matches     []string           `json:"matches"`
	CursorStart int                `json:"cursor_start"`
	CursorEnd   int                `json:"cursor_end"`
	Metadata    CompletionMetadata `json:"metadata"`
}

// CompletionMetadata has an entry for each of the matches, in their order.
type CompletionMetadata struct {
	Types []CompletionType `json:"_jupyter_types_experimental"`
}

// CompletionType says what a match is, as ipykernel does.
type CompletionType struct {
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Text      string `json:"text"`
	Type      string `json:"type"`
	Signature string `json:"signature"`
}

// InspectRequest is the content of inspect_request.
type InspectRequest struct {
	Code        string `json:"code"`
	CursorPos   int    `json:"cursor_pos"` // in Unicode code points
	DetailLevel int    `json:"detail_level"`
}

// InspectReply is the content of inspect_reply.
type InspectReply struct {
	Status   string         `json:"status"`
	Found    bool           `json:"found"`
	Data     Bundle         `json:"data"`
	Metadata map[string]any `json:"metadata"`
}

// IsCompleteRequest is the content of is_complete_request.
type IsCompleteRequest struct {
	Code string `json:"code"`
}

// IsCompleteReply is the content of is_complete_reply. Status is complete,
// incomplete, invalid or unknown.
type IsCompleteReply struct {
	Status string `json:"status"`
	Indent string `json:"indent"`
}

// HistoryRequest is the content of history_request. A nil pointer is a field
// that was left out.
type HistoryRequest struct {
	Output  bool   `json:"output"`
	Raw     bool   `json:"raw"`
	Access  string `json:"hist_access_type"` // range, tail or search
	Session int64  `json:"session"`          // 0 is this session, -1 the one before
	Start   int    `json:"start"`
	Stop    *int   `json:"stop,omitempty"`
	N       *int   `json:"n,omitempty"`
	Pattern string `json:"pattern"`
	Unique  bool   `json:"unique"`
}

// HistoryReply is the content of history_reply: [session, line, input], or
// [session, line, [input, output]] if output was asked for.
type HistoryReply struct {
	Status  string   `json:"status"`
	History [][3]any `json:"history"`
}

// Comm is the content of comm_open, comm_msg and comm_close.
type Comm struct {
	ID     string         `json:"comm_id"`
	Target string         `json:"target_name,omitempty"`
	Data   map[string]any `json:"data"`
}

// CommInfoReply is the content of comm_info_reply: id -> {"target_name": name}.
type CommInfoReply struct {
	Status string                       `json:"status"`
	Comms  map[string]map[string]string `json:"comms"`
}

// ConnectReply is the content of connect_reply.
type ConnectReply struct {
	Status string `json:"status"`
	Ports
}

// Shutdown is the content of shutdown_request and, with Status, shutdown_reply.
type Shutdown struct {
	Status  string `json:"status,omitempty"`
	Restart bool   `json:"restart"`
}

// OK is the content of a reply that has nothing else to say.
type OK struct {
	Status string `json:"status"`
}

// DebugReply is the content of debug_reply: an error as Jupyter and as the Debug
// Adapter Protocol spell it.
type DebugReply struct {
	Error
	Type       string `json:"type"` // response
	RequestSeq int    `json:"request_seq"`
	Success    bool   `json:"success"`
	Command    string `json:"command"`
	Message    string `json:"message"`
}

// DebugRequest is what DebugReply repeats of a debug_request.
type DebugRequest struct {
	Seq     int    `json:"seq"`
	Command string `json:"command"`
}
