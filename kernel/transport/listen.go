package transport

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"
)

// Listen opens a listener for an endpoint as a Jupyter connection file spells
// it: "tcp://127.0.0.1:5555", where port 0 picks one and host * is every IPv4
// address, or "ipc:///path/kernel-1". A socket file that a killed kernel left
// behind is replaced; one that somebody answers on is not.
func Listen(endpoint string) (net.Listener, error) {
	scheme, addr, _ := strings.Cut(endpoint, "://")
	var l net.Listener
	var err error
	switch {
	case addr == "":
		err = errors.New("want tcp://host:port or ipc://path")
	case scheme == "tcp":
		l, err = listenTCP(addr)
	case scheme == "ipc":
		if err = removeStale(addr); err == nil {
			l, err = net.Listen("unix", addr)
		}
	default:
		err = fmt.Errorf("unknown transport %q", scheme)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", endpoint, err)
	}
	return l, nil
}

// listenTCP keeps an IPv4 address IPv4: on "tcp", Go may turn 0.0.0.0 into
// [::], which a libzmq client and a firewall rule do not expect.
func listenTCP(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if host == "*" {
		host = "0.0.0.0"
	}
	network := "tcp"
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is4() {
		network = "tcp4"
	}
	return net.Listen(network, net.JoinHostPort(host, port))
}

// removeStale removes path if it is a socket that nobody listens on. Anything
// else stays, and net.Listen will say what is wrong with it.
func removeStale(path string) error {
	if strings.HasPrefix(path, "@") {
		return nil // Linux's abstract names have no file
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != fs.ModeSocket {
		return nil
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		c.Close()
		return nil
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return nil
	}
	return os.Remove(path)
}
