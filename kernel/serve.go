// Package kernel speaks the Jupyter protocol for a worker process that runs the
// cells: the queue of cells, busy and idle, history, interrupt and shutdown. It
// knows nothing of the language that the worker runs.
package kernel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"time"

	"heddle/interp/worker"
	"heddle/kernel/transport"
	"heddle/kernel/wire"
)

// linger is how long a client that does not read may delay the kernel's end.
// Jupyter kills a kernel that takes 5 s.
const linger = time.Second

// Config says what a kernel is, beyond the protocol.
type Config struct {
	Language                        wire.LanguageInfo
	Implementation, Version, Banner string
	HelpLinks                       []wire.HelpLink
	Worker                          func() *exec.Cmd // makes the command line of a worker process
	History                         string           // path of the history file, "" for none
	Log                             *slog.Logger     // nil: warnings go to stderr
}

// Serve runs a kernel on the sockets of conn, until a client asks for its
// shutdown, ctx ends, or the parent process that started it (JPY_PARENT_PID) is
// gone. None of these is an error: Serve fails only if it cannot start. Until
// it returns, SIGINT interrupts the running cell. When it has returned, all
// output is delivered as far as clients take it, and the worker process is gone
// with everything it started.
func Serve(ctx context.Context, conn wire.Connection, cfg Config) error {
	gone := parentGone() // before anything can take time in which it goes
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	defer signal.Stop(signals)
	k, err := open(conn, cfg)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	var loops sync.WaitGroup
	loops.Go(func() { k.receive(ctx, k.shell, k.take) })
	loops.Go(func() { k.receive(ctx, k.control, k.take) })
	loops.Go(func() { k.receive(ctx, k.stdin, k.takeInput) })
	loops.Go(func() { k.runCells(ctx) })
	loops.Go(func() { k.answerAsks(ctx) })
	loops.Go(func() { k.watchSignals(ctx, signals) })
	loops.Go(func() { watchParent(ctx, gone, stop) })
	k.publish(nil, "status", wire.Status{State: "starting"})

	var last shutdown
	select {
	case <-ctx.Done():
	case last = <-k.ending:
	}
	stop()
	k.warn("close the worker", k.worker.Close()) // ends the running cell, too
	loops.Wait()
	k.close(last)
	return nil
}

// kernel is what the parts of a running kernel share. A field that changes has
// its own lock or belongs to one goroutine.
type kernel struct {
	cfg     Config
	conn    wire.Connection
	log     *slog.Logger
	session *wire.Session
	worker  *worker.Worker
	history *history

	shell, control, stdin *transport.Router
	iopub                 *transport.XPub
	heartbeat             *transport.Rep

	cells   *queue  // execute requests
	asks    *queue  // requests that are answered while a cell runs, but not at once
	running running // the cell under way
	prompts prompts // input requests without an answer
	ending  chan shutdown

	audience  chan struct{} // closed when the first subscriber is there
	subscribe sync.Once     // closes audience

	count  int       // cells counted so far; runCells' own
	failed time.Time // when the reply of a failed cell was last sent; runCells' own
}

// open starts everything, or nothing.
func open(conn wire.Connection, cfg Config) (_ *kernel, err error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	k := &kernel{
		cfg:     cfg,
		conn:    conn,
		log:     cfg.Log,
		session: wire.NewSession(conn.Key),
		history: openHistory(cfg.History),
		cells:   newQueue(),
		asks:    newQueue(),
		ending:  make(chan shutdown, 1),

		audience: make(chan struct{}),
	}
	// The worker's process starts while the sockets are opened.
	if k.worker, err = worker.Start(cfg.Worker, cfg.Log); err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	if err := k.listen(); err != nil {
		return nil, errors.Join(err, k.worker.Close())
	}
	return k, nil
}

func (k *kernel) listen() error {
	ports := []int{k.conn.Shell, k.conn.Control, k.conn.Stdin, k.conn.IOPub, k.conn.Heartbeat}
	listeners, err := listenAll(k.conn, ports)
	if err != nil {
		return err
	}
	opt := transport.Options{Log: k.log}
	k.shell = transport.NewRouter(listeners[0], opt)
	k.control = transport.NewRouter(listeners[1], opt)
	k.stdin = transport.NewRouter(listeners[2], opt)
	k.iopub = transport.NewXPub(listeners[3], k.welcome, opt)
	k.heartbeat = transport.NewRep(listeners[4], opt)
	return nil
}

// close says goodbye: iopub first, so that whoever gets the reply to its
// shutdown_request has seen all output.
func (k *kernel) close(last shutdown) {
	if last.request != nil {
		k.publish(last.request.Message, "shutdown_reply", last.content)
		last.idle()
	}
	k.warn("close iopub", k.iopub.Close(linger))
	if last.request != nil {
		k.reply(last.request, last.content)
	}
	var closing sync.WaitGroup
	for _, socket := range []*transport.Router{k.control, k.shell, k.stdin} {
		closing.Go(func() { k.warn("close a socket", socket.Close(linger)) })
	}
	closing.Go(func() { k.warn("close the heartbeat", k.heartbeat.Close()) })
	closing.Wait()
}

func (k *kernel) warn(what string, err error) {
	if err != nil {
		k.log.Warn(what, "err", err)
	}
}
