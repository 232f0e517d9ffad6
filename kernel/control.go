package kernel

import (
	"context"
	"encoding/json"
	"os"

	"heddle/kernel/wire"
)

// shutdown is what is left to do for a shutdown_request when all else has ended.
type shutdown struct {
	request *request // nil: nobody asked
	content wire.Shutdown
	idle    func()
}

// takeShutdown has Serve end the kernel and then reply. Whether the client
// wants to restart it is its own affair: it starts another process.
func (k *kernel) takeShutdown(r *request) {
	var content wire.Shutdown
	if err := json.Unmarshal(r.Content, &content); err != nil {
		k.log.Warn("bad content", "msg_type", r.Header.MsgType, "err", err)
	}
	content.Status = "ok"
	last := shutdown{r, content, k.busy(r)}
	select {
	case k.ending <- last:
	default: // somebody asked before
		k.reply(r, content)
		last.idle()
	}
}

// watchSignals interrupts the running cell at each SIGINT.
func (k *kernel) watchSignals(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-signals:
			k.running.interrupt()
		case <-ctx.Done():
			return
		}
	}
}

// refuseDebug answers in both languages, Jupyter's and the debug adapter's.
func (k *kernel) refuseDebug(r *request) {
	var req wire.DebugRequest
	if !k.parse(r, &req) {
		return
	}
	const why = "this kernel has no debugger"
	k.reply(r, wire.DebugReply{
		Error:      wire.Error{Status: "error", Name: "Unsupported", Value: why, Traceback: []string{}},
		Type:       "response",
		RequestSeq: req.Seq,
		Command:    req.Command,
		Message:    why,
	})
}
