package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// creditFault is one line of lint: where, by which code, what, and what to write instead.
var creditFault = regexp.MustCompile(`^(\S+:\d+:\d+ [a-z-]+) (.+)( -> .+)$`)

func TestEachBadCreditPolicyIsReportedWithPlaceAndRemedy(t *testing.T) {
	folders, err := filepath.Glob("../../testdata/config/bad/credit-*")
	if err != nil || len(folders) < 20 {
		t.Fatalf("%d folders of mistakes are there, %v", len(folders), err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			var out, errOut bytes.Buffer
			args := []string{"lint", "--config", filepath.Join(folder, "tradewire.yaml")}
			if code := (&app{out: &out, err: &errOut, clock: &clock{}}).execute(t.Context(), args); code != exitConfig {
				t.Errorf("exit %d, want %d", code, exitConfig)
			}
			var got strings.Builder
			for line := range strings.Lines(errOut.String()) {
				t.Log(line)
				parts := creditFault.FindStringSubmatch(strings.TrimSpace(line))
				if parts == nil {
					t.Fatalf("this is no fault with its place and remedy: %s", line)
				}
				got.WriteString(parts[1] + parts[3] + "\n")
			}
			want := filepath.Join(folder, "want.txt")
			if *update {
				if err := os.WriteFile(want, []byte(got.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if body, err := os.ReadFile(want); err != nil || string(body) != got.String() || got.Len() == 0 {
				t.Errorf("lint says\n%s\nwant\n%s%v", got.String(), body, err)
			}
		})
	}
}
