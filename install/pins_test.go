package install

import (
	"regexp"
	"strings"
	"testing"
)

func TestPinsAreExact(t *testing.T) {
	exact := regexp.MustCompile(`^[A-Za-z0-9_.-]+==[0-9][0-9.]*\n$`)
	for line := range strings.Lines(constraints) {
		if !exact.MatchString(line) {
			t.Errorf("%q is no exact pin", line)
		}
	}
	for _, pins := range []Pins{LabPins, TestPins} {
		for _, line := range pins.requirements() {
			if !strings.Contains("\n"+constraints, "\n"+line+"\n") {
				t.Errorf("%s is wanted and not pinned", line)
			}
		}
	}
	if LabPins.id() == TestPins.id() {
		t.Error("two sets have one id")
	}
}
