package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/discover"
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

// noFolder are codes that no configuration in a folder can show, with the reason.
var noFolder = map[string]string{
	"too-big":         "it is a file of more than a megabyte",
	"bad-environment": "it stands in no file",
}

// Whoever adds a fault adds a folder that shows it. What drivers say of their own settings is tested beside each driver.
func TestEachCodeHasABadConfigurationAndEachFaultARemedy(t *testing.T) {
	shown := map[string]bool{}
	for _, folder := range badConfigurations(t) {
		body, err := os.ReadFile(filepath.Join(folder, "want.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(body)) {
			where, _, _ := strings.Cut(line, " -> ")
			shown[where[strings.LastIndex(where, " ")+1:]] = true
		}
	}
	if len(shown) < 60 {
		t.Errorf("the folders show %d codes", len(shown))
	}
	for _, room := range []string{"../../config", "../../mapping", "../../mapping/expr", "../../mapping/trial", "."} {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || file == "match.go" || file == "review.go" { // of a review that people fill in
				continue
			}
			for place, words := range faultsIn(t, file) {
				code, fix := words[0], words[1]
				if code != "" && !shown[code] && noFolder[code] == "" {
					t.Errorf("%s: no folder of testdata/config/bad shows %q", place, code)
				}
				if fix == `""` {
					t.Errorf("%s: the fault %q has no remedy", place, code)
				}
			}
		}
	}
	for code := range noFolder {
		if shown[code] {
			t.Errorf("%q has a folder: take it out of the list", code)
		}
	}
}

// faultsIn are the calls in a file that make a fault: by place, the code that is written out, and the remedy as it is written.
func faultsIn(t *testing.T, file string) map[string][2]string {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][2]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 3 {
			return true
		}
		called := ""
		switch f := call.Fun.(type) {
		case *ast.SelectorExpr:
			called = f.Sel.Name
		case *ast.Ident:
			called = f.Name
		}
		if !strings.EqualFold(called, "fault") {
			return true
		}
		code, words := "", [2]string{}
		for _, arg := range call.Args[:len(call.Args)-2] {
			if text, ok := arg.(*ast.BasicLit); ok && text.Kind == token.STRING {
				code, _ = strconv.Unquote(text.Value)
			}
		}
		words[0] = code
		if text, ok := call.Args[len(call.Args)-1].(*ast.BasicLit); ok {
			words[1] = text.Value
		}
		found[set.Position(call.Pos()).String()] = words
		return true
	})
	return found
}

// BenchmarkLint is the starter set with a saved schema of three hundred tables beside it.
func BenchmarkLint(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(dir, config.Starter()); err != nil {
		b.Fatal(err)
	}
	schema := connectors.Schema{System: "MariaDB 10.11.6"}
	for i := range 300 {
		table := connectors.Table{Name: fmt.Sprintf("llx_module_%03d", i), Primary: []string{"rowid"}}
		for c := range 20 {
			table.Columns = append(table.Columns, connectors.Column{Name: fmt.Sprintf("column_%02d", c), Type: "varchar(60)", Charset: "utf8mb4", Nullable: c > 0})
		}
		schema.Tables = append(schema.Tables, table)
	}
	if err := os.Mkdir(filepath.Join(dir, "schemas"), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "schemas", "erp.yaml"), discover.WriteSchema("erp", schema), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, code := linted(b, dir); code != exitConfig {
			b.Fatalf("exit %d: its tables are others", code)
		}
	}
}
