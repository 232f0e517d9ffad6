//go:build unix

package kernel

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"heddle/kernel/internal/toy"
	"heddle/kernel/wire"
)

const roleVariable = "HEDDLE_TEST_ROLE"

// playRole is called by TestMain. In a process that TestKernelEndsWithItsParent
// started it does not return.
func playRole() {
	switch os.Getenv(roleVariable) {
	case "parent":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), roleVariable+"=kernel", "JPY_PARENT_PID="+strconv.Itoa(os.Getpid()))
		child.Stdout = os.Stdout
		exitOn(child.Start())
		_, err := io.ReadAll(os.Stdin) // until we shall die
		exitOn(err)
		os.Exit(0)
	case "kernel":
		conn, err := wire.ReadConnection(os.Getenv("HEDDLE_TEST_CONNECTION"))
		exitOn(err)
		exitOn(Serve(context.Background(), conn, Config{Worker: toy.Command, History: os.Getenv("HEDDLE_TEST_HISTORY")}))
		fmt.Println("ended")
		os.Exit(0)
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func TestKernelEndsWithItsParent(t *testing.T) {
	dir, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s := &server{conn: wire.Connection{
		Ports:     wire.Ports{Shell: 1, IOPub: 2, Stdin: 3, Control: 4, Heartbeat: 5},
		Transport: "ipc", IP: dir + "/k", Key: []byte("secret"),
	}}
	file := dir + "/connection.json"
	text := fmt.Sprintf(`{"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,
		"transport":"ipc","ip":%q,"key":"secret"}`, s.conn.IP)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), roleVariable+"=parent", "HEDDLE_TEST_CONNECTION="+file)
	stdin, err := parent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	defer parent.Wait()
	s.connect(t).execute("print a") // the kernel is up
	stdin.Close()
	got, err := io.ReadAll(stdout) // until the parent and the kernel are gone
	if err != nil || string(got) != "ended\n" {
		t.Errorf("%q, %v", got, err)
	}
}
