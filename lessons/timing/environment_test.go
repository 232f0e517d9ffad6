package timing

import (
	"strings"
	"testing"
	"testing/fstest"
)

func files(pairs ...string) fstest.MapFS {
	root := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		root[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return root
}

func TestQuota(t *testing.T) {
	for _, test := range []struct {
		name string
		root fstest.MapFS
		want float64
	}{
		{"no files", files(), 0},
		{"v2 without a limit", files("proc/self/cgroup", "0::/\n", "sys/fs/cgroup/cpu.max", "max 100000\n"), 0},
		{"v2 at the root", files("proc/self/cgroup", "0::/\n", "sys/fs/cgroup/cpu.max", "150000 100000\n"), 1.5},
		{"v2, the parent allows less", files("proc/self/cgroup", "0::/a/b\n",
			"sys/fs/cgroup/a/cpu.max", "50000 100000\n", "sys/fs/cgroup/a/b/cpu.max", "200000 100000\n"), 0.5},
		{"v1", files("proc/self/cgroup", "3:cpuset:/\n2:cpuacct,cpu:/x\n",
			"sys/fs/cgroup/cpu/x/cpu.cfs_quota_us", "200000\n", "sys/fs/cgroup/cpu/x/cpu.cfs_period_us", "100000\n"), 2},
		{"v1 without a limit", files("proc/self/cgroup", "1:cpu:/\n",
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"), 0},
		{"nonsense", files("proc/self/cgroup", "0::/\n:::\nx", "sys/fs/cgroup/cpu.max", "fast\n"), 0},
		{"above its root", files("proc/self/cgroup", "0::/../x\n", "sys/fs/cgroup/cpu.max", "100000 100000\n"), 1},
	} {
		if got := quota(test.root); got != test.want {
			t.Errorf("%s: quota is %v, want %v", test.name, got, test.want)
		}
	}
}

func TestMachine(t *testing.T) {
	root := files("proc/loadavg", "0.52 0.40 0.33 1/200 4711\n",
		"proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast: 3000\n")
	if got := load(root); got != 0.52 {
		t.Errorf("load is %v", got)
	}
	if got := cpuName(root); got != "Fast: 3000" {
		t.Errorf("the processor's name is %q", got)
	}
	if load(files()) >= 0 || cpuName(files()) != "" {
		t.Error("without files the load or the name is known")
	}
}

func TestCardNotes(t *testing.T) {
	for _, test := range []struct {
		name string
		card Card
		want string // in the only note; "" if there is none
	}{
		{"fine", Card{Cores: 4, Procs: 4, Load: 0.5}, ""},
		{"unknown load", Card{Cores: 4, Procs: 4, Load: -1}, ""},
		{"one processor", Card{Cores: 4, Procs: 1}, "one processor only"},
		{"some cores", Card{Cores: 4, Procs: 2}, "2 of 4 cores"},
		{"quota", Card{Cores: 4, Procs: 4, Quota: 1.5}, "1.5 cores' worth"},
		{"busy", Card{Cores: 2, Procs: 2, Load: 3}, "busy"},
	} {
		got := strings.Join(test.card.warnings(), "\n")
		if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: the notes are %q, want %q", test.name, got, test.want)
		}
	}
}

func TestCardText(t *testing.T) {
	c := Card{Cores: 2, Procs: 2, Quota: 1.5, Load: 0.25, CPU: "Fast", Go: "go1.26 linux/amd64", Engine: "compiled", Notes: []string{"Note well."}}
	want := `cores       2 (Fast)
GOMAXPROCS  2
CPU quota   1.5 cores
load        0.25 over the last minute
Go          go1.26 linux/amd64
engine      compiled
(This machine)
Note: Note well.
`
	if got := c.String(); got != want {
		t.Errorf("the card is\n%s\nwant\n%s", got, want)
	}
}

func TestEngine(t *testing.T) {
	if got := Environment().Engine; got != "compiled" {
		t.Errorf("engine is %q before it is set", got)
	}
	SetEngine("interpreted")
	defer SetEngine("compiled")
	if got := Environment().Engine; got != "interpreted" {
		t.Errorf("engine is %q after it was set", got)
	}
}
