package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite told.json, and the judgements in testdata/discover")

func TestWhatEditorsShowIsWhatTheSourceSays(t *testing.T) {
	all := map[string]string{}
	for _, room := range []string{"config", "connectors", "mapping", "pipelines"} {
		err := filepath.WalkDir(filepath.Join("..", "..", room), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(filepath.Join("..", ".."), filepath.Dir(path))
			gather(all, filepath.ToSlash(rel), file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	asked := map[string]bool{}
	ask := func(t reflect.Type, field string) string { asked[placeOf(t, field)] = true; return "" }
	allShapes(ask).Schemas()
	documentSchemas(ask)
	maps.DeleteFunc(all, func(place, _ string) bool { return !asked[place] })
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(all); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("told.json", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(toldFile, want.Bytes()) {
		t.Error("told.json is not what the comments of the source say -> go test ./cmd/tradewire -run WhatEditorsShow -update")
	}
}

// gather collects the comments on fields that have a key in files or in JSON, and on documents.
func gather(all map[string]string, room string, file *ast.File) {
	for _, decl := range file.Decls {
		types, ok := decl.(*ast.GenDecl)
		if !ok || types.Tok != token.TYPE {
			continue
		}
		for _, spec := range types.Specs {
			spec := spec.(*ast.TypeSpec)
			object, ok := spec.Type.(*ast.StructType)
			if !ok {
				continue
			}
			name := room + "." + spec.Name.Name
			for _, field := range object.Fields.List {
				if text := commentOf(field); text != "" {
					all[name+"."+field.Names[0].Name] = text
				}
			}
			if doc := oneLine(types.Doc); doc != "" && room == "mapping/document" {
				all[name] = doc
			}
		}
	}
}

// commentOf is what stands behind a field, or above it if it begins with its name: other words above a field are a heading.
func commentOf(field *ast.Field) string {
	if field.Tag == nil || len(field.Names) != 1 || !strings.Contains(field.Tag.Value, `yaml:"`) && !strings.Contains(field.Tag.Value, `json:"`) {
		return ""
	}
	if text := oneLine(field.Comment); text != "" {
		return text
	}
	if text := oneLine(field.Doc); strings.HasPrefix(text, field.Names[0].Name+" ") {
		return text
	}
	return ""
}

func oneLine(comment *ast.CommentGroup) string {
	return strings.Join(strings.Fields(comment.Text()), " ")
}
