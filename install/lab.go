package install

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// LabOptions says what Lab starts. Browser, Open, Port and Log may be left out.
type LabOptions struct {
	Jupyter Jupyter
	Place   Place     // where the kernelspec is: this Jupyter looks there first
	Dir     string    // the folder that the learner sees
	Open    string    // the notebook in Dir to open; "" for the first one
	Port    int       // 0 for the first free one from 8888 on
	Browser bool      // open a browser
	Out     io.Writer // gets the address
	Log     io.Writer // gets what the server prints, or nil
}

// Lab runs JupyterLab on 127.0.0.1, with a token of its own, until ctx ends or
// the learner shuts it down in its menu, and returns nil then. The address goes
// to Out once the server listens.
func Lab(ctx context.Context, o LabOptions) error {
	cmd, at, err := o.command(ctx)
	if err != nil {
		return err
	}
	server := &tail{line: func(text string) {
		if o.Log != nil {
			fmt.Fprintln(o.Log, text)
		}
	}}
	cmd.Stdout, cmd.Stderr = server, server
	cmd.WaitDelay = 10 * time.Second // for the server's kernels to end
	apart(cmd)
	cmd.Cancel = func() error { return askToEnd(cmd, at.end) }

	starting, started := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		if at.answers(starting) {
			fmt.Fprintf(o.Out, "JupyterLab %s runs at\n    %s\nCtrl-C ends it\n", o.Jupyter.Version, at.page)
		}
	})
	err = cmd.Run()
	started()
	watch.Wait()

	if ctx.Err() != nil || err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	err = &outputError{fmt.Errorf("JupyterLab: %w", err), server.last()}
	if strings.Contains(strings.Join(server.last(), "\n"), fmt.Sprintf("port %d is already in use", o.Port)) {
		return portInUse(o.Port, err)
	}
	return &Error{err.Error(), "heddle doctor shows what is there; to see whether JupyterLab runs by itself: " + strings.Join(o.Jupyter.lab, " "), err}
}

// command is the server's command line, and how to reach the server.
func (o *LabOptions) command(ctx context.Context) (*exec.Cmd, address, error) {
	var none address
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, none, err
	}
	if o.Open == "" {
		notebooks, _ := filepath.Glob(filepath.Join(dir, "*.ipynb"))
		if len(notebooks) > 0 {
			o.Open = filepath.Base(notebooks[0])
		}
	}
	if o.Port, err = freePort(o.Port); err != nil {
		return nil, none, err
	}
	config, err := labConfig()
	if err != nil {
		return nil, none, err
	}
	at := newAddress(o.Port, o.Open)
	args := append(o.Jupyter.lab[1:len(o.Jupyter.lab):len(o.Jupyter.lab)],
		"--ServerApp.ip=127.0.0.1",
		"--ServerApp.port="+strconv.Itoa(o.Port),
		"--ServerApp.port_retries=0",
		"--ServerApp.base_url=/",
		"--ServerApp.root_dir="+dir,
		"--LabApp.default_url="+at.path,
	)
	if !o.Browser {
		args = append(args, "--no-browser")
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	cmd := o.Jupyter.Command(ctx, filepath.Base(o.Jupyter.lab[0]), args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Env,
		"JUPYTER_TOKEN="+at.token, // not on the command line, where everybody on the machine can read it
		"JUPYTER_PATH="+prepend(o.Place.data, "JUPYTER_PATH"),
		"JUPYTER_CONFIG_PATH="+prepend(config, "JUPYTER_CONFIG_PATH"),
	)
	return cmd, at, nil
}

func prepend(dir, variable string) string {
	if old := os.Getenv(variable); old != "" {
		return dir + string(os.PathListSeparator) + old
	}
	return dir
}

// quiet is a page_config.json: JupyterLab offers neither its news and updates
// nor to rebuild itself, so that a learner sees the lesson and nothing else.
const quiet = `{
  "buildAvailable": false,
  "buildCheck": false,
  "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}
}
`

// labConfig returns a folder for JUPYTER_CONFIG_PATH that makes JupyterLab quiet.
func labConfig() (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "jupyter-config")
	err = os.MkdirAll(filepath.Join(dir, "labconfig"), 0o755)
	if err == nil {
		err = writeFile(filepath.Join(dir, "labconfig", "page_config.json"), []byte(quiet))
	}
	return dir, describe("write in "+dir, err)
}

// address is where a server of ours is.
type address struct {
	host  string
	path  string
	token string
	page  string // all in one
}

func newAddress(port int, notebook string) address {
	random := make([]byte, 24)
	rand.Read(random)
	a := address{
		host:  net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		path:  "/lab",
		token: hex.EncodeToString(random),
	}
	if notebook != "" {
		a.path = (&url.URL{Path: "/lab/tree/" + filepath.ToSlash(notebook)}).EscapedPath()
	}
	a.page = "http://" + a.host + a.path + "?token=" + a.token
	return a
}

// answers waits until something listens there and reports whether it does; it
// gives up when ctx ends. What JupyterLab prints is no sign: it says that it
// runs before it listens.
func (a address) answers(ctx context.Context) bool {
	const again = 50 * time.Millisecond
	tick := time.NewTicker(again)
	defer tick.Stop()
	var dialer net.Dialer
	for {
		if conn, err := dialer.DialContext(ctx, "tcp", a.host); err == nil {
			conn.Close()
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}

// end asks the server to end, over HTTP.
func (a address) end() error {
	req, err := http.NewRequest(http.MethodPost, "http://"+a.host+"/api/shutdown", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token "+a.token)
	client := http.Client{Timeout: 3 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// freePort returns want if nothing listens there, or the first free port from
// 8888 on if want is 0.
func freePort(want int) (int, error) {
	listen := func(port int) (int, error) {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			return 0, err
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port, nil
	}
	if want != 0 {
		port, err := listen(want)
		switch {
		case err == nil:
			return port, nil
		case errors.Is(err, os.ErrPermission):
			return 0, &Error{fmt.Sprintf("port %d may not be used by you", want), "choose one above 1023 with --port, or leave --port out", err}
		}
		return 0, portInUse(want, err)
	}
	const usual, some = 8888, 20
	for port := usual; port < usual+some; port++ {
		if port, err := listen(port); err == nil {
			return port, nil
		}
	}
	return listen(0)
}

func portInUse(port int, err error) error {
	return &Error{
		Cause: fmt.Sprintf("port %d is in use", port),
		Hint:  "choose another one with --port, or leave --port out",
		Err:   err,
	}
}
