package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"tradewire/config"
)

func (a *app) configuration() *cobra.Command {
	const example = "  tradewire config show --config D/tradewire.yaml\n" +
		"  tradewire config show | grep 'env '   # what the environment says instead of the files"
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Show the configuration as it is in effect",
		Example: example,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "show",
		Short: "Every setting in effect and where it comes from: a line of a file, the environment, or a default",
		Long: "Show every setting in effect and where it comes from: a line of a file, a variable of the environment, or a default. Of a\n" +
			"secret its reference is shown (env:NAME, file:PATH), never the secret; what else may be one is shown as ***.",
		Example: example,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			p, err := a.load()
			if err != nil {
				return err
			}
			files := p.cfg.Settings(allShapes(nil))
			if a.json {
				return a.printJSON(flatten(files))
			}
			showSettings(a.out, files)
			return nil
		},
	})
	return cmd
}

// showSettings prints settings as YAML, each with its origin behind it.
func showSettings(out io.Writer, files []config.FileSettings) {
	for i, f := range files {
		if i > 0 {
			fmt.Fprintln(out, "---")
		}
		fmt.Fprintln(out, "# "+f.File)
		for _, s := range f.Settings {
			showSetting(out, s, "", "")
		}
	}
}

// showSetting prints one setting: first is what its first line begins with, all others begin with indent.
func showSetting(out io.Writer, s config.Setting, first, indent string) {
	label := first
	if s.Key != "" {
		label += plainOrQuoted(s.Key) + ": "
	}
	switch {
	case s.Shape == config.Single:
		comment(out, label+plainOrQuoted(s.Value), s.From)
	case s.Shape == config.Group && len(s.Inside) == 0:
		comment(out, label+"{}", s.From)
	case s.Shape == config.List && isRow(s.Inside):
		words := make([]string, len(s.Inside))
		for i, one := range s.Inside {
			words[i] = plainOrQuoted(one.Value)
			if strings.ContainsAny(words[i], ",[]{}") {
				words[i] = strconv.Quote(one.Value)
			}
		}
		comment(out, label+"["+strings.Join(words, ", ")+"]", s.From)
	case s.Key == "": // an entry of a list: its first line stands behind the dash
		for i, inner := range s.Inside {
			if i > 0 {
				first = indent
			}
			showSetting(out, inner, first, indent)
		}
	default:
		fmt.Fprintln(out, strings.TrimSuffix(label, " "))
		for _, inner := range s.Inside {
			if s.Shape == config.List {
				showSetting(out, inner, indent+"  - ", indent+"    ")
			} else {
				showSetting(out, inner, indent+"  ", indent+"  ")
			}
		}
	}
}

// isRow is true of words that fit into one line.
func isRow(list []config.Setting) bool {
	length := 0
	for _, one := range list {
		if one.Shape != config.Single {
			return false
		}
		length += len(one.Value)
	}
	return length < 100
}

// originColumn is where origins begin, if the line has room.
const originColumn = 60

func comment(out io.Writer, line string, from config.Origin) {
	gap := max(2, originColumn-uniseg.StringWidth(line))
	origin := from.String()
	if from.File != "" {
		origin = "from " + origin
	}
	fmt.Fprintln(out, line+strings.Repeat(" ", gap)+"# "+origin)
}

// plainOrQuoted is a value as YAML, in quotes where it would be read as something else.
func plainOrQuoted(value string) string {
	var back map[string]yaml.Node
	err := yaml.Unmarshal([]byte("k: "+value+" # c"), &back)
	if node := back["k"]; err == nil && node.Kind == yaml.ScalarNode && node.Value == value && node.Style == 0 && node.Tag != "!!null" && node.Anchor == "" && !strings.Contains(value, ": ") {
		return value
	}
	return strconv.Quote(value)
}

type settingView struct {
	In       string `json:"in"`  // the file it belongs to
	Key      string `json:"key"` // sources[0].every
	Value    string `json:"value"`
	From     string `json:"from"` // file, environment, default
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Variable string `json:"variable,omitempty"`
}

// flatten lists every single value by the path of its keys.
func flatten(files []config.FileSettings) []settingView {
	all := []settingView{}
	var walk func(in, path string, s config.Setting)
	walk = func(in, path string, s config.Setting) {
		if s.Shape == config.Single {
			all = append(all, viewSetting(in, path, s))
		}
		for i, inner := range s.Inside {
			switch {
			case s.Shape == config.List:
				walk(in, path+"["+strconv.Itoa(i)+"]", inner)
			default:
				walk(in, path+"."+inner.Key, inner)
			}
		}
	}
	for _, f := range files {
		for _, s := range f.Settings {
			walk(f.File, s.Key, s)
		}
	}
	return all
}

func viewSetting(in, path string, s config.Setting) settingView {
	v := settingView{In: in, Key: path, Value: s.Value, From: "default", File: s.From.File, Line: s.From.Line, Variable: s.From.Variable}
	switch {
	case v.Variable != "":
		v.From = "environment"
	case v.File != "":
		v.From = "file"
	}
	return v
}
