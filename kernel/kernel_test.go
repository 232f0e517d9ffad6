package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"heddle/kernel/internal/toy"
	"heddle/kernel/wire"
)

func TestWelcome(t *testing.T) {
	c := startKernel(t).connect(t)
	if got := describe(c.welcome); got != `iopub_welcome {"subscription":""}` || string(c.welcome.Parent) != "{}" {
		t.Errorf("%s, parent %s", got, c.welcome.Parent)
	}
}

func TestFirstCellIsHeard(t *testing.T) {
	c := startKernel(t).connect(t, "print early")
	for m := c.next(c.iopubIn); describe(m) != "status idle"; m = c.next(c.iopubIn) {
		if describe(m) == `stream stdout "early\n"` {
			return
		}
	}
	t.Error("the first cell was over before its client could hear it")
}

func TestReplyMetadata(t *testing.T) {
	c := startKernel(t).connect(t)
	before := time.Now().Add(-time.Millisecond)
	reply, _ := c.execute("meta so")
	var m struct {
		Started time.Time
		Heddle  map[string]string
	}
	if err := json.Unmarshal(reply.Metadata, &m); err != nil {
		t.Fatal(err)
	}
	if sent, _ := reply.Sent(); m.Started.Before(before) || m.Started.After(sent) || m.Heddle["said"] != "so" {
		t.Errorf("%s, sent %v", reply.Metadata, sent)
	}
}

func TestFloodKeepsOrder(t *testing.T) {
	const n = 20_000
	c := startKernel(t).connect(t)
	r := c.send(c.shell, "execute_request", nil, wire.ExecuteRequest{Code: fmt.Sprintf("flood %d", n)})
	var text strings.Builder
	for m := c.next(c.iopubIn); describe(m) != "status idle"; m = c.next(c.iopubIn) {
		var s wire.Stream
		if err := json.Unmarshal(m.Content, &s); err != nil || m.ParentID() != r.Header.MsgID {
			t.Fatal(err, m)
		}
		text.WriteString(s.Text)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != n {
		t.Fatalf("%d lines, want %d", len(lines), n)
	}
	for i, line := range lines {
		if line != strconv.Itoa(i) {
			t.Fatalf("line %d is %s", i, line)
		}
	}
}

// A cell that cannot be interrupted is killed, and idle comes within 3 s.
func TestInterruptOfAStuckCell(t *testing.T) {
	c := startKernel(t).connect(t)
	c.send(c.shell, "execute_request", nil, wire.ExecuteRequest{Code: "stuck"})
	for describe(c.next(c.iopubIn)) != "execute_input [1]" {
	}
	start := time.Now()
	c.send(c.control, "interrupt_request", nil, struct{}{})
	if got := describe(c.next(c.shellIn)); !strings.HasPrefix(got, "execute_reply error Interrupted") {
		t.Error(got)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("took %v", d)
	}
	if _, got := c.execute("print a"); !slices.Contains(got, `stream stdout "a\n"`) {
		t.Errorf("after the interrupt: %q", got)
	}
}

func TestSIGINT(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals there")
	}
	c := startKernel(t).connect(t)
	c.send(c.shell, "execute_request", nil, wire.ExecuteRequest{Code: "loop"})
	for describe(c.next(c.iopubIn)) != "execute_input [1]" {
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(os.Interrupt)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(c.next(c.shellIn)); got != "execute_reply error Interrupted: the cell was interrupted" {
		t.Error(got)
	}
}

// jupyter_client's input_reply has no parent, and each client is asked only by
// its own cells.
func TestInputReplyWithoutParent(t *testing.T) {
	s := startKernel(t)
	a, b := s.connect(t), s.connect(t)
	a.send(a.shell, "execute_request", nil, wire.ExecuteRequest{Code: "input a?", AllowStdin: true})
	a.next(a.stdinIn)
	b.send(b.stdin, "input_reply", nil, wire.InputReply{Value: "b"}) // nobody asked b
	a.send(a.stdin, "input_reply", nil, wire.InputReply{Value: "a"})
	a.next(a.shellIn)
	var got []string
	for m := a.next(a.iopubIn); describe(m) != "status idle"; m = a.next(a.iopubIn) {
		got = append(got, describe(m))
	}
	if !slices.Contains(got, `stream stdout "a\n"`) || len(b.stdinIn) > 0 {
		t.Errorf("%q, and %d questions to b", got, len(b.stdinIn))
	}
}

// A message that is not signed with the key, or comes twice, does nothing.
func TestForgeryAndReplay(t *testing.T) {
	s := startKernel(t)
	c := s.connect(t)
	genuine := c.session
	c.session = wire.NewSession([]byte("guessed"))
	c.send(c.shell, "shutdown_request", nil, wire.Shutdown{})
	c.session = genuine

	m := c.send(c.shell, "execute_request", nil, wire.ExecuteRequest{Code: "print a"})
	c.next(c.shellIn)
	c.resend(m)
	var info wire.KernelInfo
	if reply := c.ask("kernel_info_request", struct{}{}, &info); info.Status != "ok" || reply.Header.MsgType != "kernel_info_reply" {
		t.Error(describe(reply))
	}
	for _, want := range []string{"wrong signature", "signature was seen before"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, s.log)
		}
	}
}

func TestIsGivenUp(t *testing.T) {
	failed := time.Now()
	at := func(d time.Duration) time.Time { return failed.Add(d) }
	for _, test := range []struct {
		arrived time.Time
		date    string
		want    bool
	}{
		{at(-time.Second), "", true},
		{at(0), "", true},
		{at(time.Millisecond), "", false},
		{at(time.Millisecond), "today", false},
		{at(time.Millisecond), wire.Date(at(-time.Millisecond)), true},
		{at(time.Millisecond), wire.Date(at(time.Millisecond)), false},
		{at(straggler), wire.Date(at(-time.Millisecond)), false}, // a clock that is behind
	} {
		k := &kernel{failed: failed}
		r := &request{Message: &wire.Message{Header: wire.Header{Date: test.date}}, arrived: test.arrived}
		if got := k.isGivenUp(r); got != test.want {
			t.Errorf("arrived %v after, sent %q: %v", test.arrived.Sub(failed), test.date, got)
		}
	}
}

func TestEndOfContext(t *testing.T) {
	s := startKernel(t)
	c := s.connect(t)
	c.execute("print a")
	c.send(c.shell, "execute_request", nil, wire.ExecuteRequest{Code: "pid\nloop"})
	for m := c.next(c.iopubIn); m.Header.MsgType != "execute_result"; m = c.next(c.iopubIn) {
	}
	s.stop()
	s.wait(t)
	if got := describe(c.next(c.shellIn)); !strings.HasPrefix(got, "execute_reply error") {
		t.Errorf("the running cell got %s", got)
	}
}

func TestNoWorkerIsLeft(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal 0 there")
	}
	s := startKernel(t)
	c := s.connect(t)
	_, got := c.execute("pid")
	pid, err := strconv.Atoi(strings.TrimPrefix(got[2], "execute_result [1] "))
	if err != nil {
		t.Fatal(err)
	}
	c.send(c.shell, "shutdown_request", nil, wire.Shutdown{}) // on shell, for a change
	if m := c.next(c.shellIn); m.Header.MsgType != "shutdown_reply" {
		t.Error(describe(m))
	}
	s.wait(t)
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Signal(syscall.Signal(0))
	}
	if err == nil {
		t.Errorf("process %d is alive", pid)
	}
	if _, err := os.Stat(s.conn.IP + "-1"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("socket file: %v", err)
	}
}

func TestServeFails(t *testing.T) {
	s := startKernel(t)
	s.connect(t)
	err := Serve(context.Background(), s.conn, Config{Worker: toy.Command})
	if err == nil || !strings.Contains(err.Error(), s.conn.Endpoint(1)) {
		t.Errorf("a second kernel on the same sockets: %v", err)
	}
	missing := filepath.Join(t.TempDir(), "heddle")
	err = Serve(context.Background(), s.conn, Config{Worker: func() *exec.Cmd { return exec.Command(missing) }})
	if err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("no worker: %v", err)
	}
}

func BenchmarkCell(b *testing.B) {
	c := startKernel(b).connect(b)
	for b.Loop() {
		c.execute("")
	}
}
