package kernel

import (
	"sync/atomic"

	"heddle/interp/worker"
	"heddle/kernel/wire"
)

// publish sends a message on iopub. Its topic is kernel.SESSION.TYPE, as
// ipykernel's; clients subscribe to everything.
func (k *kernel) publish(parent *wire.Message, msgType string, content any) {
	m, err := k.session.New(msgType, parent, content)
	if err != nil {
		k.log.Error("publish", "err", err)
		return
	}
	m.Identities = [][]byte{[]byte("kernel." + k.session.ID() + "." + msgType)}
	k.iopub.Send(k.session.Encode(m))
}

// welcome is what a new subscriber gets first.
func (k *kernel) welcome(topic []byte) [][]byte {
	k.subscribe.Do(func() { close(k.audience) })
	m, err := k.session.New("iopub_welcome", nil, wire.Welcome{Subscription: string(topic)})
	if err != nil {
		k.log.Error("welcome", "err", err)
		return nil
	}
	m.Identities = [][]byte{topic} // nothing else passes the subscription
	return k.session.Encode(m)
}

// An output publishes the events of one cell, also those that come after its
// end, as that cell's. It holds no more of the request than that takes, because
// it lives as long as the worker.
type output struct {
	k        *kernel
	parent   *wire.Message // has only the header
	identity []byte
	number   int // 0: not in the history
	count    int
	silent   bool
	begun    chan struct{} // closed when the cell's input is published
	over     atomic.Bool   // the cell has ended
}

func (k *kernel) newOutput(r *request, req *wire.ExecuteRequest, number int) *output {
	return &output{
		k:        k,
		parent:   &wire.Message{Header: r.Header, RawHeader: r.RawHeader},
		identity: r.identity,
		number:   number,
		count:    k.count,
		silent:   req.Silent,
		begun:    make(chan struct{}),
	}
}

func (o *output) emit(e worker.Event) {
	<-o.begun
	switch {
	case e.Stream != nil:
		o.publish("stream", wire.Stream{Name: e.Stream.Name, Text: e.Stream.Text})
	case e.Display != nil && e.Display.Update:
		o.publish("update_display_data", display(e.Display))
	case e.Display != nil:
		o.publish("display_data", display(e.Display))
	case e.Result != nil && !o.silent:
		o.publish("execute_result", wire.Result{Count: o.count, Display: display(e.Result)})
		if text, ok := e.Result.Data["text/plain"].(string); ok && o.number > 0 {
			o.k.warn("write the history", o.k.history.addOutput(o.number, text))
		}
	case e.Clear != nil:
		o.publish("clear_output", wire.ClearOutput{Wait: e.Clear.Wait})
	case e.Failure != nil:
		o.publish("error", failure(e.Failure))
	case e.Prompt != nil:
		o.k.prompt(o, e)
	}
}

func (o *output) publish(msgType string, content any) {
	o.k.publish(o.parent, msgType, content)
}

func display(d *worker.Display) wire.Display {
	return wire.Display{
		Data:      bundle(d.Data),
		Metadata:  object(d.Metadata),
		Transient: wire.Transient{DisplayID: d.ID},
	}
}

func failure(f *worker.Failure) wire.Error {
	traceback := f.Traceback
	if traceback == nil {
		traceback = []string{}
	}
	return wire.Error{Name: f.Name, Value: f.Value, Traceback: traceback}
}

// bundle and object make {} of what would be null, which clients do not expect.
func bundle(data map[string]any) wire.Bundle { return object(data) }

func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
