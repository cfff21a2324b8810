package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/mapping"
	"tradewire/mapping/document"
)

func (a *app) schema() *cobra.Command {
	dir := ""
	cmd := &cobra.Command{
		Use:   "schema [KIND]",
		Short: "Print the JSON Schema of the configuration's files, or of a document",
		Long: "Print JSON Schemas: of every sort of configuration file, for editors that complete and check while you type, and of\n" +
			"every document as JSON, for those who read it elsewhere. `tradewire init` writes those of the files into the folder .schema.",
		Example: "  tradewire schema                          # all, as one JSON object\n" +
			"  tradewire schema pipelines                # of pipelines/*.yaml\n" +
			"  tradewire schema policies/credit          # of policies/credit.yaml\n" +
			"  tradewire schema sales_order              # of a document\n" +
			"  tradewire schema --dir mycompany/.schema  # writes them as files: after an upgrade, anew",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(fmt.Errorf("name one kind, not %d", len(args)))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			all := schemas()
			if len(args) == 1 {
				name, err := schemaNamed(all, args[0])
				if err != nil {
					return err
				}
				all = map[string]*config.Schema{name: all[name]}
			}
			switch {
			case dir != "":
				return a.writeSchemas(all, dir)
			case len(args) == 1:
				return a.printJSON(all[slices.Collect(maps.Keys(all))[0]])
			}
			return a.printJSON(all)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "write each into a file of this folder, over those of an earlier version")
	return cmd
}

// schemaFolder is where the starter set has its schemas, beside tradewire.yaml: the first line of each file names its own.
const schemaFolder = ".schema"

// documentsFolder is where the schemas of documents lie, beside those of files.
const documentsFolder = "documents/"

// schemas are those of every sort of file and of every document.
func schemas() map[string]*config.Schema {
	all := fileSchemas()
	for kind, schema := range documentSchemas(saidOf) {
		all[documentsFolder+kind] = schema
	}
	return all
}

// fileSchemas are those of every sort of configuration file.
func fileSchemas() map[string]*config.Schema { return allShapes(saidOf).Schemas() }

func documentSchemas(tell config.Teller) map[string]*config.Schema {
	all := map[string]*config.Schema{}
	for _, kind := range document.Kinds() {
		all[string(kind)] = mapping.Schema(kind, tell)
	}
	return all
}

// allShapes are what the parts of the program say of their keys.
func allShapes(tell config.Teller) config.Shapes {
	s := config.Shapes{Known: known(), Drivers: shapes, Policies: (&policies{}).files(), Encodes: mapping.Writes(tell),
		Decodes: map[string]*config.Schema{}, Words: mapping.Words, Tells: tell}
	for _, kind := range document.Kinds() {
		s.Decodes[string(kind)] = mapping.Fills(kind, tell)
	}
	return s
}

// schemaNamed finds what is asked for: policies/credit, a file of that sort, or the last word where it is the only one.
func schemaNamed(all map[string]*config.Schema, asked string) (string, error) {
	plain := strings.TrimSuffix(filepath.ToSlash(asked), ".yaml")
	folder, _, _ := strings.Cut(plain, "/")
	var found []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch {
		case name == plain, name == folder && folder != plain:
			return name, nil
		case strings.HasSuffix(name, "/"+plain):
			found = append(found, name)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", usage(fmt.Errorf("there is no schema of %q: %s", asked, config.Choose(plain, slices.Sorted(maps.Keys(all)))))
	}
	return "", usage(fmt.Errorf("%q may be %s: write one of them", asked, strings.Join(found, " or ")))
}

func (a *app) writeSchemas(all map[string]*config.Schema, dir string) error {
	var files []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		body, err := encodeSchema(all[name])
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(name)+".json")
		if err := putFile(path, body); err != nil {
			return err
		}
		files = append(files, path)
	}
	if a.json {
		return a.printJSON(map[string]any{"files": files})
	}
	for _, f := range files {
		fmt.Fprintln(a.out, f)
	}
	return nil
}

func encodeSchema(s *config.Schema) ([]byte, error) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(s)
	return body.Bytes(), err
}
