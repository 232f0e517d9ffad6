package install

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// TestMain lets the test binary be the executable that is installed, and a
// heddle that can be killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "version":
			fmt.Println("heddle of the tests")
			os.Exit(0)
		case "wait": // until stdin ends
			fmt.Println("waiting")
			io.Copy(io.Discard, os.Stdin)
			fmt.Println("still here")
			os.Exit(0)
		case "serve":
			serve(os.Args[2:])
		case "setup":
			_, err := Setup(context.Background(), LabPins, nil)
			fmt.Println(err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// serve is a JupyterLab as far as Lab can see: it listens on its port until it
// is asked to end.
func serve(args []string) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	for _, arg := range args {
		if port, ok := strings.CutPrefix(arg, "--ServerApp.port="); ok {
			if _, err := net.Listen("tcp", "127.0.0.1:"+port); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
	}
	<-asked
	fmt.Println("asked to end")
	os.Exit(0)
}
