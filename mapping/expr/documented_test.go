package expr

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The reference names every function as it is called, and what its examples give is what it says.
func TestEveryFunctionStandsInTheReferenceWithAnExampleThatIsTrue(t *testing.T) {
	data, err := os.ReadFile("../../connectors/README.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	for name, f := range language() {
		if !strings.Contains(page, "\n| `"+f.usage+"` |") {
			t.Errorf("%s: %q stands in no line of its own", name, f.usage)
		}
	}
	examples := regexp.MustCompile("(?m)^\\| (?:`[^`]+`)? ?\\| [^\n]* \\| `([^`]+)` \\| `([^`]+)` \\|$").FindAllStringSubmatch(page, -1)
	if len(examples) < len(language()) {
		t.Errorf("%d examples of %d functions", len(examples), len(language()))
	}
	for _, e := range examples {
		program, faults := Compile(at(e[1]), &Scope{Around: &Scope{Codes: codes}, Codes: codes})
		if faults != nil {
			t.Error(e[1], faults)
			continue
		}
		run := NewRun(sample)
		run.Enter(sample, 0)
		if v, err := program.Value(run); err != nil || Show(v) != e[2] {
			t.Errorf("%s = %s, %v; the page says %s", e[1], Show(v), err, e[2])
		}
	}
}
