package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// lintLine is one line of lint: where, by which code, what, and what to write instead.
var lintLine = regexp.MustCompile(`^(\S+(?::\d+:\d+)?) ([a-z]+(?:-[a-z]+)*) (.+) -> (.+)$`)

// badConfigurations are the folders of testdata/config/bad, each a whole configuration with one kind of mistake, after which it is named.
func badConfigurations(t testing.TB) []string {
	t.Helper()
	folders, err := filepath.Glob("../../testdata/config/bad/*")
	if err != nil || len(folders) < 75 {
		t.Fatalf("%d folders of mistakes are there, %v", len(folders), err)
	}
	return folders
}

// linted runs tradewire lint and answers what it says of mistakes, a line each, and its exit code.
func linted(t testing.TB, folder string) (lines []string, code int) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = (&app{out: &out, err: &errOut, clock: &clock{}}).execute(t.Context(), []string{"lint", "--config", filepath.Join(folder, "tradewire.yaml")})
	if text := strings.TrimSpace(errOut.String()); text != "" {
		lines = strings.Split(text, "\n")
	}
	return lines, code
}

func TestEachBadConfigurationIsReportedWithPlaceAndRemedy(t *testing.T) {
	for _, folder := range badConfigurations(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			lines, code := linted(t, folder)
			if code != exitConfig {
				t.Errorf("exit %d, want %d", code, exitConfig)
			}
			var got []string
			for _, line := range lines {
				t.Log(line)
				parts := lintLine.FindStringSubmatch(line)
				if parts == nil || strings.Count(line, " -> ") != 1 {
					t.Errorf("this is not `file:line:col code what -> what to write instead`: %s", line)
					continue
				}
				got = append(got, parts[1]+" "+parts[2]+" -> "+parts[4])
			}
			want := filepath.Join(folder, "want.txt")
			text := strings.Join(got, "\n") + "\n"
			if *update {
				if err := os.WriteFile(want, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if body, err := os.ReadFile(want); err != nil || string(body) != text || len(got) == 0 {
				t.Errorf("lint says\n%s\nwant\n%s%v", text, body, err)
			}
		})
	}
}
