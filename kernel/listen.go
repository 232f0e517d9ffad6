package kernel

import (
	"net"

	"heddle/kernel/transport"
	"heddle/kernel/wire"
)

// listenAll opens a listener for each of the ports, or none.
func listenAll(conn wire.Connection, ports []int) (listeners []net.Listener, err error) {
	defer func() {
		if err != nil {
			for _, l := range listeners {
				l.Close()
			}
		}
	}()
	for _, port := range ports {
		l, err := transport.Listen(conn.Endpoint(port))
		if err != nil {
			return listeners, err
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}
