package main

import (
	"errors"
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
			files, err := writeTree(config.Starter(), dir, nil)
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

// writeTree writes a set of files into a folder, passing each through edit. It overwrites nothing: when any of them is
// there already it writes none.
func writeTree(set fs.FS, dir string, edit func(name string, body []byte) []byte) ([]string, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(set, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(set, name)
		if edit != nil {
			body = edit(name, body)
		}
		files[name] = body
		return err
	})
	if err != nil {
		return nil, err
	}
	return writeFiles(dir, files)
}

// writeFiles writes files into a folder and overwrites nothing: when any of them is there already it writes none.
func writeFiles(dir string, files map[string][]byte) ([]string, error) {
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return nil, usage(fmt.Errorf("%s is there already: nothing was written (name another --dir)", filepath.Join(dir, name)))
		}
	}
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) // even if somebody has just made it
		if err != nil {
			return nil, err
		}
		_, err = file.Write(files[name])
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
	}
	return names, nil
}
