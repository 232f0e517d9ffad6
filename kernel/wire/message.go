// Package wire turns ZeroMQ frames into Jupyter messages and back: the
// signature, the headers, and the JSON of the contents that a kernel without
// subshells and debugger uses. It opens no socket.
//
// The format is that of "Messaging in Jupyter", version 5.5:
// https://jupyter-client.readthedocs.io/en/stable/messaging.html
package wire

import (
	"bytes"
	"encoding/json"
	"time"
)

// ProtocolVersion is what every header says.
const ProtocolVersion = "5.5"

// Header names a message. Date is when its sender made it.
type Header struct {
	MsgID    string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	MsgType  string `json:"msg_type"`
	Version  string `json:"version"`
}

// A Message is one Jupyter message. Its JSON parts stay as they came, so that
// what is only passed on costs nothing and is not changed.
type Message struct {
	// Identities are the frames before the delimiter: the topic on iopub, and
	// the way back through a proxy elsewhere.
	Identities [][]byte
	Header     Header
	// RawHeader is Header's JSON, which a reply repeats as its Parent.
	RawHeader json.RawMessage
	Parent    json.RawMessage // the header of the message that this one answers, or {}
	Metadata  json.RawMessage // an object
	Content   json.RawMessage // an object; its form depends on Header.MsgType
	Buffers   [][]byte
}

// ParentID is the msg_id of the message that m answers, or "".
func (m *Message) ParentID() string {
	var h struct {
		MsgID string `json:"msg_id"`
	}
	if json.Unmarshal(m.Parent, &h) != nil {
		return ""
	}
	return h.MsgID
}

// Sent is when the sender made m by its own clock; ok is false if m does not say.
func (m *Message) Sent() (t time.Time, ok bool) {
	t, err := time.Parse(time.RFC3339Nano, m.Header.Date)
	return t, err == nil
}

// Date writes t as Jupyter does: in UTC, with microseconds.
func Date(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

// marshal is json.Marshal without the escaping that only HTML wants.
func marshal(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
