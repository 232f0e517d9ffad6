package install

import (
	"path/filepath"
	"testing"
)

func TestUserData(t *testing.T) {
	type env map[string]string
	for _, tt := range []struct {
		goos string
		env  env
		want string
	}{
		{"linux", nil, "/home/me/.local/share/jupyter"},
		{"linux", env{"XDG_DATA_HOME": "/data"}, "/data/jupyter"},
		{"darwin", env{"XDG_DATA_HOME": "/data"}, "/home/me/Library/Jupyter"},
		{"windows", env{"APPDATA": "/roaming"}, "/roaming/jupyter"},
		{"windows", env{"JUPYTER_CONFIG_DIR": "/config"}, "/config/data"},
		{"windows", nil, "/home/me/.jupyter/data"},
	} {
		got := userData(tt.goos, "/home/me", func(name string) string { return tt.env[name] })
		if got != filepath.FromSlash(tt.want) {
			t.Errorf("%s with %v: %s, want %s", tt.goos, tt.env, got, tt.want)
		}
	}
}

func TestUserObeysJupyterDataDir(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", dir)
	if got, err := User(); err != nil || got.Data() != dir {
		t.Errorf("got %v, %v, want %s", got, err, dir)
	}
}

func TestSysPrefix(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CONDA_PREFIX", "/conda")
	for _, prefix := range []string{"/conda", dir} {
		if prefix == dir {
			t.Setenv("VIRTUAL_ENV", dir)
		} else {
			t.Setenv("VIRTUAL_ENV", "")
		}
		want, _ := Prefix(prefix)
		if got, err := SysPrefix(t.Context()); err != nil || got != want {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
}

func TestPrefixMustNotBeEmpty(t *testing.T) {
	if place, err := Prefix(""); err == nil {
		t.Errorf("got %v", place)
	}
}
