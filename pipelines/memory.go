package pipelines

import (
	"errors"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// memory is the desk as the steps see it.
type memory struct {
	desk    *store.Desk
	house   *House
	read    map[document.Kind]time.Time
	changed time.Time // of the change at hand
	looking bool      // needs are gathered: what is not here yet is fetched with the rest
	marked  bool      // numbers were taken since the last mark
	fault   error     // of the store; the steps cannot answer for it
}

func (m *memory) Head(ref document.Ref) document.Document {
	if ref.Key == "" {
		return nil
	}
	if !m.looking && !m.desk.Loaded(ref) {
		m.fault = errors.Join(m.fault, m.desk.Load([]document.Ref{ref}))
	}
	return m.desk.Head(ref)
}

func (m *memory) Now() time.Time { return m.desk.Now().UTC() }

func (m *memory) Today() document.Date { return document.DateOf(m.desk.Now().In(m.house.Zone)) }

func (m *memory) Zone() *time.Location { return m.house.Zone }

func (m *memory) ChangedAt() time.Time { return m.changed }

// AsOf asks the sources: a set that was read and found unchanged is as fresh as one that changed.
func (m *memory) AsOf(kind document.Kind) time.Time {
	if at, known := m.read[kind]; known {
		return at
	}
	at, err := m.desk.ReadAt(m.house.Readers(kind))
	m.fault = errors.Join(m.fault, err)
	m.read[kind] = at
	return at
}

func (m *memory) Number(mask string) string {
	if !m.marked {
		m.marked = true
		m.fault = errors.Join(m.fault, m.desk.Mark())
	}
	number, err := m.desk.Number(mask, m.Today())
	m.fault = errors.Join(m.fault, err)
	return number
}

// giveBack returns the numbers that a refused decision took: a series has no gaps. (Invariant 9.)
func (m *memory) giveBack() error {
	if !m.marked {
		return nil
	}
	m.marked = false
	return m.desk.BackToMark()
}

func (m *memory) keep() { m.marked = false }
