package sqldb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// fence is what the effect table remembers of a target's leases: the latest under which anything was written there, in a row
// without kind and key, which no document has.
//
// Every transaction that writes to the target locks this row first. One of an earlier lease has either ended before the first
// of a later one began, or finds the later lease and writes nothing: neither what its successor has written nor what it has
// not, such as an order that was withdrawn meanwhile. (Invariant 2, grade A)
type fence struct {
	oldest, newest int64 // of the entries
	seen           int64 // of the row; 0 where there is none
	stands         bool
}

// Fence lets nothing be written under an earlier lease from now on. With guard: reference nothing there knows of leases.
func (s *sink) Fence(ctx context.Context, epoch int64) error {
	if s.guard == byReference {
		return nil
	}
	op := "take over " + s.target
	if err := s.prepare(ctx, op); err != nil {
		return err
	}
	entries := []connectors.Entry{{Target: s.target, Epoch: epoch}}
	err := s.transact(ctx, op, entries, func(tx *sqlx.Tx) error {
		fences, err := s.fences(ctx, tx, entries)
		if err != nil {
			return err
		}
		return s.raise(ctx, tx, fences)
	})
	if err != nil {
		s.ready.Store(false)
		return s.drifted(ctx, op, err)
	}
	return nil
}

// fences locks the fences of the entries' targets, mostly one, and refuses all entries where one is of an earlier lease.
func (s *sink) fences(ctx context.Context, tx *sqlx.Tx, entries []connectors.Entry) (map[string]*fence, error) {
	if !s.keepsEffects() {
		return nil, nil
	}
	fences := s.leases(entries)
	targets := slices.Sorted(maps.Keys(fences))
	args := make([]any, len(targets))
	for i, target := range targets {
		args[i] = target
	}
	var rows []effect
	err := tx.SelectContext(ctx, &rows, "SELECT target, epoch\n  FROM "+quoteTable(s.effects)+
		"\n WHERE target IN ("+marks(len(args))+") AND kind = '' AND `key` = ''"+s.conn.dialect.locking(), args...)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if f := fences[row.Target]; f != nil {
			f.seen, f.stands = row.Epoch, true
		}
	}
	for _, target := range targets {
		f := fences[target]
		if latest := max(f.seen, f.newest); f.oldest < latest {
			return nil, s.overtaken(target, "an entry", f.oldest, latest)
		}
	}
	return fences, nil
}

// leases are those under which the entries are written, by target.
func (s *sink) leases(entries []connectors.Entry) map[string]*fence {
	fences := map[string]*fence{}
	for i := range entries {
		target, epoch := s.targetOf(&entries[i]), entries[i].Epoch
		f := fences[target]
		if f == nil {
			f = &fence{oldest: epoch, newest: epoch}
			fences[target] = f
		}
		f.oldest, f.newest = min(f.oldest, epoch), max(f.newest, epoch)
	}
	return fences
}

// raise remembers leases that are later than those which the targets have seen. It comes last: where no row could be locked
// because none stood there yet, the table's key stops whoever is second, and he looks again.
func (s *sink) raise(ctx context.Context, tx *sqlx.Tx, fences map[string]*fence) error {
	table, now := quoteTable(s.effects), s.conn.env.Now().UTC().Format(time.RFC3339Nano)
	for _, target := range slices.Sorted(maps.Keys(fences)) {
		f := fences[target]
		if f.newest <= f.seen {
			continue
		}
		statement := "INSERT INTO " + table + " (epoch, written_at, target, kind, `key`, revision, hash, reference)\nVALUES (?, ?, ?, '', '', 0, '', '')"
		if f.stands {
			statement = "UPDATE " + table + "\n   SET epoch = ?, written_at = ?\n WHERE target = ? AND kind = '' AND `key` = ''"
		}
		if _, err := tx.ExecContext(ctx, statement, f.newest, now, target); err != nil {
			return s.conn.raced(err)
		}
	}
	return nil
}

// targetOf is the target under whose name an entry is remembered.
func (s *sink) targetOf(e *connectors.Entry) string {
	if e.Target == "" {
		return s.target
	}
	return e.Target
}

// overtaken is the fault of whoever writes under a lease that is not the latest. A store that is new or restored counts its
// leases anew: only its user knows.
func (s *sink) overtaken(target string, what any, epoch, seen int64) error {
	anew := fmt.Sprintf("UPDATE %s SET epoch = 0 WHERE target = '%s'", quoteTable(s.effects), strings.ReplaceAll(target, "'", "''"))
	return conflict("another instance has taken this queue over: this one must stop writing to it; where the store is a new or restored one, and no other instance runs: "+anew,
		"%v is written under lease %d, and the database has seen %d", what, epoch, seen)
}
