package credit

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every sentence of a decision has its Chinese twin, with as many figures.
func TestEveryReasonIsSaidInBothLanguages(t *testing.T) {
	var source []byte
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source = append(source, text...)
	}
	calls := regexp.MustCompile(`(?:j\.tell\(|say\(|j\.hold\(document\.\w+, )("(?:[^"\\]|\\.)*")`).FindAllSubmatch(source, -1)
	if len(calls) < 40 {
		t.Fatalf("only %d sentences were found", len(calls))
	}
	used := map[string]bool{}
	for _, call := range calls {
		sentence, err := strconv.Unquote(string(call[1]))
		if err != nil {
			t.Fatal(err)
		}
		used[sentence] = true
		if twin := inChinese[sentence]; twin == "" || strings.Count(twin, "%") != strings.Count(sentence, "%") {
			t.Errorf("%q is said in Chinese as %q", sentence, twin)
		}
	}
	for sentence := range inChinese {
		if !used[sentence] {
			t.Errorf("nothing says %q any more", sentence)
		}
	}
}
