package kernel

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"heddle/interp/worker"
	"heddle/kernel/transport"
	"heddle/kernel/wire"
)

// A request is a message that came in, and the way back to who sent it.
type request struct {
	*wire.Message
	socket   *transport.Router
	identity []byte
	arrived  time.Time
	metadata map[string]any // of the reply
}

// receive passes what peers of socket send to take, until ctx ends. What is not
// signed, or signed twice, is logged and nothing else.
func (k *kernel) receive(ctx context.Context, socket *transport.Router, take func(*request)) {
	for {
		in, err := socket.Recv(ctx)
		if err != nil {
			return // ctx has ended
		}
		m, err := k.session.Decode(in.Frames)
		if err != nil {
			k.log.Warn("dropped a message", "err", err)
			continue
		}
		take(&request{Message: m, socket: socket, identity: in.Identity, arrived: time.Now()})
	}
}

// take answers a request of shell or control, or puts it into its queue. It
// never waits for a cell: kernel_info and interrupts are answered while one
// runs. A client may send any of them on either socket.
func (k *kernel) take(r *request) {
	switch r.Header.MsgType {
	case "execute_request":
		k.cells.put(r)
	case "complete_request", "inspect_request", "is_complete_request", "history_request":
		k.asks.put(r)
	case "shutdown_request":
		k.takeShutdown(r)
	case "interrupt_request":
		k.running.interrupt() // before anything that a slow client could delay
		k.handle(r, k.answer)
	default:
		k.handle(r, k.answer)
	}
}

// answerAsks answers the requests of k.asks one after the other.
func (k *kernel) answerAsks(ctx context.Context) {
	for r := k.asks.next(ctx); r != nil; r = k.asks.next(ctx) {
		k.handle(r, func(r *request) {
			if r.Header.MsgType == "history_request" {
				k.answerHistory(r)
			} else {
				k.ask(ctx, r)
			}
		})
	}
	for _, r := range k.asks.rest() {
		k.handle(r, func(r *request) { k.refuse(r, "Closed", "the kernel was shut down") })
	}
}

// answer answers what needs no waiting.
func (k *kernel) answer(r *request) {
	switch r.Header.MsgType {
	case "kernel_info_request":
		k.reply(r, k.info())
	case "connect_request":
		k.reply(r, wire.ConnectReply{Status: "ok", Ports: k.conn.Ports})
	case "interrupt_request":
		k.reply(r, wire.OK{Status: "ok"})
	case "comm_info_request":
		k.answerCommInfo(r)
	case "comm_open", "comm_msg", "comm_close":
		k.answerComm(r)
	case "debug_request":
		k.refuseDebug(r)
	case "create_subshell_request", "delete_subshell_request", "list_subshell_request":
		k.refuse(r, "Unsupported", "this kernel has no subshells")
	default:
		k.log.Warn("unknown message type", "msg_type", r.Header.MsgType)
	}
}

func (k *kernel) info() wire.KernelInfo {
	links := k.cfg.HelpLinks
	if links == nil {
		links = []wire.HelpLink{}
	}
	return wire.KernelInfo{
		Status:          "ok",
		ProtocolVersion: wire.ProtocolVersion,
		Implementation:  k.cfg.Implementation,
		Version:         k.cfg.Version,
		Language:        k.cfg.Language,
		Banner:          k.cfg.Banner,
		HelpLinks:       links,
		Features:        []string{}, // neither "kernel subshells" nor "debugger"
	}
}

// ask has the worker answer a question about code.
func (k *kernel) ask(ctx context.Context, r *request) {
	var req worker.Request
	var ok bool
	switch r.Header.MsgType {
	case "complete_request":
		var c wire.CompleteRequest
		ok = k.parse(r, &c)
		req.Complete = &worker.Complete{Code: c.Code, Cursor: c.CursorPos}
	case "inspect_request":
		var c wire.InspectRequest
		ok = k.parse(r, &c)
		req.Inspect = &worker.Inspect{Code: c.Code, Cursor: c.CursorPos, Detail: c.DetailLevel}
	case "is_complete_request":
		var c wire.IsCompleteRequest
		ok = k.parse(r, &c)
		req.Finished = &worker.Finished{Code: c.Code}
	}
	if !ok {
		return
	}
	done, err := k.worker.Do(ctx, req, func(worker.Event) {})
	switch {
	case err != nil:
		k.refuse(r, "WorkerError", err.Error())
	case req.Complete != nil:
		k.reply(r, completions(done.Completions, req.Complete.Cursor))
	case req.Inspect != nil:
		k.reply(r, inspection(done.Inspection))
	case done.Finished != nil:
		k.reply(r, wire.IsCompleteReply{Status: done.Finished.Status, Indent: done.Finished.Indent})
	default:
		k.reply(r, wire.IsCompleteReply{Status: "unknown"})
	}
}

func completions(c *worker.Completions, cursor int) wire.CompleteReply {
	if c == nil {
		c = &worker.Completions{Start: cursor, End: cursor}
	}
	reply := wire.CompleteReply{
		Status:      "ok",
		Matches:     []string{},
		CursorStart: c.Start,
		CursorEnd:   c.End,
		Metadata:    wire.CompletionMetadata{Types: []wire.CompletionType{}},
	}
	for _, m := range c.Matches {
		reply.Matches = append(reply.Matches, m.Text)
		reply.Metadata.Types = append(reply.Metadata.Types, wire.CompletionType{
			Start: c.Start, End: c.End, Text: m.Text, Type: m.Kind, Signature: m.Signature,
		})
	}
	return reply
}

func inspection(i *worker.Inspection) wire.InspectReply {
	reply := wire.InspectReply{Status: "ok", Data: wire.Bundle{}, Metadata: map[string]any{}}
	if i != nil && i.Data != nil {
		reply.Found, reply.Data = true, i.Data
	}
	return reply
}

// parse reads r's content into v, or answers that it cannot.
func (k *kernel) parse(r *request, v any) bool {
	if err := parseContent(r, v); err != nil {
		k.log.Warn("bad content", "msg_type", r.Header.MsgType, "err", err)
		k.refuse(r, "BadRequest", err.Error())
		return false
	}
	return true
}

func parseContent(r *request, v any) error { return json.Unmarshal(r.Content, v) }

// refuse replies with an error.
func (k *kernel) refuse(r *request, name, value string) {
	k.reply(r, wire.Error{Status: "error", Name: name, Value: value, Traceback: []string{}})
}

// reply answers r by the socket that it came in by.
func (k *kernel) reply(r *request, content any) {
	m, err := k.session.New(strings.TrimSuffix(r.Header.MsgType, "_request")+"_reply", r.Message, content)
	if err == nil && r.metadata != nil {
		err = m.SetMetadata(r.metadata)
	}
	if err != nil {
		k.log.Error("reply", "err", err)
		return
	}
	m.Identities = r.Identities
	k.warn("reply", r.socket.Send(r.identity, k.session.Encode(m)))
}
