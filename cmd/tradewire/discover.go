package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/discover"
	"tradewire/mapping/document"
)

// discovery is what is asked of discover.
type discovery struct {
	connection string
	dir        string
	against    string
	sample     int
	wait       time.Duration
}

func (a *app) discover() *cobra.Command {
	d := discovery{}
	cmd := &cobra.Command{
		Use:   "discover CONNECTION",
		Short: "Read how an ERP's tables are made, propose which hold customers, orders, items and so on, and draft mappings",
		Long: "Reads the tables, columns, keys and triggers of a SQL connection with the right to SELECT, and changes nothing there. Says of each\n" +
			"proposal how sure it is, in percent, and why; what is less than 60 % sure is undecided, and what it might be is shown. Nothing that\n" +
			"stands in the tables is read but how many rows there are, unless --sample allows it.\n" +
			"--dir writes schemas/CONNECTION.yaml and drafts under pipelines/ and mappings/; lint names every value in them that is undecided.\n" +
			"Files that are there are never overwritten.",
		Example: "  tradewire discover erp --config D/tradewire.yaml\n" +
			"  tradewire discover erp --config D/tradewire.yaml --sample 50 --dir D    # then: tradewire lint --config D/tradewire.yaml\n" +
			"  tradewire discover erp --config D/tradewire.yaml --against sales_order",
		Args: oneArg("connection"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.connection = args[0]
			if d.sample < 0 || d.sample > 1000 {
				return usage(errors.New("--sample is how many rows of a table may be looked at: write a number from 1 to 1000"))
			}
			if d.against != "" && !slices.Contains(discover.Documents(), document.Kind(d.against)) {
				return usage(fmt.Errorf("--against %s is not a document that a schema can be held against: %s", d.against, config.Choose(d.against, documentNames())))
			}
			return a.discovers(cmd.Context(), d)
		},
	}
	cmd.Flags().StringVar(&d.dir, "dir", "", "where to write the saved schema and the drafts: the folder of a configuration")
	cmd.Flags().StringVar(&d.against, "against", "", "show which column would fill each field of this document: "+strings.Join(documentNames(), ", "))
	cmd.Flags().IntVar(&d.sample, "sample", 0, "look at so many rows of the likely tables, too, to see how days, units and currencies are written")
	cmd.Flags().DurationVar(&d.wait, "wait", time.Minute, "how long the database may take")
	return cmd
}

func documentNames() (names []string) {
	for _, kind := range discover.Documents() {
		names = append(names, string(kind))
	}
	return names
}

// discovers reads, judges, tells, and writes where it is asked to.
func (a *app) discovers(ctx context.Context, d discovery) (err error) {
	connection, err := a.only(d.connection)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, connection.Close()) }()
	ctx, cancel := context.WithTimeout(ctx, d.wait)
	defer cancel()
	schema, judged, err := a.judge(ctx, connection, d)
	if err != nil {
		return err
	}
	view := discoveryView{Connection: d.connection, System: schema.System, Tables: len(schema.Tables), Proposals: judged.Proposals, Facts: judged.Facts(), Unseen: schema.Unseen, Files: []string{}}
	if d.against != "" {
		view.Document, view.Fields = d.against, judged.Against(document.Kind(d.against))
	}
	if d.dir != "" {
		files := map[string][]byte{"schemas/" + d.connection + ".yaml": discover.WriteSchema(d.connection, schema)}
		for name, body := range judged.Draft(d.connection) {
			files[name] = []byte(body)
		}
		if view.Files, err = writeNew(files, d.dir); err != nil {
			return err
		}
	}
	if a.json {
		return a.printJSON(view)
	}
	a.showDiscovery(view, d)
	return nil
}

// judge reads how the tables are made and, where it is allowed, some rows of the likely ones.
func (a *app) judge(ctx context.Context, connection connectors.Connection, d discovery) (connectors.Schema, *discover.Judgement, error) {
	say := func(words string) {
		if a.onTerminal() && !a.json {
			fmt.Fprintf(a.err, "\r\x1b[K%s", words)
		}
	}
	defer say("")
	describer, ok := connection.(connectors.Describer)
	if !ok {
		return connectors.Schema{}, nil, usage(fmt.Errorf("the connection %q has no tables: name one with driver: sqldb", d.connection))
	}
	say("reading how the tables are made")
	schema, err := describer.Describe(ctx)
	if err != nil {
		return schema, nil, err
	}
	judged := discover.Judge(schema, nil)
	sampler, ok := connection.(connectors.Sampler)
	if d.sample == 0 || !ok {
		return schema, judged, nil
	}
	samples := map[string][]connectors.Record{}
	for i, table := range judged.Likely() {
		say(fmt.Sprintf("looking at %d rows of %s (%d of %d)", d.sample, table, i+1, len(judged.Likely())))
		rows, err := sampler.Sample(ctx, table, d.sample)
		switch {
		case err == nil:
			samples[table] = rows
		case connectors.KindOf(err) == connectors.Unavailable:
			return schema, nil, err
		default:
			schema.Unseen = append(schema.Unseen, fmt.Sprintf("rows of %s: %v", table, err))
		}
	}
	return schema, discover.Judge(schema, samples), nil
}

// only makes one connection. Faults of pipelines and mappings do not matter: they may be what discover is to help with.
func (a *app) only(name string) (connectors.Connection, error) {
	cfg, err := config.Load(a.configFile)
	loaded, faulty := errors.AsType[config.Faults](err)
	if err != nil && !faulty {
		return nil, err
	}
	main := filepath.Base(a.configFile)
	here := slices.DeleteFunc(slices.Clone(loaded), func(f config.Fault) bool { return f.Pos.File != main && f.Pos.File != a.configFile })
	if err := here.Err(); err != nil {
		return nil, err
	}
	var names []string
	for _, c := range cfg.Connections {
		names = append(names, c.Name.Value)
		if c.Name.Value != name {
			continue
		}
		driver := drivers[c.Driver.Value]
		if driver == nil {
			return nil, config.Check(cfg, known()).Err()
		}
		zone, err := time.LoadLocation(cfg.Company.TimeZone.Value)
		if err != nil {
			zone = time.UTC
		}
		connection, faults := driver(connectors.Env{Name: name, Dir: cfg.Dir, Zone: zone, Now: a.clock.Now}, c.Settings)
		return connection, faults.Err()
	}
	return nil, usage(fmt.Errorf("there is no connection %q in %s: %s", name, a.configFile, config.Choose(name, names)))
}
