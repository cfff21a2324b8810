package store

import (
	"context"
	"errors"
	"fmt"
)

// ErrDiffers says that what was moved is not what the file has.
var ErrDiffers = errors.New("the database does not hold what the file holds (something else has written there: drop the database, create it anew and begin again)")

// compare reads every table on both sides and answers the parts that are equal. A difference is named by table and key.
func (m *mover) compare(ctx context.Context) (equal []MovedTable, err error) {
	for _, t := range m.from.tables {
		one, err := m.compareTable(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("compare table %s: %w", t.name, err)
		}
		equal = append(equal, one)
	}
	return equal, nil
}

// compareTable reads both sides row by row.
func (m *mover) compareTable(ctx context.Context, t moveTable) (MovedTable, error) {
	there, err := t.read(ctx, m.into.read, t.in())
	if err != nil {
		return MovedTable{}, err
	}
	defer there.close()
	here, copied := newSeal(), newSeal()
	err = m.each(ctx, MoveStep{Doing: "comparing", Table: t.name}, t, nil, func(row moveRow) error {
		here.add(row)
		more, err := there.next()
		if err != nil {
			return err
		}
		if !more {
			return fmt.Errorf("the row with the key %s is missing: %w", t.keyOf(row), ErrDiffers)
		}
		copied.add(there.row)
		return t.same(row, there.row)
	})
	if err != nil {
		return MovedTable{}, err
	}
	if more, err := there.next(); err != nil || more {
		return MovedTable{}, errors.Join(err, fmt.Errorf("the row with the key %s is in the database alone: %w", t.keyOf(there.row), ErrDiffers))
	}
	if here.of(t) != copied.of(t) {
		return MovedTable{}, ErrDiffers
	}
	return copied.of(t), nil
}

// same names the first difference between a row of the file and the one in its place.
func (t moveTable) same(here, there moveRow) error {
	for _, at := range t.keyAt() {
		switch d := here[at].compare(&there[at]); {
		case d < 0:
			return fmt.Errorf("the row with the key %s is missing: %w", t.keyOf(here), ErrDiffers)
		case d > 0:
			return fmt.Errorf("the row with the key %s is in the database alone: %w", t.keyOf(there), ErrDiffers)
		}
	}
	for i, c := range t.columns {
		if here[i].compare(&there[i]) != 0 {
			return fmt.Errorf("the row with the key %s has %s in the column %s, and the file has %s: %w",
				t.keyOf(here), &there[i], c.name, &here[i], ErrDiffers)
		}
	}
	return nil
}
