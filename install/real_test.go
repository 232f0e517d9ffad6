package install_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"heddle/install"
	"heddle/install/jupytertest"
)

func TestSetupReal(t *testing.T) {
	j := jupytertest.Setup(t)
	out, err := j.Command(t.Context(), "python", "-m", "pip", "freeze").Output()
	if err != nil {
		t.Fatal(err)
	}
	pins, err := os.ReadFile("pins.txt")
	if err != nil {
		t.Fatal(err)
	}
	// Names are compared as Python's index compares them.
	fold := func(b []byte) []string {
		return strings.Fields(strings.ReplaceAll(strings.ToLower(string(b)), "_", "-"))
	}
	pinned := fold(pins)
	for _, line := range fold(out) {
		if !slices.Contains(pinned, line) {
			t.Errorf("%s is installed and not pinned", line)
		}
	}
	const imports = "import jupyter_kernel_test, nbclient, nbconvert, ipykernel, jupyter_console, playwright.sync_api"
	if out, err := j.Command(t.Context(), "python", "-c", imports).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestLabReal(t *testing.T) {
	j := jupytertest.Setup(t)
	place, err := install.Prefix(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := install.Kernelspec(place, "heddle"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"} {
		t.Setenv(name, t.TempDir())
	}
	said, out := io.Pipe()
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error)
	go func() {
		err := install.Lab(ctx, install.LabOptions{Jupyter: j, Place: place, Dir: t.TempDir(), Out: out, Log: &log})
		out.Close()
		ended <- err
	}()
	page := ""
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.Contains(lines.Text(), "http://") {
			page = strings.TrimSpace(lines.Text())
		}
		if strings.Contains(lines.Text(), "Ctrl-C") {
			checkServer(t, page)
			cancel()
		}
	}
	if err := <-ended; err != nil || page == "" {
		t.Errorf("page %q, error %v, log\n%s", page, err, log.String())
	}
}

func checkServer(t *testing.T, page string) {
	base, token, _ := strings.Cut(page, "/lab?token=")
	get := func(path, token string) (int, []byte) {
		url := base + path + "?token=" + token
		resp, err := http.Get(url)
		if err != nil {
			t.Error(err)
			return 0, nil
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		return resp.StatusCode, body
	}
	var specs struct {
		Kernelspecs map[string]struct {
			Spec struct {
				DisplayName string `json:"display_name"`
			}
			Resources map[string]string
		}
	}
	if status, _ := get("/api/kernelspecs", "wrong"); status != http.StatusForbidden {
		t.Errorf("a wrong token gets status %d", status)
	}
	_, body := get("/api/kernelspecs", token)
	if err := json.Unmarshal(body, &specs); err != nil {
		t.Errorf("%v in %s", err, body)
	}
	ours := specs.Kernelspecs["heddle"]
	if ours.Spec.DisplayName != "Go (heddle)" {
		t.Errorf("kernelspecs are %s", body)
	}
	for _, name := range []string{"logo-32x32", "logo-64x64", "logo-svg"} {
		if status, logo := get(ours.Resources[name], token); status != http.StatusOK || len(logo) == 0 {
			t.Errorf("%s: status %d, %d bytes", name, status, len(logo))
		}
	}
	_, lab := get("/lab", token)
	for _, want := range []string{`"buildCheck": false`, `"disabledExtensions": ["@jupyterlab/apputils-extension:announcements"]`} {
		if !bytes.Contains(lab, []byte(want)) {
			t.Errorf("the page does not have %s", want)
		}
	}
}
