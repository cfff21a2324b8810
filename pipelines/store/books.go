package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"

	"tradewire/mapping/document"
)

// SeriesGaps are the number series whose count differs from the papers that carry their numbers. Every number that a
// series gave stands on one issued paper. (Invariant 9.)
func (s *Store) SeriesGaps(ctx context.Context) ([]string, error) {
	issued := map[string]bool{}
	err := s.Each(ctx, document.KindPaper, func(d document.Document, _ int64) error {
		issued[d.(*document.Paper).Number] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	var series []struct {
		Name string `db:"name"`
		Last int64  `db:"last"`
	}
	if err := s.read.SelectContext(ctx, &series, `SELECT name, last FROM series ORDER BY name`); err != nil {
		return nil, fmt.Errorf("read number series: %w", err)
	}
	var gaps []string
	for _, one := range series {
		for n := int64(1); n <= one.Last; n++ {
			if number := formatNumber(one.Name, n); !issued[number] {
				gaps = append(gaps, number)
			}
		}
	}
	sort.Strings(gaps)
	return gaps, nil
}

// AlteredPapers are the kept files whose bytes are not those that were drawn.
func (s *Store) AlteredPapers(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryxContext(ctx, `SELECT name, hash, body FROM paper ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("read kept papers: %w", err)
	}
	defer rows.Close()
	var altered []string
	for rows.Next() {
		var f PaperFile
		if err := rows.StructScan(&f); err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(f.Body); hex.EncodeToString(sum[:]) != f.Hash {
			altered = append(altered, f.Name)
		}
	}
	return altered, s.explain(rows.Err())
}
