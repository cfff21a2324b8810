package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tradewire/config"
)

func (a *app) initialise() *cobra.Command {
	dir := ""
	cmd := &cobra.Command{
		Use:     "init",
		Short:   "Write a commented starter configuration into a folder",
		Example: "  tradewire init --dir mycompany\n  tradewire lint --config mycompany/tradewire.yaml",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			starter, err := starterFiles()
			if err != nil {
				return err
			}
			files, err := writeNew(starter, dir)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"dir": dir, "files": files})
			}
			for _, f := range files {
				fmt.Fprintln(a.out, filepath.Join(dir, f))
			}
			fmt.Fprintf(a.out, "\nNext: read %s from the top, then\n  tradewire lint --config %[1]s\n", filepath.Join(dir, "tradewire.yaml"))
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "where to; files that are there are never overwritten")
	return cmd
}

// starterFiles are the starter configuration, and beside it the schemas by which editors check it.
func starterFiles() (map[string][]byte, error) {
	files, err := filesOf(config.Starter())
	if err != nil {
		return nil, err
	}
	for name, schema := range fileSchemas() {
		if files[schemaFolder+"/"+name+".json"], err = encodeSchema(schema); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// filesOf are the files of a set by their names.
func filesOf(set fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	return files, fs.WalkDir(set, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[name], err = fs.ReadFile(set, name)
		}
		return err
	})
}

// writeTree writes a set of files into a folder, passing each through edit, and overwrites nothing.
func writeTree(set fs.FS, dir string, edit func(name string, body []byte) []byte) ([]string, error) {
	files, err := filesOf(set)
	if err != nil {
		return nil, err
	}
	for name, body := range files {
		files[name] = edit(name, body)
	}
	return writeNew(files, dir)
}

// writeNew writes files into a folder. It overwrites nothing: when any of them is there already it writes none.
func writeNew(files map[string][]byte, dir string) ([]string, error) {
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return nil, usage(fmt.Errorf("%s is there already: nothing was written (name another --dir)", filepath.Join(dir, name)))
		}
	}
	for _, name := range names {
		if err := putFile(filepath.Join(dir, filepath.FromSlash(name)), files[name]); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// putFile writes a file, and makes its folder.
func putFile(path string, body []byte) error {
	// #nosec G301 -- colleagues read the configuration: it holds no secret
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// #nosec G306 -- colleagues read the configuration: it holds no secret
	return os.WriteFile(path, body, 0o644)
}
