package wire

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const connectionFile = `{
  "shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5,
  "ip": "127.0.0.1", "key": "a0b1", "transport": "tcp",
  "signature_scheme": "hmac-sha256", "kernel_name": "heddle"
}`

func TestReadConnection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kernel.json")
	if err := os.WriteFile(path, []byte(connectionFile), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadConnection(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Ports != (Ports{1, 2, 3, 4, 5}) || string(c.Key) != "a0b1" {
		t.Errorf("got %+v", c)
	}
	if _, err := ReadConnection(path + "x"); err == nil || !strings.Contains(err.Error(), path+"x") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestConnectionIsRefused(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{`{`, `[`, "not a JSON object"},
		{connectionFile, `[]`, "not a JSON object"},
		{connectionFile, ``, "not a JSON object"},
		{connectionFile, `{}`, "shell_port, iopub_port, stdin_port, control_port, hb_port, ip, key missing"},
		{`"shell_port": 1, `, ``, "shell_port missing"},
		{`"key": "a0b1", `, ``, "key missing"},
		{`"shell_port": 1`, `"shell_port": "1"`, "shell_port is a string, want a number"},
		{`"shell_port": 1`, `"shell_port": 1.5`, "shell_port is a number 1.5, want a number"},
		{`"shell_port": 1`, `"shell_port": -1`, "shell_port -1 is no port"},
		{`"shell_port": 1`, `"shell_port": 65536`, "shell_port 65536 is no port"},
		{`"ip": "127.0.0.1"`, `"ip": 127`, "ip is a number, want a string"},
		{`tcp`, `inproc`, `unknown transport "inproc", want tcp or ipc`},
		{`hmac-sha256`, `hmac-md5`, `unknown signature_scheme "hmac-md5", want hmac-sha256`},
		{`"key"`, `"curve_publickey": "x", "curve_secretkey": "y", "key"`, "encryption"},
		{`"key"`, `"curve_secretkey": "", "key"`, "encryption"},
	} {
		text := strings.Replace(connectionFile, test.old, test.new, 1)
		_, err := ParseConnection([]byte(text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s -> %s: got %v, want %s", test.old, test.new, err, test.want)
		}
	}
}

func TestEndpoint(t *testing.T) {
	for _, test := range []struct {
		c    Connection
		want string
	}{
		{Connection{Transport: "tcp", IP: "127.0.0.1"}, "tcp://127.0.0.1:7"},
		{Connection{Transport: "tcp", IP: "*"}, "tcp://*:7"},
		{Connection{Transport: "tcp", IP: "::1"}, "tcp://[::1]:7"},
		{Connection{Transport: "tcp", IP: "[::1]"}, "tcp://[::1]:7"},
		{Connection{Transport: "ipc", IP: "/run/k"}, "ipc:///run/k-7"},
	} {
		if got := test.c.Endpoint(7); got != test.want {
			t.Errorf("%+v: got %s, want %s", test.c, got, test.want)
		}
	}
}

func FuzzParseConnection(f *testing.F) {
	f.Add([]byte(connectionFile))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseConnection(text)
		if err == nil && (c.IP == "" || c.Shell < 1 || c.Heartbeat < 1) {
			t.Errorf("accepted %+v", c)
		}
	})
}
