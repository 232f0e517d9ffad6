package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"strconv"
	"strings"
)

// Ports are the five sockets of a kernel.
type Ports struct {
	Shell     int `json:"shell_port"`
	IOPub     int `json:"iopub_port"`
	Stdin     int `json:"stdin_port"`
	Control   int `json:"control_port"`
	Heartbeat int `json:"hb_port"`
}

// Connection is what a connection file says.
type Connection struct {
	Ports
	Transport string // tcp or ipc
	IP        string // for ipc a path, to which -PORT is added
	Key       []byte // empty: messages are not signed
}

// ReadConnection reads the connection file that Jupyter wrote.
func ReadConnection(path string) (Connection, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Connection{}, fmt.Errorf("read the connection file: %w", err)
	}
	c, err := ParseConnection(text)
	if err != nil {
		return Connection{}, fmt.Errorf("connection file %s: %w", path, err)
	}
	return c, nil
}

// ParseConnection reads the JSON of a connection file. It refuses what it cannot
// honour: encryption above all, which is never left out silently. A missing
// transport is tcp and a missing signature_scheme hmac-sha256; nothing else may
// be missing.
func ParseConnection(text []byte) (Connection, error) {
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && bad.Field != "" {
			return Connection{}, fmt.Errorf("%s is a %s, want a %s", bad.Field, bad.Value, kind(bad))
		}
		return Connection{}, fmt.Errorf("not a JSON object: %w", err)
	}
	if f.CurvePublic != nil || f.CurveSecret != nil {
		return Connection{}, errors.New("it asks for encryption (CURVE keys), which this kernel does not have; start it without")
	}
	if s := f.Scheme; s != "" && s != "hmac-sha256" {
		return Connection{}, fmt.Errorf("unknown signature_scheme %q, want hmac-sha256", s)
	}
	if missing := f.missing(); missing != nil {
		return Connection{}, fmt.Errorf("%s missing", strings.Join(missing, ", "))
	}
	c := Connection{Ports: f.Ports, Transport: f.Transport, IP: f.IP, Key: []byte(*f.Key)}
	if c.Transport == "" {
		c.Transport = "tcp"
	}
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return Connection{}, fmt.Errorf("unknown transport %q, want tcp or ipc", c.Transport)
	}
	for _, p := range f.named() {
		if p.port < 0 || c.Transport == "tcp" && p.port > 65535 {
			return Connection{}, fmt.Errorf("%s %d is no port", p.name, p.port)
		}
	}
	return c, nil
}

// file is a connection file as it is written.
type file struct {
	Ports
	Transport   string  `json:"transport"`
	IP          string  `json:"ip"`
	Key         *string `json:"key"` // may be empty, but has to be there
	Scheme      string  `json:"signature_scheme"`
	CurvePublic *string `json:"curve_publickey"`
	CurveSecret *string `json:"curve_secretkey"`
}

type namedPort struct {
	name string
	port int
}

func (f *file) named() []namedPort {
	return []namedPort{
		{"shell_port", f.Shell},
		{"iopub_port", f.IOPub},
		{"stdin_port", f.Stdin},
		{"control_port", f.Control},
		{"hb_port", f.Heartbeat},
	}
}

func (f *file) missing() (names []string) {
	for _, p := range f.named() {
		if p.port == 0 {
			names = append(names, p.name)
		}
	}
	if f.IP == "" {
		names = append(names, "ip")
	}
	if f.Key == nil {
		names = append(names, "key")
	}
	return names
}

func kind(bad *json.UnmarshalTypeError) string {
	if bad.Type.Kind() == reflect.Int {
		return "number"
	}
	return bad.Type.String()
}

// Endpoint is the address of one of c's ports as ZeroMQ spells it.
func (c Connection) Endpoint(port int) string {
	if c.Transport == "ipc" {
		return "ipc://" + c.IP + "-" + strconv.Itoa(port)
	}
	return "tcp://" + net.JoinHostPort(strings.Trim(c.IP, "[]"), strconv.Itoa(port))
}
