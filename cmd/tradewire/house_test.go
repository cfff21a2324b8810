package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// mayImport says what a room of the house may import of ours. The longest prefix that fits a package holds for it;
// "x/..." stands for x and everything below.
var mayImport = []struct {
	room    string
	imports []string
}{
	{"config", nil},
	{"mapping/document", nil},
	{"mapping/expr", []string{"mapping/document", "config"}},
	{"mapping/render", []string{"mapping/document"}},
	{"mapping/trial", []string{"mapping", "mapping/document", "mapping/expr", "connectors", "config"}},
	{"mapping/discover", []string{"mapping/document", "connectors", "config"}},
	{"mapping", []string{"mapping/document", "mapping/expr", "connectors", "config"}},
	{"connectors", []string{"config"}},
	{"connectors/connectortest", []string{"connectors", "config"}},
	{"connectors/connectortest/services", nil},
	{"connectors/...", []string{"connectors", "config"}},
	{"pipelines/store", []string{"connectors", "mapping/document"}},
	{"pipelines/bus", []string{"pipelines/store"}},
	{"pipelines", []string{"connectors", "mapping", "mapping/document", "pipelines/store", "pipelines/bus"}},
	{"pipelines/reconcile", []string{"connectors", "mapping", "mapping/document", "pipelines", "pipelines/store"}},
	{"pipelines/...", []string{"pipelines", "mapping/document"}},
	{"cmd/tradewire", []string{"config", "connectors/...", "mapping/...", "pipelines/..."}},
}

// alsoInTests is what test files may import beyond their room's law.
var alsoInTests = []string{"connectors/connectortest", "connectors/connectortest/services", "pipelines/steptest", "config", "connectors", "mapping/document"}

func TestImportsRunOneWay(t *testing.T) {
	root := filepath.Join("..", "..")
	checked := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		checked++
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		room := filepath.ToSlash(rel)
		for _, imported := range ours(t, path) {
			if !allowed(room, imported, strings.HasSuffix(path, "_test.go")) {
				t.Errorf("%s: %s may not import %s", path, room, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 20 {
		t.Fatalf("only %d files were looked at: the test looks in the wrong place", checked)
	}
}

func TestImportsOfASiblingAreRefused(t *testing.T) {
	for _, wrong := range [][2]string{{"connectors/rest", "connectors/sqldb"}, {"pipelines/orders", "pipelines/credit"},
		{"mapping", "connectors/rest"}, {"config", "mapping/document"}, {"pipelines/store", "pipelines"}, {"connectors/rest", "pipelines"}} {
		if allowed(wrong[0], wrong[1], false) {
			t.Errorf("%s may import %s", wrong[0], wrong[1])
		}
	}
}

// ours are the packages of this module that a file imports.
func ours(t *testing.T, path string) []string {
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, body, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var imported []string
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if rest, ok := strings.CutPrefix(name, "tradewire/"); ok {
			imported = append(imported, rest)
		}
	}
	return imported
}

func allowed(room, imported string, test bool) bool {
	if imported == room || test && fits(imported, alsoInTests) {
		return true
	}
	if test && room == "pipelines/steptest" && fits(imported, []string{"pipelines/..."}) {
		return true // where the steps are tested together
	}
	best := -1
	for i, law := range mayImport {
		exact := law.room == room
		below := strings.HasSuffix(law.room, "/...") && strings.HasPrefix(room, strings.TrimSuffix(law.room, "..."))
		if exact || below && best < 0 {
			best = i
		}
	}
	return best >= 0 && fits(imported, mayImport[best].imports)
}

func fits(name string, list []string) bool {
	for _, l := range list {
		if prefix, ok := strings.CutSuffix(l, "/..."); name == l || ok && (name == prefix || strings.HasPrefix(name, prefix+"/")) {
			return true
		}
	}
	return false
}
