package kernel

import (
	"slices"
	"sync"

	"heddle/interp/worker"
	"heddle/kernel/wire"
)

// endOfInput is what a client sends as its answer for an end of file, ctrl-D.
const endOfInput = "\x04"

// A prompt is an input_request without an answer.
type prompt struct {
	id       string // the input_request's msg_id
	cell     string // the execute_request's msg_id
	of       uint64 // the worker's number of the cell
	identity string // whom we asked
}

// prompt asks whoever sent the cell for a line. Where nobody can answer, the
// cell is told so.
func (k *kernel) prompt(o *output, e worker.Event) {
	if o.over.Load() {
		k.noInput(e.ID, "the cell has ended, so nobody can answer")
		return
	}
	m, err := k.session.New("input_request", o.parent, wire.InputRequest{Prompt: e.Prompt.Text, Password: e.Prompt.Password})
	if err != nil {
		k.log.Error("input_request", "err", err)
		return
	}
	k.prompts.add(prompt{m.Header.MsgID, o.parent.Header.MsgID, e.ID, string(o.identity)})
	if err := k.stdin.Send(o.identity, k.session.Encode(m)); err != nil {
		k.log.Info("input_request", "err", err)
		k.prompts.take(m.Header.MsgID, string(o.identity))
		k.noInput(e.ID, "the front end does not listen for input requests")
	}
}

func (k *kernel) noInput(of uint64, why string) {
	k.warn("answer the worker", k.worker.Answer(worker.Input{Of: of, EOF: true, Text: why}))
}

// takeInput passes an answer on to the cell that asked.
func (k *kernel) takeInput(r *request) {
	if r.Header.MsgType != "input_reply" {
		k.log.Warn("unknown message type on stdin", "msg_type", r.Header.MsgType)
		return
	}
	var reply wire.InputReply
	if err := parseContent(r, &reply); err != nil {
		k.log.Warn("bad content", "msg_type", r.Header.MsgType, "err", err)
		return
	}
	p, ok := k.prompts.take(r.ParentID(), string(r.identity))
	if !ok {
		k.log.Info("an answer that no cell waits for")
		return
	}
	in := worker.Input{Of: p.of, Text: reply.Value}
	if reply.Value == endOfInput {
		in = worker.Input{Of: p.of, EOF: true}
	}
	k.warn("answer the worker", k.worker.Answer(in))
}

// prompts are the input requests without an answer.
type prompts struct {
	mu   sync.Mutex
	open []prompt
}

func (p *prompts) add(q prompt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, q)
}

// take removes and returns the prompt that an answer is for. jupyter_client's
// own answers name no parent; they are for the latest prompt of that client.
func (p *prompts) take(id, identity string) (prompt, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, q := range slices.Backward(p.open) {
		if q.identity == identity && (q.id == id || id == "") {
			p.open = slices.Delete(p.open, i, i+1)
			return q, true
		}
	}
	return prompt{}, false
}

// forget removes the prompts of a cell that has ended.
func (p *prompts) forget(cell string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = slices.DeleteFunc(p.open, func(q prompt) bool { return q.cell == cell })
}
