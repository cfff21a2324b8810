package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of this program.
const release = "0.1.0"

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which version this is",
		Example: "  tradewire version --json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			revision := ""
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			if a.json {
				return a.printJSON(map[string]string{"version": release, "revision": revision, "go": runtime.Version()})
			}
			fmt.Fprintln(a.out, "tradewire", release, revision, runtime.Version())
			return nil
		},
	}
}

// noArgs refuses words that a verb does not take.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("%q was not expected (see -h)", args[0]))
	}
	return nil
}

// oneArg asks for exactly one word.
func oneArg(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 || args[0] == "" {
			return usage(fmt.Errorf("name exactly one %s (see -h)", what))
		}
		return nil
	}
}

// atMostOne takes one name or none.
func atMostOne(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage(fmt.Errorf("name at most one %s (see -h)", what))
		}
		return nil
	}
}
