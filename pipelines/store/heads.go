package store

import (
	"fmt"
	"sort"

	"github.com/jmoiron/sqlx"

	"tradewire/mapping/document"
)

type head struct {
	Kind     document.Kind `db:"kind"`
	DocKey   string        `db:"doc_key"`
	Revision int64         `db:"revision"`
	Hash     string        `db:"hash"`
	Origin   int64         `db:"origin"`

	document document.Document
	seen     int64 // the revision that the database holds; 0: none
}

// LoadToDecide puts the documents on the desk that the changes at hand speak of. No other instance decides on them before this
// decision ends. It comes before Load.
func (d *Desk) LoadToDecide(refs []document.Ref) error { return d.load(refs, true) }

// Load puts documents on the desk, in key order and at once, and keeps other instances from deciding on them meanwhile, but for
// customers and items: every order reads them, and what is decided from the one before is as good as a moment earlier. Rates are read by
// many orders at once, and moved by nobody meanwhile. What is there already is not read again.
func (d *Desk) Load(refs []document.Ref) error { return d.load(refs, false) }

func (d *Desk) load(refs []document.Ref, all bool) error {
	byKind := map[document.Kind][]string{}
	for _, ref := range refs {
		if _, here := d.heads[ref]; !here {
			d.heads[ref] = &head{Kind: ref.Kind, DocKey: ref.Key}
			byKind[ref.Kind] = append(byKind[ref.Kind], ref.Key)
		}
	}
	for _, kind := range document.Kinds() {
		keys := byKind[kind]
		sort.Strings(keys)
		if err := inChunks(keys, func(part []string) error { return d.loadKind(kind, part, all) }); err != nil {
			return fmt.Errorf("read %s: %w", kind, err)
		}
	}
	return nil
}

func (d *Desk) loadKind(kind document.Kind, keys []string, all bool) error {
	lock := d.store.dialect.forUpdate
	switch {
	case all:
	case kind == document.KindParty, kind == document.KindItem:
		lock = ""
	case kind == document.KindExchangeRate: // a rate that moves waits for those who count at it, so that it finds all of them
		lock = d.store.dialect.forShare
	}
	query, args, err := sqlx.In(`
SELECT kind, doc_key, revision, hash, origin
  FROM head
 WHERE kind = ? AND doc_key IN (?)
 ORDER BY doc_key`+lock, kind, keys)
	if err != nil {
		return err
	}
	var rows []head
	if err := d.tx.SelectContext(d.ctx, &rows, query, args...); err != nil {
		return err
	}
	found, err := d.store.documents(d.ctx, d.tx, rows)
	if err != nil {
		return err
	}
	for i := range rows {
		h := &rows[i]
		ref := document.Ref{Kind: h.Kind, Key: h.DocKey}
		h.document, h.seen = found[ref], h.Revision
		d.heads[ref] = h
	}
	return nil
}

// Head is the document as it stands, nil when there is none or it was not loaded.
func (d *Desk) Head(ref document.Ref) document.Document {
	if h := d.heads[ref]; h != nil {
		return h.document
	}
	return nil
}

// Loaded says whether the document was looked for.
func (d *Desk) Loaded(ref document.Ref) bool { return d.heads[ref] != nil }

// Put makes d the new head of its kind and key and answers its revision. A document equal to its head moves nothing:
// moved is false. origin is true when the change speaks of this very document, and not only touches it.
func (d *Desk) Put(doc document.Document, change int64, origin bool) (revision int64, moved bool, err error) {
	ref := document.RefOf(doc)
	if err := d.Load([]document.Ref{ref}); err != nil {
		return 0, false, err
	}
	body, err := document.Marshal(doc)
	if err != nil {
		return 0, false, fmt.Errorf("write %s: %w: %w", ref, ErrUnfit, err)
	}
	hash := rawHash(body)
	h := d.heads[ref]
	if h.Revision > 0 && h.Hash == hash {
		if origin && h.Origin != change {
			err = d.answerLetters(change)
		}
		return h.Revision, false, err
	}
	if account, ok := doc.(*document.CreditAccount); ok {
		before, _ := h.document.(*document.CreditAccount)
		if err := d.reserve(before, account); err != nil {
			return 0, false, err
		}
	}
	h.Revision, h.Hash, h.document = h.Revision+1, hash, doc
	if origin && h.Origin != change {
		if err := d.supersede(h.Origin, change); err != nil {
			return 0, false, err
		}
		h.Origin = change
	}
	d.store.keepAtHand(*h, doc)
	d.tx.insert(`
INSERT INTO revision (kind, doc_key, revision, body, hash, change_id, decided_at)`, "", ref.Kind, ref.Key, h.Revision, body, hash, change, stamp(d.now))
	if err := d.note("decided", ref, h.Revision, hash); err != nil {
		return 0, false, err
	}
	return h.Revision, true, d.wake(ref)
}

// Origin is the change that the document's content comes from; 0 when there is none.
func (d *Desk) Origin(ref document.Ref) int64 {
	if h := d.heads[ref]; h != nil {
		return h.Origin
	}
	return 0
}

// moveHeads writes each head once, guarded by the revision that was read. (Invariant 3.)
func (d *Desk) moveHeads() error {
	refs := make([]document.Ref, 0, len(d.heads))
	for ref, h := range d.heads {
		if h.Revision != h.seen {
			refs = append(refs, ref)
		}
	}
	sort.Slice(refs, func(i, j int) bool {
		if refs[i].Kind != refs[j].Kind {
			return refs[i].Kind < refs[j].Kind
		}
		return refs[i].Key < refs[j].Key
	})
	var moved [][]any
	for _, ref := range refs {
		h := d.heads[ref]
		if h.seen == 0 {
			d.tx.insert(`
INSERT INTO head (kind, doc_key, revision, hash, origin, decided_at)`, "", ref.Kind, ref.Key, h.Revision, h.Hash, h.Origin, stamp(d.now))
		} else {
			moved = append(moved, []any{ref.Kind, ref.Key, h.seen, h.Revision, h.Hash, h.Origin, stamp(d.now)})
		}
		h.seen = h.Revision
	}
	return d.amendAll(moveHead, moved)
}

var moveHead = amendment{table: "head", keys: []string{"kind", "doc_key"}, carry: []string{"seen"}, guard: "head.revision = {seen}",
	sets: []string{"revision", "hash", "origin", "decided_at"}}
