package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tradewire/mapping/document"
)

// PaperFile is a drawn paper. Its bytes are kept and never drawn again. (Invariant 9.)
type PaperFile struct {
	Name      string `db:"name"`
	Format    string `db:"format"` // as the target asks for it: pdf, xlsx
	MediaType string `db:"media_type"`
	Hash      string `db:"hash"`
	Body      []byte `db:"body"`
}

// PaperFiles are the files that were drawn of a document's revision, by their format; none when it was not drawn yet.
func (s *Store) PaperFiles(ctx context.Context, ref document.Ref, revision int64) (map[string]PaperFile, error) {
	var rows []PaperFile
	err := s.read.SelectContext(ctx, &rows, `
SELECT name, format, media_type, hash, body FROM paper WHERE doc_key = ? AND revision = ?`, ref.String(), revision)
	files := make(map[string]PaperFile, len(rows))
	for _, f := range rows {
		files[f.Format] = f
	}
	return files, err
}

// KeepPaper keeps what was drawn, before anyone sees it. A file that is kept already, by another target that drew it at
// the same moment, stays as it is.
func (s *Store) KeepPaper(ctx context.Context, ref document.Ref, revision int64, files []PaperFile) error {
	return s.fits(s.transact(ctx, func(tx *txn) error {
		for _, f := range files {
			sum := sha256.Sum256(f.Body)
			if _, err := tx.ExecContext(ctx, `
INSERT INTO paper (doc_key, revision, name, format, media_type, hash, body, drawn_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)`+s.dialect.upsert("doc_key, revision, name"), ref.String(), revision, f.Name, f.Format, f.MediaType, hex.EncodeToString(sum[:]), f.Body, stamp(s.now())); err != nil {
				return err
			}
		}
		return nil
	}))
}

// fits says ErrUnfit where a row is not one that the database takes.
func (s *Store) fits(err error) error {
	if err != nil && s.dialect.unfit(err) {
		return fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	return err
}
