package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/mapping/trial"
	"tradewire/pipelines/store"
)

// testFrom makes a test out of a dead letter and writes it beside the letter's mapping, in a file of its own: what people wrote
// stays as they wrote it.
func (a *app) testFrom(ctx context.Context, number string) error {
	id, err := letterNumber(number)
	if err != nil {
		return err
	}
	all, err := trials(a.configFile)
	if err != nil {
		return err
	}
	return a.looking(ctx, func(p *plant, s *store.Store) error {
		l, err := s.Letter(ctx, id)
		if err != nil {
			return err
		}
		m, err := mappingOf(p, all, l)
		if err != nil {
			return err
		}
		body, err := whatCameIn(ctx, s, l)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("dead letter %d", l.ID)
		draft, err := m.DraftOf(body, fmt.Sprintf("dead letter %d of %s by: tradewire test --from %[1]d", l.ID, l.Place), name)
		if err != nil {
			return err
		}
		file := fmt.Sprintf("mappings/%s.deadletter-%d.test.yaml", m.Name, l.ID)
		if err := provesItself(p.cfg, m.Name, file, draft.Text); err != nil {
			return fmt.Errorf("make a test of dead letter %d: %w", l.ID, err)
		}
		if err := writeOne(filepath.Join(p.cfg.Dir, filepath.FromSlash(file)), draft.Text); err != nil {
			return err
		}
		return a.showDraft(m.Name, file, name, draft)
	})
}

// mappingOf is the mapping that a dead letter went through, or was to go through.
func mappingOf(p *plant, all []*trial.Mapping, l store.Letter) (*trial.Mapping, error) {
	name, found := "", false
	for _, pipeline := range p.cfg.Pipelines {
		for _, s := range pipeline.Sources {
			if l.Stage != "delivery" && s.Name.Value == l.Place {
				name, found = s.Mapping.Value, true
			}
		}
		for _, t := range pipeline.Targets {
			if l.Stage == "delivery" && t.Name.Value == l.Place {
				name, found = t.Mapping.Value, true
			}
		}
	}
	at := slices.IndexFunc(all, func(m *trial.Mapping) bool { return m.Name == name })
	switch {
	case !found:
		return nil, fmt.Errorf("dead letter %d is of %s, which the configuration does not name: no mapping read it", l.ID, l.Place)
	case at < 0:
		return nil, fmt.Errorf("dead letter %d is of %s, which uses no mapping: there is nothing to test", l.ID, l.Place)
	}
	return all[at], nil
}

// whatCameIn is what the letter's mapping translates: the record as it came, or the document that was to go out.
func whatCameIn(ctx context.Context, s *store.Store, l store.Letter) ([]byte, error) {
	if l.Delivery == 0 {
		return l.Record, nil
	}
	d, err := s.Outgoing(ctx, l.Delivery)
	if err != nil {
		return nil, err
	}
	return document.Marshal(d)
}

// provesItself runs a test before it is written: it must be read as it was meant, and be well as things are today.
func provesItself(cfg *config.Config, mapping, file, text string) error {
	written, faults := config.ParseTests(file, mapping, []byte(text))
	tables, _ := tablesOf(cfg)
	all, more := trial.New(cfg, tables, []config.TestFile{written}, func(string) ([]byte, error) { return nil, fs.ErrNotExist })
	if err := append(faults, more...).Err(); err != nil {
		return err
	}
	for _, m := range all {
		for _, t := range m.Tests {
			for _, d := range t.Run() {
				return fmt.Errorf("it cannot be written as a test: %s", d)
			}
		}
	}
	return nil
}

// writeOne writes a file that must not be there.
func writeOne(path, text string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) // #nosec G304 G302 -- configuration, which people share
	if errors.Is(err, fs.ErrExist) {
		return usage(fmt.Errorf("%s is there already: nothing was written (rename or delete it first)", path))
	}
	if err != nil {
		return fmt.Errorf("write a test: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.WriteString(text)
	return err
}

func (a *app) showDraft(mapping, file, name string, d trial.Draft) error {
	if a.json {
		masked := d.Masked
		if masked == nil {
			masked = []string{}
		}
		return a.printJSON(map[string]any{"file": file, "mapping": mapping, "test": name, "expects": d.Expects, "masked": masked, "altered": d.Altered})
	}
	fmt.Fprintf(a.out, "%s\n", file)
	if len(d.Masked) > 0 {
		fmt.Fprintf(a.out, "masked: %s\n", strings.Join(d.Masked, ", "))
	} else {
		fmt.Fprintln(a.out, "masked: nothing, as nothing looked personal")
	}
	if d.Altered {
		fmt.Fprintln(a.out, "masked, it meets other errors than it did: what was wrong lies in what was masked (see: tradewire deadletters show)")
	}
	fmt.Fprintf(a.out, "Read it before you share it, write what must come out where it says TO BE EDITED, then: tradewire test %s\n", mapping)
	return nil
}
