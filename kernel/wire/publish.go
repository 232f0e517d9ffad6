package wire

// KernelInfo is the content of kernel_info_reply.
type KernelInfo struct {
	Status          string       `json:"status"`
	ProtocolVersion string       `json:"protocol_version"`
	Implementation  string       `json:"implementation"`
	Version         string       `json:"implementation_version"`
	Language        LanguageInfo `json:"language_info"`
	Banner          string       `json:"banner"`
	HelpLinks       []HelpLink   `json:"help_links"`
	// Features is empty, not absent, in a kernel with neither subshells nor a
	// debugger.
	Features []string `json:"supported_features"`
}

// LanguageInfo says what a kernel runs, and how an editor and a printer colour it.
type LanguageInfo struct {
	Name              string `json:"name"`
	Version           string `json:"version"`
	Mimetype          string `json:"mimetype"`
	FileExtension     string `json:"file_extension"` // with its dot
	PygmentsLexer     string `json:"pygments_lexer,omitempty"`
	CodeMirrorMode    any    `json:"codemirror_mode,omitempty"` // a name, or an object
	NBConvertExporter string `json:"nbconvert_exporter,omitempty"`
}

// HelpLink is an entry of the front end's help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Status is the content of status: starting, busy or idle.
type Status struct {
	State string `json:"execution_state"`
}

// Welcome is the content of iopub_welcome.
type Welcome struct {
	Subscription string `json:"subscription"`
}

// ExecuteInput is the content of execute_input.
type ExecuteInput struct {
	Code  string `json:"code"`
	Count int    `json:"execution_count"`
}

// Stream is the content of stream; Name is stdout or stderr.
type Stream struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Display is the content of display_data and update_display_data.
type Display struct {
	Data      Bundle         `json:"data"`
	Metadata  map[string]any `json:"metadata"`
	Transient Transient      `json:"transient"`
}

// Transient is what a front end does not save.
type Transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

// Result is the content of execute_result.
type Result struct {
	Count int `json:"execution_count"`
	Display
}

// ClearOutput is the content of clear_output.
type ClearOutput struct {
	Wait bool `json:"wait"`
}

// InputRequest is the content of input_request.
type InputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

// InputReply is the content of input_reply.
type InputReply struct {
	Value string `json:"value"`
}
