package worker

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The processes under test are this binary itself: HEDDLE_TEST_ROLE says as what
// it runs.
func TestMain(m *testing.M) {
	switch role := os.Getenv("HEDDLE_TEST_ROLE"); role {
	case "":
		os.Exit(m.Run())
	case "kernel":
		kernel()
	default:
		if err := serve(role); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		EndGroup()
	}
}

// kernel is a kernel process that runs a cell without end.
func kernel() {
	w, err := Start(role("worker"), slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_, err = w.Do(context.Background(), Request{Execute: &Execute{Code: "child\nhang"}}, func(e Event) { fmt.Print(e.Stream.Text) })
	fmt.Println("the cell ended:", err)
}

// role makes the command line of this binary in a role. It hands on standard
// output: who reads that sees by its end that every process is gone.
func role(name string) func() *exec.Cmd {
	return func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "HEDDLE_TEST_ROLE="+name)
		cmd.Stdout = os.Stdout
		return cmd
	}
}

// serve is a worker process of some kind.
func serve(role string) error {
	requests, events, mark, err := Inherited()
	if err != nil {
		return err
	}
	switch role {
	case "dies":
		os.Exit(5)
	case "deaf":
		time.Sleep(time.Hour) // it reads no request
	}
	return Serve(requests, events, mark, &script{events: events, mark: mark, dies: role == "dies in restore", release: make(chan bool)})
}

// script is an interpreter whose cells are words, one a line:
//
//	print TEXT, error TEXT, exit N, garbage, hang, deafen, ask, keep NAME,
//	restored, late TEXT, release, child, at LINE
type script struct {
	events   io.Writer
	mark     *Mark
	dies     bool
	release  chan bool
	restored Restore
}

func (s *script) Execute(ctx context.Context, req Execute, out *Output) *Done {
	for line := range strings.Lines(req.Code) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "print":
			out.Print("stdout", rest+"\n")
		case "error":
			out.Print("stderr", rest+"\n")
		case "os":
			fmt.Fprintln(os.Stdout, rest)
		case "exit":
			n, _ := strconv.Atoi(rest)
			os.Exit(n)
		case "panic":
			go panic(rest)
			select {}
		case "garbage":
			fmt.Fprint(s.events, "no event\n")
			<-ctx.Done()
		case "hang":
			<-ctx.Done()
			return &Done{Failure: &Failure{Name: "Interrupted"}}
		case "deafen":
			select {}
		case "ask":
			text, err := out.Ask(rest, false)
			out.Print("stdout", fmt.Sprintln(text, err))
		case "keep":
			out.Keep(Kept{Declarations: []Declaration{{Cell: 1, Line: 1, Text: "func " + rest}}, Variables: []string{rest}})
		case "restored":
			out.Print("stdout", fmt.Sprintln(s.restored.Declarations, s.restored.Lost))
		case "late":
			go func() {
				<-s.release
				out.Print("stdout", rest+"\n")
				out.Flush()
				s.release <- true
			}()
		case "release":
			s.release <- true
			<-s.release
		case "child":
			cmd := exec.Command("sleep", "1000")
			cmd.Stdout = os.NewFile(1, "stdout")
			if err := cmd.Start(); err != nil {
				out.Print("stdout", err.Error())
			}
			out.Print("stdout", "started\n")
		case "at":
			n, _ := strconv.Atoi(rest)
			*s.mark.Word() = Position(req.Cell, n)
		}
	}
	return &Done{}
}

func (s *script) Complete(Complete) *Completions {
	return &Completions{Matches: []Candidate{{Text: "completed"}}}
}
func (s *script) Inspect(Inspect) *Inspection { panic("a fault in inspection") }
func (s *script) Finished(Finished) *Completeness {
	return &Completeness{Status: "complete"}
}

func (s *script) Restore(req Restore) {
	if s.dies {
		os.Exit(6)
	}
	s.restored = req
}
