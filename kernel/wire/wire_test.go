package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestRoundTrip(t *testing.T) {
	for _, key := range []string{"", "secret"} {
		client, kernel := NewSession([]byte(key)), NewSession([]byte(key))
		ask := must(client.New("execute_request", nil, ExecuteRequest{Code: "a < b && \"ü\""}))
		ask.Identities = [][]byte{[]byte("proxy")}
		ask.Buffers = [][]byte{[]byte("blob"), {}}
		got, err := kernel.Decode(client.Encode(ask))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, ask) {
			t.Errorf("got  %+v\nwant %+v", got, ask)
		}
		if s := string(got.Content); !strings.Contains(s, `a < b && \"ü\"`) {
			t.Errorf("content is escaped for HTML: %s", s)
		}
		reply := must(kernel.New("execute_reply", got, OK{"ok"}))
		back, err := client.Decode(kernel.Encode(reply))
		if err != nil {
			t.Fatal(err)
		}
		if back.ParentID() != ask.Header.MsgID || !bytes.Equal(back.Parent, ask.RawHeader) {
			t.Errorf("parent %s, want %s", back.Parent, ask.RawHeader)
		}
		if back.Header.Version != "5.5" || back.Header.Session != kernel.ID() {
			t.Errorf("header %+v", back.Header)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	client := NewSession([]byte("secret"))
	frames := func(change func([][]byte) [][]byte) [][]byte {
		return change(client.Encode(must(client.New("kernel_info_request", nil, struct{}{}))))
	}
	set := func(at int, text string) func([][]byte) [][]byte {
		return func(f [][]byte) [][]byte { f[at] = []byte(text); return f }
	}
	unsigned := func(header string) [][]byte {
		m := &Message{RawHeader: []byte(header), Parent: empty, Metadata: empty, Content: empty}
		return client.Encode(m)
	}
	for _, test := range []struct {
		name   string
		frames [][]byte
		want   error // nil: any
	}{
		{"nothing", nil, ErrNoDelimiter},
		{"no delimiter", frames(set(0, "<IDS>")), ErrNoDelimiter},
		{"four parts", frames(func(f [][]byte) [][]byte { return f[:5] }), ErrTooShort},
		{"no signature", frames(set(1, "")), ErrSignature},
		{"short signature", frames(func(f [][]byte) [][]byte { f[1] = f[1][:62]; return f }), ErrSignature},
		{"long signature", frames(func(f [][]byte) [][]byte { f[1] = append(f[1], '0', '0'); return f }), ErrSignature},
		{"no hex", frames(set(1, strings.Repeat("g", 64))), ErrSignature},
		{"other signature", frames(set(1, strings.Repeat("0", 64))), ErrSignature},
		{"other header", frames(set(2, `{"msg_id":"1","msg_type":"shutdown_request"}`)), ErrSignature},
		{"other parent", frames(set(3, `{"a":1}`)), ErrSignature},
		{"other metadata", frames(set(4, `{"a":1}`)), ErrSignature},
		{"other content", frames(set(5, `{"a":1}`)), ErrSignature},
		{"header is a list", unsigned(`[]`), nil},
		{"header is null", unsigned(`null`), nil},
		{"header is cut", unsigned(`{"msg_id":"1"`), nil},
		{"header without type", unsigned(`{"msg_id":"1"}`), nil},
		{"header without id", unsigned(`{"msg_type":"x"}`), nil},
		{"header in Latin-1", unsigned("{\"msg_id\":\"\xe4\",\"msg_type\":\"x\"}"), nil},
	} {
		m, err := NewSession([]byte("secret")).Decode(test.frames)
		if err == nil || m != nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, %v, want %v", test.name, m, err, test.want)
		}
	}
}

func TestReplay(t *testing.T) {
	client, kernel := NewSession([]byte("secret")), NewSession([]byte("secret"))
	frames := client.Encode(must(client.New("shutdown_request", nil, Shutdown{})))
	if _, err := kernel.Decode(frames); err != nil {
		t.Fatal(err)
	}
	upper := slices.Clone(frames)
	upper[1] = bytes.ToUpper(upper[1])
	// It is refused as long as no more than remembered others came in between.
	for range remembered - 1 {
		if _, err := kernel.Decode(client.Encode(must(client.New("x", nil, nil)))); err != nil {
			t.Fatal(err)
		}
	}
	for _, again := range [][][]byte{frames, upper} {
		if _, err := kernel.Decode(again); !errors.Is(err, ErrReplay) {
			t.Errorf("got %v, want %v", err, ErrReplay)
		}
	}
	for range 3 * remembered {
		if _, err := kernel.Decode(client.Encode(must(client.New("x", nil, nil)))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(kernel.seen) + len(kernel.old); n > 2*remembered {
		t.Errorf("remembers %d signatures, want at most %d", n, 2*remembered)
	}
}

func TestForgedSignatureIsNotRemembered(t *testing.T) {
	kernel := NewSession([]byte("secret"))
	frames := NewSession([]byte("wrong")).Encode(must(kernel.New("x", nil, nil)))
	for range 10 {
		if _, err := kernel.Decode(frames); !errors.Is(err, ErrSignature) {
			t.Fatal(err)
		}
	}
	if len(kernel.seen) != 0 {
		t.Error("a peer without the key fills the memory")
	}
}

// The signature was computed by jupyter_client 8.10.
func TestSignatureIsJupyters(t *testing.T) {
	m := &Message{
		RawHeader: json.RawMessage(`{"msg_id": "1", "msg_type": "kernel_info_request"}`),
		Parent:    empty, Metadata: empty, Content: empty,
	}
	const want = "ea569a9e0293799fb6b60f59fa2d43e3752424d700eff4b19ea9db48b966de91"
	if got := string(NewSession([]byte("a0b1c2")).Encode(m)[1]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.FixedZone("", 3600))
	if got := Date(at); got != "2026-01-02T02:04:05.000006Z" {
		t.Error(got)
	}
	for _, date := range []string{Date(at), "2026-01-02T03:04:05.000006+01:00"} {
		m := Message{Header: Header{Date: date}}
		if got, ok := m.Sent(); !ok || !got.Equal(at) {
			t.Errorf("%s: %v, %v", date, got, ok)
		}
	}
	if _, ok := (&Message{}).Sent(); ok {
		t.Error("a message without a date has one")
	}
}

func FuzzDecode(f *testing.F) {
	client := NewSession(nil)
	f.Add(join(client.Encode(must(client.New("execute_request", nil, ExecuteRequest{Code: "x := 1"})))))
	f.Fuzz(func(t *testing.T, data []byte) {
		frames := split(data)
		for _, key := range []string{"", "secret"} {
			kernel := NewSession([]byte(key))
			m, err := kernel.Decode(frames)
			if err != nil {
				continue
			}
			again, err := kernel.Decode(kernel.Encode(m))
			if err != nil || !reflect.DeepEqual(m, again) {
				t.Errorf("got %+v, %v\nwant %+v", again, err, m)
			}
			m.ParentID()
			m.Sent()
			reply := must(kernel.New("x_reply", m, OK{"ok"}))
			if !json.Valid(reply.Parent) {
				t.Errorf("parent %q", reply.Parent)
			}
		}
	})
}

// split and join write frames as one text: length, newline, frame.
func split(data []byte) (frames [][]byte) {
	for {
		head, rest, ok := bytes.Cut(data, []byte("\n"))
		n, err := strconv.Atoi(string(head))
		if !ok || err != nil || n < 0 || n > len(rest) {
			return frames
		}
		frames, data = append(frames, rest[:n:n]), rest[n:]
	}
}

func join(frames [][]byte) (data []byte) {
	for _, f := range frames {
		data = strconv.AppendInt(data, int64(len(f)), 10)
		data = append(append(data, '\n'), f...)
	}
	return data
}

// What the wire costs both ends of one cell without output.
func BenchmarkCell(b *testing.B) {
	client, kernel := NewSession([]byte("secret")), NewSession([]byte("secret"))
	for b.Loop() {
		ask, err := kernel.Decode(client.Encode(must(client.New("execute_request", nil, ExecuteRequest{Code: "x := 1"}))))
		if err != nil {
			b.Fatal(err)
		}
		for _, content := range []any{Status{"busy"}, ExecuteInput{"x := 1", 1}, ExecuteReply{Status: "ok"}, Status{"idle"}} {
			kernel.Encode(must(kernel.New("status", ask, content)))
		}
	}
}

func must(m *Message, err error) *Message {
	if err != nil {
		panic(err)
	}
	return m
}
