package kernel

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"heddle/kernel/internal/toy"
	"heddle/kernel/wire"
)

const patience = 20 * time.Second // before a test is given up

func TestMain(m *testing.M) {
	toy.Main()
	playRole()
	os.Exit(m.Run())
}

// A server is a kernel that runs in this process, with a worker of its own.
type server struct {
	conn  wire.Connection
	log   *logBuffer
	stop  context.CancelFunc
	ended chan error
}

func startKernel(t testing.TB, change ...func(*Config)) *server {
	dir, err := os.MkdirTemp("", "k") // short: a socket's path has about 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &server{
		conn: wire.Connection{
			Ports:     wire.Ports{Shell: 1, IOPub: 2, Stdin: 3, Control: 4, Heartbeat: 5},
			Transport: "ipc", IP: filepath.Join(dir, "k"), Key: []byte("secret"),
		},
		log:   &logBuffer{},
		ended: make(chan error, 1),
	}
	cfg := Config{
		Language:       wire.LanguageInfo{Name: "toy", FileExtension: ".toy"},
		Implementation: "heddle", Version: "1", Banner: "a toy",
		Worker: toy.Command,
		Log:    slog.New(slog.NewTextHandler(s.log, nil)),
	}
	for _, f := range change {
		f(&cfg)
	}
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	go func() { s.ended <- Serve(ctx, s.conn, cfg) }()
	t.Cleanup(func() {
		s.stop()
		s.wait(t)
	})
	return s
}

// wait waits for the kernel's end; it may be called more than once.
func (s *server) wait(t testing.TB) {
	select {
	case err := <-s.ended:
		if err != nil {
			t.Error(err)
		}
		s.ended <- nil
	case <-time.After(patience):
		t.Error("the kernel does not end")
	}
}

// A client is connected to all sockets of a kernel but the heartbeat.
type client struct {
	t                           testing.TB
	session                     *wire.Session
	shell, control, stdin       zmq4.Socket
	shellIn, controlIn, stdinIn chan *wire.Message
	iopubIn                     chan *wire.Message
	welcome                     *wire.Message
}

// connect connects a client. It sends the cells before it subscribes.
func (s *server) connect(t testing.TB, cells ...string) *client {
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	c := &client{t: t, session: wire.NewSession(s.conn.Key)}
	id := zmq4.WithID(zmq4.SocketIdentity(c.session.ID()))
	soon := zmq4.WithDialerRetry(5 * time.Millisecond)
	patient := zmq4.WithDialerMaxRetries(2000)
	quiet := zmq4.WithAutomaticReconnect(false)
	dial := func(socket zmq4.Socket, port int) (zmq4.Socket, chan *wire.Message) {
		if err := socket.Dial(s.conn.Endpoint(port)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { socket.Close() })
		return socket, c.receive(socket)
	}
	c.shell, c.shellIn = dial(zmq4.NewDealer(ctx, id, soon, patient, quiet), s.conn.Shell)
	c.control, c.controlIn = dial(zmq4.NewDealer(ctx, id, soon, patient, quiet), s.conn.Control)
	c.stdin, c.stdinIn = dial(zmq4.NewDealer(ctx, id, soon, patient, quiet), s.conn.Stdin)
	for _, code := range cells {
		c.send(c.shell, "execute_request", nil, wire.ExecuteRequest{Code: code})
		select { // a cell that does not wait for its audience is over long before
		case m := <-c.shellIn:
			t.Fatalf("%s before anybody could hear it", describe(m))
		case <-time.After(100 * time.Millisecond):
		}
	}
	sub := zmq4.NewSub(ctx, soon, patient, quiet)
	if err := sub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	_, c.iopubIn = dial(sub, s.conn.IOPub)
	c.welcome = c.next(c.iopubIn)
	return c
}

func (c *client) receive(socket zmq4.Socket) chan *wire.Message {
	in := make(chan *wire.Message, 10_000)
	go func() {
		defer close(in)
		for {
			raw, err := socket.Recv()
			if err != nil {
				return
			}
			m, err := c.session.Decode(raw.Frames)
			if err != nil {
				c.t.Errorf("%v: %q", err, raw.Frames)
				return
			}
			if m.ParentID() != "" || m.Header.MsgType == "iopub_welcome" {
				in <- m // else status starting, which the first client may be too late for
			}
		}
	}()
	return in
}

// next returns the next message of a socket, nil if it was closed.
func (c *client) next(in chan *wire.Message) *wire.Message {
	select {
	case m := <-in:
		return m
	case <-time.After(patience):
		c.t.Fatal("no message")
		return nil
	}
}

func (c *client) send(socket zmq4.Socket, msgType string, parent *wire.Message, content any) *wire.Message {
	m, err := c.session.New(msgType, parent, content)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := socket.Send(zmq4.NewMsgFrom(c.session.Encode(m)...)); err != nil {
		c.t.Fatal(err)
	}
	return m
}

// resend sends a message on shell as it is.
func (c *client) resend(m *wire.Message) {
	if err := c.shell.Send(zmq4.NewMsgFrom(c.session.Encode(m)...)); err != nil {
		c.t.Fatal(err)
	}
}

// execute sends a cell and returns its reply, and what was published for it
// until idle, a line a message.
func (c *client) execute(code string) (reply *wire.Message, published []string) {
	r := c.send(c.shell, "execute_request", nil, wire.ExecuteRequest{Code: code})
	reply = c.next(c.shellIn)
	for {
		m := c.next(c.iopubIn)
		if m.ParentID() != r.Header.MsgID {
			continue
		}
		line := describe(m)
		published = append(published, line)
		if line == "status idle" {
			return reply, published
		}
	}
}

// ask sends a request on shell and reads the content of its reply into v.
func (c *client) ask(msgType string, content, v any) *wire.Message {
	c.send(c.shell, msgType, nil, content)
	m := c.next(c.shellIn)
	if err := json.Unmarshal(m.Content, v); err != nil {
		c.t.Fatal(err)
	}
	return m
}

// describe writes a message as transcripts do.
func describe(m *wire.Message) string {
	var c struct {
		State  string            `json:"execution_state"`
		Status string            `json:"status"`
		Count  int               `json:"execution_count"`
		Name   string            `json:"name"`
		Text   string            `json:"text"`
		EName  string            `json:"ename"`
		EValue string            `json:"evalue"`
		Data   map[string]any    `json:"data"`
		Prompt string            `json:"prompt"`
		Secret bool              `json:"password"`
		Values map[string]any    `json:"user_expressions"`
		Pages  []wire.Payload    `json:"payload"`
		Shown  map[string]string `json:"transient"`
	}
	if err := json.Unmarshal(m.Content, &c); err != nil {
		return fmt.Sprintf("%s %s: %v", m.Header.MsgType, m.Content, err)
	}
	s := m.Header.MsgType
	switch s {
	case "status":
		return s + " " + c.State
	case "execute_input":
		return fmt.Sprintf("%s [%d]", s, c.Count)
	case "stream":
		return fmt.Sprintf("%s %s %q", s, c.Name, c.Text)
	case "execute_result":
		return fmt.Sprintf("%s [%d] %v", s, c.Count, c.Data["text/plain"])
	case "display_data", "update_display_data":
		return fmt.Sprintf("%s %s %v", s, c.Shown["display_id"], c.Data["text/plain"])
	case "error":
		return fmt.Sprintf("%s %s: %s", s, c.EName, c.EValue)
	case "input_request":
		return fmt.Sprintf("%s %q %v", s, c.Prompt, c.Secret)
	case "execute_reply":
		if c.Status != "ok" {
			return fmt.Sprintf("%s %s %s: %s", s, c.Status, c.EName, c.EValue)
		}
		s = fmt.Sprintf("%s %s [%d]", s, c.Status, c.Count)
		for _, p := range c.Pages {
			s += fmt.Sprintf(" page %v", p.Data["text/plain"])
		}
		if len(c.Values) > 0 {
			values, _ := json.Marshal(c.Values)
			s += " " + string(values)
		}
		return s
	}
	return s + " " + strings.TrimSpace(string(m.Content))
}
