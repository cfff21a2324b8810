package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
	var names []string
	err := fs.WalkDir(set, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return nil, usage(fmt.Errorf("%s is there already: nothing was written (name another --dir)", filepath.Join(dir, name)))
		}
	}
	for _, name := range names {
		body, err := fs.ReadFile(set, name)
		if err != nil {
			return nil, err
		}
		if edit != nil {
			body = edit(name, body)
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, body, 0o644); err != nil {
			return nil, err
		}
	}
	return names, nil
}
