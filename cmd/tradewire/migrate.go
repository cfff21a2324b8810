package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"tradewire/connectors"
	"tradewire/pipelines/store"
)

func (a *app) migrate() *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Move what is remembered from its file into MySQL, and bring tables of an older version up to date",
		Long: "Moves the store out of its file (store.path) into the empty database that store.dsn names: every table is copied, and then\n" +
			"both sides are read and compared. Without --yes it shows what it would do. The file is only read and stays as it is;\n" +
			"interrupted at any point, the next call goes on. Whoever works on the file must be stopped first.\n" +
			"Where there is nothing to move, it brings the tables of the store up to date with this version.",
		Example: "  tradewire migrate --config D/tradewire.yaml          # shows what would be moved, and whether it fits\n" +
			"  tradewire migrate --config D/tradewire.yaml --yes    # moves it",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.load()
			if err != nil {
				return err
			}
			return a.moveStore(cmd.Context(), p, yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it; else it is only shown")
	return cmd
}

// moveStore moves the store where there is a file and a database for it.
func (a *app) moveStore(ctx context.Context, p *plant, yes bool) error {
	if _, err := os.Stat(p.storePath()); p.sharedStore() == "" || err != nil {
		return a.updateTables(ctx, p, yes)
	}
	into, err := p.storeOptions()
	if err != nil {
		return err
	}
	act := store.PlanMove
	if yes {
		act = store.RunMove
	}
	tell, end := a.movingBar()
	move, err := act(ctx, store.Options{Path: p.storePath()}, into, tell)
	end()
	switch {
	case store.Away(err):
		return unanswered(err)
	case err != nil && !errors.Is(err, store.ErrDoesNotFit): // the list says it
		return err
	case move.State == store.MoveIsDone:
		return a.updateTables(ctx, p, yes)
	}
	return a.showMove(p, viewMove(p, move, yes && err == nil))
}

// unanswered is a server that does not answer: another system that does not.
func unanswered(err error) error {
	return &connectors.Error{Kind: connectors.Unavailable, System: "store", Op: "migrate", Err: err, Hint: "nothing is lost: call it again when the server answers"}
}

// movingBar shows on a terminal what a move does.
func (a *app) movingBar() (tell func(store.MoveStep), end func()) {
	if !a.onTerminal() || a.json {
		return nil, func() {}
	}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(a.err), progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(40), progressbar.OptionClearOnFinish())
	return func(s store.MoveStep) {
		if s.Of > 0 {
			bar.ChangeMax64(s.Of)
		}
		bar.Describe(s.Doing + " " + s.Table)
		_ = bar.Set64(s.Rows)
	}, func() { _ = bar.Finish() }
}

// updateTables brings the tables of a store that need not move up to date, as the next run would.
func (a *app) updateTables(ctx context.Context, p *plant, yes bool) error {
	s, err := p.look(ctx)
	switch {
	case err == nil:
		return errors.Join(s.Close(), a.tellTables(p, "up to date", "there is nothing to migrate: the tables of "+p.storePlace()+" are up to date"))
	case store.Missing(err) && p.sharedStore() != "":
		return fmt.Errorf("there is no file %s to move, and no store in %s (let store.path name the file that tradewire has run on; for a new installation `tradewire run` makes the store)",
			p.storePath(), p.storePlace())
	case !store.Outdated(err):
		return err
	case !yes:
		return a.tellTables(p, "older", "the tables of "+p.storePlace()+" are those of an older version. Nothing was changed: add --yes to bring them up to date")
	}
	_, release, err := p.own(ctx)
	if err != nil {
		return err
	}
	return errors.Join(release(), a.tellTables(p, "up to date", "the tables of "+p.storePlace()+" were brought up to date"))
}

func (a *app) tellTables(p *plant, stand, sentence string) error {
	if a.json {
		return a.printJSON(map[string]any{"moved": false, "store": p.storePlace(), "tables_are": stand})
	}
	fmt.Fprintln(a.out, sentence)
	return nil
}

// moveView is a move for people and programs.
type moveView struct {
	From   string      `json:"from"`
	Into   string      `json:"into"`
	State  string      `json:"state"` // begins, or goes on where an earlier one was interrupted
	Moved  bool        `json:"moved"`
	Rows   int64       `json:"rows"`
	Bytes  int64       `json:"bytes"`
	Tables []tableView `json:"tables"`
	Unfit  []unfitView `json:"unfit"`
	Broken int64       `json:"audit_broken_at,omitempty"`

	waiting int64 // messages in the queue
}

type tableView struct {
	Name  string `json:"table"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
	Hash  string `json:"hash"`
}

type unfitView struct {
	Table  string `json:"table"`
	Key    string `json:"key"`
	Column string `json:"column,omitempty"`
	Why    string `json:"why"`
}

func viewMove(p *plant, m store.Move, moved bool) moveView {
	v := moveView{From: p.storePath(), Into: p.storePlace(), State: string(m.State), Moved: moved, Broken: m.Broken,
		Tables: []tableView{}, Unfit: []unfitView{}}
	for _, t := range m.Tables {
		v.Tables = append(v.Tables, tableView(t))
		v.Rows, v.Bytes = v.Rows+t.Rows, v.Bytes+t.Bytes
		if t.Name == "queue" {
			v.waiting = t.Rows
		}
	}
	for _, u := range m.Unfit {
		v.Unfit = append(v.Unfit, unfitView(u))
	}
	return v
}

// showMove shows a move, and fails when it cannot be made.
func (a *app) showMove(p *plant, v moveView) error {
	if a.json {
		if err := a.printJSON(v); err != nil {
			return err
		}
	} else {
		a.showTables(v)
		a.showWhatNext(p, v)
	}
	if len(v.Unfit) > 0 {
		return errSaid
	}
	return nil
}

func (a *app) showTables(v moveView) {
	t := a.newTable("table", "rows", "bytes", "hash")
	for _, one := range v.Tables {
		t.AppendRow(tableRow{one.Name, one.Rows, one.Bytes, one.Hash[:12]})
	}
	t.AppendFooter(tableRow{"", v.Rows, v.Bytes, ""})
	t.Render()
}

func (a *app) showWhatNext(p *plant, v moveView) {
	switch {
	case len(v.Unfit) > 0:
		t := a.newTable("table", "key", "column", "what does not fit")
		for _, u := range v.Unfit {
			t.AppendRow(tableRow{u.Table, wrap(u.Key, 50), u.Column, u.Why})
		}
		t.Render()
		fmt.Fprintf(a.out, "Nothing was copied: these values of %s would not go into %s as they are.\n", v.From, v.Into)
	case !v.Moved:
		fmt.Fprintf(a.out, "from %s, which is only read, into %s, where the move %s. Nothing was changed.\n"+
			"Stop whoever works on the file, then: tradewire migrate --yes\n", v.From, v.Into, v.State)
	default:
		a.showMoved(p, v)
	}
}

// showMoved says what is true after a move, and what must not be done now.
func (a *app) showMoved(p *plant, v moveView) {
	fmt.Fprintf(a.out, "moved into %s, read again on both sides: counts and hashes are equal. `tradewire run` works there from now on.\n"+
		"%s stays as it was and is the way back. It is not to be run again, or everything since is done twice: %s keeps it from being written.\n"+
		"A backup, a service or another machine that still has the old tradewire.yaml must have this one now.\n", v.Into, v.From, v.From+".moved")
	if p.cfg.Bus.Kafka != nil && v.waiting > 0 {
		fmt.Fprintf(a.out, "the next run publishes to Kafka what waits in the queue (%d), and nothing that was passed before\n", v.waiting)
	}
	if v.Broken != 0 {
		fmt.Fprintf(a.out, "warning: event %d of the audit log does not fit the one before it, in the file as in the database: it was changed or taken out there\n", v.Broken)
	}
}
