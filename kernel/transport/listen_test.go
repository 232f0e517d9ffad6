package transport

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-zeromq/zmq4"
)

func TestListenTCP(t *testing.T) {
	for endpoint, want := range map[string]string{
		"tcp://127.0.0.1:0": "127.0.0.1",
		"tcp://0.0.0.0:0":   "0.0.0.0",
		"tcp://*:0":         "0.0.0.0",
		"tcp://localhost:0": "127.0.0.1",
	} {
		l, err := Listen(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		if host, port, _ := net.SplitHostPort(l.Addr().String()); host != want || port == "0" {
			t.Errorf("%s: listens on %s", endpoint, l.Addr())
		}
		l.Close()
	}
}

func TestListenRefuses(t *testing.T) {
	for _, endpoint := range []string{"", "tcp://", "127.0.0.1:0", "tcp://127.0.0.1", "inproc://x", "udp://127.0.0.1:0",
		"ipc://", "ipc:///nowhere/at/all"} {
		if l, err := Listen(endpoint); err == nil {
			l.Close()
			t.Errorf("%q: no error", endpoint)
		}
	}
}

func TestListenIPC(t *testing.T) {
	dir, err := os.MkdirTemp("", "") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "kernel-1")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false) // as after kill -9
	stale.Close()

	l, err := Listen("ipc://" + path)
	if err != nil {
		t.Fatalf("a stale socket file: %v", err)
	}
	if other, err := Listen("ipc://" + path); err == nil {
		other.Close()
		t.Error("a live socket was taken over")
	}
	h := NewRep(l, Options{})
	c := connect(t, l, zmq4.Req, "")
	c.send("", "ping")
	c.want("", "ping")
	h.Close()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the socket file stays: %v", err)
	}

	if err := os.WriteFile(path, []byte("notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := Listen("ipc://" + path); err == nil {
		l.Close()
		t.Error("a regular file was replaced")
	}
	if b, err := os.ReadFile(path); string(b) != "notes" {
		t.Errorf("%q, %v", b, err)
	}
}
