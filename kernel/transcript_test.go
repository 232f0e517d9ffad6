package kernel

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"heddle/kernel/wire"
)

// TestTranscripts plays testdata/*.txt, each against a new kernel. A file has
// sections, which begin with a "-- name --" line:
//
//	cell [FLAG...]     sends an execute_request; the flags are silent, no-history, no-stop, stdin
//	shell TYPE         sends a message with this content, also control TYPE
//	answer             answers the latest input_request
//	messages           what comes next, of every socket in its order: N TYPE ...,
//	                   where N is the request (the first one is 1) that it belongs to
//	messages apart     the same, but only those of one request are in order
//
// After the last section the kernel is shut down, and must have sent nothing else.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := &player{client: startKernel(t).connect(t), numbers: map[string]int{}, pending: map[string][]*wire.Message{}}
			for _, s := range sections(string(text)) {
				p.play(s)
			}
			if !slices.Contains(p.sent, "shutdown_request") {
				p.play(section{name: "control shutdown_request", body: `{"restart":false}`})
				n := strconv.Itoa(len(p.sent))
				p.play(section{name: "messages", body: n + " status busy\n" +
					n + " shutdown_reply {\"status\":\"ok\",\"restart\":false}\n" + n + " status idle\n" +
					n + " shutdown_reply {\"status\":\"ok\",\"restart\":false}\n"})
			}
			for _, socket := range []string{"iopub", "shell", "control"} {
				if m := p.nextOf(socket, 0); m != nil {
					t.Errorf("after the end: %s", p.line(m))
				}
			}
		})
	}
}

type section struct{ name, body string }

func sections(text string) (all []section) {
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "-- "); ok {
			all = append(all, section{name: strings.TrimSuffix(strings.TrimSpace(name), " --")})
		} else if len(all) > 0 { // what stands before the first section explains the file
			all[len(all)-1].body += line
		}
	}
	return all
}

type player struct {
	*client
	sentOn  []string                   // the sockets of the requests
	sent    []string                   // types of the requests
	numbers map[string]int             // msg_id of a request -> its number
	asked   *wire.Message              // the latest input_request
	pending map[string][]*wire.Message // of a socket, read but not expected yet
}

func (p *player) play(s section) {
	verb, rest, _ := strings.Cut(s.name, " ")
	switch verb {
	case "cell":
		stop, store := !strings.Contains(rest, "no-stop"), !strings.Contains(rest, "no-history")
		p.request("shell", "execute_request", wire.ExecuteRequest{
			Code:         strings.TrimSuffix(s.body, "\n"),
			Silent:       strings.Contains(rest, "silent"),
			AllowStdin:   strings.Contains(rest, "stdin"),
			StoreHistory: &store,
			StopOnError:  &stop,
		})
	case "shell", "control":
		p.request(verb, rest, json.RawMessage(s.body))
	case "answer":
		p.send(p.stdin, "input_reply", p.asked, wire.InputReply{Value: strings.TrimSuffix(s.body, "\n")})
	case "messages":
		p.expect(strings.Split(strings.TrimSpace(s.body), "\n"), rest == "apart")
	default:
		p.t.Fatalf("unknown section %q", s.name)
	}
}

func (p *player) request(socket, msgType string, content any) {
	to := p.shell
	if socket == "control" {
		to = p.control
	}
	m := p.send(to, msgType, nil, content)
	p.sent, p.sentOn = append(p.sent, msgType), append(p.sentOn, socket)
	p.numbers[m.Header.MsgID] = len(p.sent)
}

// expect reads as many messages of each socket as there are lines for it. Stream
// messages in a row count as one: how text is cut is not promised.
func (p *player) expect(lines []string, apart bool) {
	p.t.Helper()
	type group struct {
		socket string
		number int // 0: any
	}
	want := map[group][]string{}
	for _, line := range lines {
		number, rest, _ := strings.Cut(line, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n > len(p.sent) {
			p.t.Fatalf("bad line %q", line)
		}
		g := group{socket: p.socketOf(strings.Fields(rest)[0], n)}
		if apart {
			g.number = n
		}
		if g.socket == "control" && strings.HasPrefix(rest, "shutdown_reply") && !slices.Contains(want[group{"iopub", g.number}], line) {
			g.socket = "iopub" // it comes there first
		}
		want[g] = append(want[g], line)
	}
	for g, want := range want {
		if got := p.read(g.socket, g.number, want); !slices.Equal(got, want) {
			p.t.Fatalf("%s:\n%s\nwant:\n%s", g.socket, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// socketOf says where a message of a type comes, for request n.
func (p *player) socketOf(msgType string, n int) string {
	switch {
	case msgType == "input_request":
		return "stdin"
	case !strings.HasSuffix(msgType, "_reply"):
		return "iopub"
	}
	return p.sentOn[n-1]
}

// nextOf is the next message of a socket that belongs to request n, if n is not
// 0, and nil when the socket is closed.
func (p *player) nextOf(socket string, n int) *wire.Message {
	for i, m := range p.pending[socket] {
		if n == 0 || p.numbers[m.ParentID()] == n {
			p.pending[socket] = slices.Delete(p.pending[socket], i, i+1)
			return m
		}
	}
	in := map[string]chan *wire.Message{"iopub": p.iopubIn, "shell": p.shellIn, "control": p.controlIn, "stdin": p.stdinIn}
	for {
		m := p.next(in[socket])
		if m == nil || n == 0 || p.numbers[m.ParentID()] == n {
			return m
		}
		p.pending[socket] = append(p.pending[socket], m)
	}
}

func (p *player) line(m *wire.Message) string {
	return fmt.Sprintf("%d %s", p.numbers[m.ParentID()], describe(m))
}

func (p *player) read(socket string, n int, want []string) (got []string) {
	var last *wire.Message
	var text string
	for !slices.Equal(got, want) {
		m := p.nextOf(socket, n)
		if m == nil {
			return append(got, "(closed)")
		}
		if m.Header.MsgType == "input_request" {
			p.asked = m
		}
		var s wire.Stream
		if m.Header.MsgType == "stream" {
			if err := json.Unmarshal(m.Content, &s); err != nil {
				p.t.Fatal(err)
			}
			if last != nil && last.Header.MsgType == "stream" && last.ParentID() == m.ParentID() && strings.Contains(got[len(got)-1], " "+s.Name+" ") {
				text += s.Text
				got[len(got)-1] = fmt.Sprintf("%d stream %s %q", p.numbers[m.ParentID()], s.Name, text)
				continue
			}
			text = s.Text
		}
		last, got = m, append(got, p.line(m))
		if len(got) > len(want) || m.Header.MsgType != "stream" && got[len(got)-1] != want[len(got)-1] {
			return got
		}
	}
	return got
}
