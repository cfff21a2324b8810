package main

import (
	"errors"
	"fmt"
	"strings"

	"tradewire/connectors"
)

// diagnosis is what a look at everything has found, for people and programs.
type diagnosis struct {
	Level     connectors.Level `json:"level"` // the worst of all
	OK        int              `json:"ok"`
	Warn      int              `json:"warn"`
	Bad       int              `json:"bad"`
	Unreached []string         `json:"unreached"` // systems that cannot be reached
	Findings  []findingView    `json:"findings"`
	Targets   []gradeView      `json:"targets"`
}

type findingView struct {
	Level  connectors.Level `json:"level"`
	System string           `json:"system"` // store, bus, or a connection
	About  string           `json:"about"`  // the same, or one of its sources or targets
	What   string           `json:"what"`
	Change string           `json:"change,omitempty"`
}

type gradeView struct {
	Target     string `json:"target"`
	Connection string `json:"connection"`
	Grade      string `json:"grade"`
	Means      string `json:"means"`
}

func (d *diagnosis) add(system string, f connectors.Finding) {
	d.Findings = append(d.Findings, findingView{f.Level, system, f.About, f.What, f.Change})
	switch f.Level {
	case connectors.Bad:
		d.Bad++
	case connectors.Warn:
		d.Warn++
	default:
		d.OK++
	}
	switch {
	case d.Bad > 0:
		d.Level = connectors.Bad
	case d.Warn > 0:
		d.Level = connectors.Warn
	default:
		d.Level = connectors.OK
	}
}

// verdict fails when something is bad, in another way when it may be well again as soon as another system answers.
func (d diagnosis) verdict() error {
	switch {
	case len(d.Unreached) > 0:
		return errors.Join(errSaid, &connectors.Error{Kind: connectors.Unavailable, System: d.Unreached[0]})
	case d.Bad > 0:
		return errSaid
	}
	return nil
}

func (a *app) showDiagnosis(d diagnosis) {
	t := a.newTable("level", "what", "finding", "what to change")
	for _, f := range d.Findings {
		about := f.System
		if f.About != f.System {
			about += ": " + f.About
		}
		t.AppendRow(tableRow{f.Level, wrap(about, 20), wrap(f.What, 46), wrap(f.Change, 50)})
	}
	t.Render()
	t = a.newTable("target", "connection", "grade", "what keeps it from writing twice")
	for _, g := range d.Targets {
		t.AppendRow(tableRow{g.Target, g.Connection, g.Grade, wrap(g.Means, 70)})
	}
	t.Render()
	fmt.Fprintf(a.out, "%d ok, %d warn, %d bad", d.OK, d.Warn, d.Bad)
	if len(d.Unreached) > 0 {
		fmt.Fprintf(a.out, "; cannot be reached: %s", strings.Join(d.Unreached, ", "))
	}
	fmt.Fprintln(a.out, ". Nothing was changed.")
}
