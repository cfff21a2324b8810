package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"

	"tradewire/pipelines/store"
)

func (a *app) deadletters() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "deadletters",
		Short: "List, show, retry and discard what was refused",
		Example: "  tradewire deadletters list --config D/tradewire.yaml\n" +
			"  tradewire deadletters show 3\n  tradewire deadletters retry 3",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listLetters(cmd.Context()) },
	}
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: "The open dead letters, oldest first", Example: "  tradewire deadletters list --json", Args: noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return a.listLetters(cmd.Context()) }},
		&cobra.Command{Use: "show NUMBER", Short: "One dead letter with its record as it came", Example: "  tradewire deadletters show 3", Args: oneArg("dead letter by its number"),
			RunE: func(cmd *cobra.Command, args []string) error { return a.showLetter(cmd.Context(), args[0]) }},
		a.onLetter("retry", "Send it back to where it failed; the next run tries it again", (*store.Store).Retry),
		a.onLetter("discard", "Close it for good; it stays counted and on record", (*store.Store).Discard),
	)
	return cmd
}

type letterView struct {
	ID       int64     `json:"id"`
	Stage    string    `json:"stage"`
	Place    string    `json:"place"`
	Kind     string    `json:"kind"`
	Key      string    `json:"key"`
	Reason   string    `json:"reason"`
	Attempts int       `json:"attempts"`
	WaitsFor string    `json:"waits_for,omitempty"`
	Mapping  string    `json:"mapping_version"`
	State    string    `json:"state"`
	At       time.Time `json:"at"`
	Record   any       `json:"record,omitempty"`
	Base64   string    `json:"record_base64,omitempty"` // a record that is not text
}

func viewLetter(l store.Letter, whole bool) letterView {
	v := letterView{ID: l.ID, Stage: l.Stage, Place: l.Place, Kind: l.Kind, Key: l.Key, Reason: l.Reason, Attempts: l.Attempts,
		WaitsFor: l.WaitsFor, Mapping: l.Mapping, State: l.State, At: l.At}
	switch {
	case !whole:
	case !utf8.Valid(l.Record):
		v.Base64 = base64.StdEncoding.EncodeToString(l.Record)
	case json.Valid(l.Record):
		v.Record = json.RawMessage(l.Record)
	default:
		v.Record = string(l.Record)
	}
	return v
}

func (a *app) listLetters(ctx context.Context) error {
	return a.looking(ctx, func(_ *plant, s *store.Store) error {
		letters, err := s.Letters(ctx)
		if err != nil {
			return err
		}
		if a.json {
			views := make([]letterView, len(letters))
			for i, l := range letters {
				views[i] = viewLetter(l, false)
			}
			return a.printJSON(views)
		}
		if len(letters) == 0 {
			fmt.Fprintln(a.out, "no dead letters")
			return nil
		}
		t := a.newTable("no", "stage", "place", "kind", "key", "attempts", "reason")
		for _, l := range letters {
			t.AppendRow([]any{l.ID, l.Stage, l.Place, l.Kind, l.Key, l.Attempts, wrap(l.Reason, 70)})
		}
		t.Render()
		fmt.Fprintln(a.out, "Mend the cause, then: tradewire deadletters retry NUMBER")
		return nil
	})
}

func (a *app) showLetter(ctx context.Context, number string) error {
	id, err := letterNumber(number)
	if err != nil {
		return err
	}
	return a.looking(ctx, func(_ *plant, s *store.Store) error {
		l, err := s.Letter(ctx, id)
		if err != nil {
			return err
		}
		return a.printJSON(viewLetter(l, true))
	})
}

func (a *app) onLetter(verb, short string, do func(*store.Store, context.Context, int64) error) *cobra.Command {
	return &cobra.Command{Use: verb + " NUMBER", Short: short, Example: "  tradewire deadletters " + verb + " 3", Args: oneArg("dead letter by its number"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			id, err := letterNumber(args[0])
			if err != nil {
				return err
			}
			p, err := a.load()
			if err != nil {
				return err
			}
			s, err := p.beside(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			if err := do(s, cmd.Context(), id); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"dead_letter": id, "done": verb})
			}
			fmt.Fprintf(a.out, "dead letter %d: %s\n", id, verb)
			return nil
		}}
}

func letterNumber(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, usage(fmt.Errorf("%q is not the number of a dead letter (see: tradewire deadletters list)", s))
	}
	return id, nil
}

// wrap breaks a text for a table's column, between words where there are any. A Chinese character takes two places.
func wrap(s string, width int) string {
	out, line := "", 0
	for _, r := range s {
		if r == '\n' {
			out, line = out+"\n", 0
			continue
		}
		if line >= width && (r == ' ' || unicode.Is(unicode.Han, r)) || line >= width+20 {
			out += "\n"
			line = 0
			if r == ' ' {
				continue
			}
		}
		out += string(r)
		line += uniseg.StringWidth(string(r))
	}
	return out
}
