package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

// heard is what became of what a person says.
type heard int

const (
	heardBefore heard = iota // word for word: nothing was taken in
	heardLater               // it was taken in and is not decided yet
	heardNot                 // it was refused, or something later was said before
	heardNow                 // it was decided
)

// submit takes in what a person says through the same door as every other change, and waits until it is decided. look is the verb that
// shows it later. The reason says why nothing came of it, or what came.
func submit(ctx context.Context, s *store.Store, pipeline, look string, said document.Document, change connectors.Change, decide decider) (what heard, reason string, err error) {
	from := store.Origin{Pipeline: pipeline, Source: "people", System: store.Ours, Kind: said.Kind()}
	taken, err := s.Take(ctx, from, []connectors.Change{change}, nil)
	if err != nil {
		return heardNot, "", err
	}
	if taken.New == 0 {
		return heardBefore, "it was said before, word for word", nil
	}
	row, err := decide(ctx, document.RefOf(said), taken.Waiting[0])
	if err != nil {
		return heardNot, "", err
	}
	switch pipelines.Bucket(row.Bucket) {
	case pipelines.Waiting:
		return heardLater, fmt.Sprintf("it was taken in and is not decided yet: see `tradewire %s` in a moment", look), nil
	case pipelines.DeadLetter, pipelines.Superseded:
		return heardNot, row.Reason, nil
	}
	return heardNow, row.Reason, nil
}

// flagFaults gathers what is wrong with what a person has typed, to say all of it at once.
type flagFaults []error

func (f *flagFaults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

// speaker checks who speaks, and why.
func (f *flagFaults) speaker(by, reason, kept string) {
	if strings.TrimSpace(by) == "" {
		f.add("--as is missing: somebody must stand for the decision")
	}
	if len([]rune(by)) > credit.LongestName {
		f.add("--as is longer than the %d characters of a name", credit.LongestName)
	}
	if strings.TrimSpace(reason) == "" {
		f.add("--reason is missing: it is kept with the %s", kept)
	}
}

// day is one to come; zero where none was given.
func (f *flagFaults) day(flag, text string, today document.Date) document.Date {
	if text == "" {
		return document.Date{}
	}
	d, err := document.ParseDate(text)
	if err == nil && d.Before(today) {
		err = fmt.Errorf("%s lies in the past: name a day to come", d)
	}
	if err != nil {
		f.add("--%s: %w", flag, err)
	}
	return d
}

// err is all of it as a mistake of usage; nil where there is none.
func (f flagFaults) err() error {
	if len(f) == 0 {
		return nil
	}
	return usage(errors.Join(f...))
}
