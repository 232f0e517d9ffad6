package kernel

import (
	"heddle/kernel/wire"
)

// answerComm closes every comm that a client opens or believes to be open (as
// after a restart): this kernel has no targets, so none is.
func (k *kernel) answerComm(r *request) {
	var c wire.Comm
	if err := parseContent(r, &c); err != nil {
		k.log.Warn("bad content", "msg_type", r.Header.MsgType, "err", err)
		return
	}
	if r.Header.MsgType == "comm_close" {
		return
	}
	k.log.Debug("no such comm", "target", c.Target, "id", c.ID)
	k.publish(r.Message, "comm_close", wire.Comm{ID: c.ID, Data: map[string]any{}})
}

func (k *kernel) answerCommInfo(r *request) {
	k.reply(r, wire.CommInfoReply{Status: "ok", Comms: map[string]map[string]string{}})
}
