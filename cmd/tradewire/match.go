package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/matching"
)

// matchable are the kinds of document that stand in both systems before Tradewire comes, as the command line calls them.
var matchable = map[string]document.Kind{"customers": document.KindParty, "items": document.KindItem}

func (a *app) match() *cobra.Command {
	crm, erp, accept := "", "", ""
	cmd := &cobra.Command{
		Use:   "match customers|items",
		Short: "Find the customers or items that stand in CRM and ERP already, for a person to decide",
		Long: "Reads both sides through their mappings and writes review/customers.csv (or items.csv) beside the configuration: for each record of\n" +
			"the CRM what it may be in the ERP, by which rule and how sure: a code that one of them says (refs), then the tax id, then the name\n" +
			"without case, width, punctuation and what sort of company it is; never a tax id or name that occurs twice. Where a code says it and\n" +
			"nothing speaks against it, the decision is filled in. All else is yours: write same or none under decision, and the ERP's key\n" +
			"where none was found. Called again, it keeps what you decided.\n\n" +
			"--accept reads the file back and writes codes/customers.yaml, a code list that mappings name with file:.\n" +
			"Nothing is written to either system.",
		Example: "  tradewire backfill match customers --crm crm_customers --erp erp_customers --config D/tradewire.yaml\n" +
			"  tradewire backfill match customers --crm crm_customers --erp erp_customers --accept review/customers.csv\n" +
			"  tradewire backfill match items --crm crm_items --erp erp_items --json",
		Args: oneArg("of customers and items"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			kind, known := matchable[args[0]]
			if !known {
				return usage(fmt.Errorf("%q cannot be matched: %s", args[0], config.Choose(args[0], slices.Sorted(maps.Keys(matchable)))))
			}
			p, err := a.load()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, p.close()) }()
			m, err := p.matchingOf(args[0], kind, crm, erp)
			if err != nil {
				return err
			}
			if err := m.readSides(cmd.Context()); err != nil {
				return err
			}
			if accept != "" {
				return a.acceptReview(m, accept)
			}
			return a.writeReview(m)
		},
	}
	cmd.Flags().StringVar(&crm, "crm", "", "the source that reads them from the CRM")
	cmd.Flags().StringVar(&erp, "erp", "", "the source that reads them from the ERP")
	cmd.Flags().StringVar(&accept, "accept", "", "the file with your decisions: they become a code list")
	return cmd
}

// matchWork is one matching of two sources.
type matchWork struct {
	what     string // customers
	kind     document.Kind
	p        *plant
	crm, erp matchSide
}

// matchSide is all records of one source.
type matchSide struct {
	source     pipelines.Source
	records    []matching.Record
	unreadable int
	first      string // what is wrong with the first of those
}

func (s matchSide) keys() map[string]bool {
	keys := map[string]bool{}
	for _, r := range s.records {
		keys[r.Key] = true
	}
	return keys
}

// review and codes are where the files lie, and what messages call them.
func reviewFile(what string) string { return filepath.Join("review", what+".csv") }
func codesFile(what string) string  { return "codes/" + what + ".yaml" }
func (p *plant) beneath(file string) string {
	return filepath.Join(p.cfg.Dir, filepath.FromSlash(file))
}

func (p *plant) matchingOf(what string, kind document.Kind, crm, erp string) (*matchWork, error) {
	m := &matchWork{what: what, kind: kind, p: p}
	for _, side := range []struct {
		flag, name string
		into       *matchSide
	}{{"crm", crm, &m.crm}, {"erp", erp, &m.erp}} {
		var known []string
		for _, s := range p.house.Sources {
			if s.Makes == kind && s.Reads != nil {
				known = append(known, s.Name)
				if s.Name == side.name {
					side.into.source = s
				}
			}
		}
		if side.into.source.Reads == nil {
			return nil, usage(fmt.Errorf("--%s %q is no source that reads %s: %s", side.flag, side.name, what, chooseSource(side.name, kind, known)))
		}
	}
	if crm == erp {
		return nil, usage(fmt.Errorf("--crm and --erp are the same source %s: name two", crm))
	}
	return m, nil
}

func chooseSource(name string, kind document.Kind, known []string) string {
	if len(known) == 0 {
		return fmt.Sprintf("no source of pipelines/*.yaml has a mapping with decode: %s", kind)
	}
	return config.Choose(name, known)
}

func (m *matchWork) readSides(ctx context.Context) error {
	return errors.Join(m.crm.read(ctx, m.erp.source.System), m.erp.read(ctx, m.crm.source.System))
}

// mostRecords bounds what one side may hold: its keys and names are held in memory.
const mostRecords = 1_000_000

// read reads everything the source holds, page by page, and keeps what matching needs of it.
func (s *matchSide) read(ctx context.Context, other string) error {
	all := map[string]matching.Record{}
	err := pipelines.Everything(ctx, s.source, 500, func(changes []connectors.Change) error {
		for _, c := range changes {
			if c.Gone {
				continue
			}
			s.take(all, c, other)
		}
		if len(all) > mostRecords {
			return fmt.Errorf("%s holds more than %d records", s.source.Name, mostRecords)
		}
		return nil
	})
	for _, key := range sortedKeys(all) {
		s.records = append(s.records, all[key])
	}
	return err
}

func (s *matchSide) take(all map[string]matching.Record, c connectors.Change, other string) {
	if c.Broken != nil {
		s.wrong(c.Key, c.Broken.Reason)
		return
	}
	documents, err := s.source.Mapping.Decode(c.Record)
	if errors.Is(err, mapping.ErrNotConcerned) {
		return
	}
	if err != nil {
		s.wrong(c.Key, err.Error())
		return
	}
	for _, d := range documents {
		if r := matching.Of(d, s.source.System, other); r.Key != "" {
			all[r.Key] = r
		}
	}
}

func (s *matchSide) wrong(key, why string) {
	if s.unreadable++; s.unreadable == 1 {
		first, _, _ := strings.Cut(why, "\n")
		s.first = key + ": " + first
	}
}

// matchView is what matching found, for people and programs.
type matchView struct {
	Review     string         `json:"review"`
	CRM        int            `json:"crm_records"`
	ERP        int            `json:"erp_records"`
	Confidence map[string]int `json:"confidence"` // rows of the review: sure, likely, possible, doubtful, nothing
	Decided    int            `json:"decided"`    // records of the CRM, by you or by a code
	Undecided  int            `json:"undecided"`
	ERPOnly    int            `json:"erp_only"` // records of the ERP that no row names
	Unreadable map[string]int `json:"unreadable,omitempty"`
}

// writeReview writes the review, with what people decided in an earlier one.
func (a *app) writeReview(m *matchWork) error {
	file := reviewFile(m.what)
	before, there, faults := readReviewFile(m.p.beneath(file), filepath.ToSlash(file))
	if len(faults) > 0 {
		return faults // what people decided must not be lost
	}
	r := reviewOf(matching.Match(m.crm.records, m.erp.records, m.kind == document.KindItem))
	if there {
		r.keep(before)
	}
	if err := writeWhole(m.p.beneath(file), r.write); err != nil {
		return fmt.Errorf("write the review: %w", err)
	}
	v := m.view(r)
	if a.json {
		return a.printJSON(v)
	}
	fmt.Fprintf(a.out, "%d %s in %s, %d in %s\n", v.CRM, m.what, m.crm.source.System, v.ERP, m.erp.source.System)
	t := a.newTable("how sure", "rows", "decision")
	for _, c := range []struct{ name, say string }{{"sure", "filled in: a code says it"}, {"likely", "yours"}, {"possible", "yours"}, {"doubtful", "yours: something speaks against it"}, {"nothing", "yours: none was found"}} {
		t.AppendRow(tableRow{c.name, v.Confidence[c.name], c.say})
	}
	t.Render()
	for _, side := range []matchSide{m.crm, m.erp} {
		if side.unreadable > 0 {
			fmt.Fprintf(a.out, "%d records of %s cannot be read and are not matched; the first is %s\n", side.unreadable, side.source.Name, side.first)
		}
	}
	fmt.Fprintf(a.out, "%s: %d decided, %d undecided. Write same or none under decision, then: tradewire backfill match %s --crm %s --erp %s --accept %s\n",
		v.Review, v.Decided, v.Undecided, m.what, m.crm.source.Name, m.erp.source.Name, v.Review)
	return nil
}

func (m *matchWork) view(r review) matchView {
	v := matchView{Review: m.p.beneath(reviewFile(m.what)), CRM: len(m.crm.records), ERP: len(m.erp.records), Confidence: map[string]int{}, Unreadable: map[string]int{}}
	named, crm := map[string]bool{}, map[string]bool{}
	for _, row := range r.rows {
		confidence := row.confidence
		if row.erp == "" {
			confidence = "nothing"
		}
		v.Confidence[confidence]++
		named[row.erp], crm[row.crm] = true, true
	}
	open := map[string]bool{}
	for _, row := range r.undecided() {
		open[row.crm] = true
	}
	v.Undecided, v.Decided = len(open), len(crm)-len(open)
	for key := range m.erp.keys() {
		if !named[key] {
			v.ERPOnly++
		}
	}
	for _, side := range []matchSide{m.crm, m.erp} {
		if side.unreadable > 0 {
			v.Unreadable[side.source.Name] = side.unreadable
		}
	}
	return v
}

// acceptReview makes a code list of what people decided. Every key must be there: a slip of the pen is found now, not at night.
func (a *app) acceptReview(m *matchWork, path string) error {
	at := path
	if _, err := os.Stat(at); err != nil {
		at = m.p.beneath(path)
	}
	r, there, faults := readReviewFile(at, path)
	if !there {
		return usage(fmt.Errorf("there is no file %s: tradewire backfill match %s writes it first", path, m.what))
	}
	faults = append(faults, m.unknown(r, path)...)
	if len(faults) > 0 {
		return faults.Sorted()
	}
	list, err := m.codes(r)
	if err != nil {
		return err
	}
	// What is decided elsewhere is decided here: the backfill looks into this one.
	if err := writeWhole(m.p.beneath(reviewFile(m.what)), r.write); err != nil {
		return fmt.Errorf("keep the review: %w", err)
	}
	if err := writeWhole(m.p.beneath(codesFile(m.what)), func(w io.Writer) error { _, err := io.WriteString(w, list); return err }); err != nil {
		return fmt.Errorf("write the code list: %w", err)
	}
	known := map[string]bool{}
	count := map[string]int{}
	for _, row := range r.rows {
		count[row.decision]++
		known[row.crm] = true
	}
	fresh := 0
	for key := range m.crm.keys() {
		if !known[key] {
			fresh++
		}
	}
	open := len(r.undecided())
	if a.json {
		return a.printJSON(map[string]any{"codes": m.p.beneath(codesFile(m.what)), "same": count[same], "none": count[none], "undecided": open, "not_in_review": fresh, "named_by": m.p.namedBy(codesFile(m.what))})
	}
	fmt.Fprintf(a.out, "%s: %d %s of %s have their key in %s; %d have none there, %d rows are undecided\n", m.p.beneath(codesFile(m.what)), count[same], m.what,
		m.crm.source.System, m.erp.source.System, count[none], open)
	if fresh > 0 {
		fmt.Fprintf(a.out, "%d of %s are not in the review: match again\n", fresh, m.crm.source.Name)
	}
	if len(m.p.namedBy(codesFile(m.what))) == 0 {
		name := strings.TrimSuffix(m.what, "s")
		fmt.Fprintf(a.out, "no mapping uses it yet. In the mapping of the orders: codes: {%s: {file: %s}}, and code(%q, ...) around the CRM's key\n", name, codesFile(m.what), name)
	}
	return nil
}

// unknown are keys that neither side has.
func (m *matchWork) unknown(r review, file string) (faults config.Faults) {
	crm, erp := m.crm.keys(), m.erp.keys()
	for _, row := range r.rows {
		at := config.Pos{File: file, Line: row.line, Col: 1}
		if row.crm != "" && !crm[row.crm] {
			faults = append(faults, at.Fault("unknown-key", fmt.Sprintf("%s has no %q", m.crm.source.Name, row.crm), nearestOf(row.crm, crm, "take the line out")))
		}
		if row.decision == same && row.erp != "" && !erp[row.erp] {
			faults = append(faults, at.Fault("unknown-key", fmt.Sprintf("%s has no %q", m.erp.source.Name, row.erp), nearestOf(row.erp, erp, "write a key that it has, or none under decision")))
		}
	}
	return faults
}

// nearestOf is the key that was probably meant, of however many.
func nearestOf(key string, all map[string]bool, otherwise string) string {
	const few = 20_000 // comparing more would keep a person waiting
	if len(all) <= few {
		if near, ok := config.Nearest(key, sortedKeys(all)); ok {
			return fmt.Sprintf("did you mean %q?", near)
		}
	}
	return otherwise
}

// codes writes the code list, a line for each, with the names for those who read it.
func (m *matchWork) codes(r review) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# Which of the %s of %s is which in %s, as decided in %s.\n# Written by `tradewire backfill match %s --accept`; what is changed here by hand is overwritten by the next.\nvalues:\n",
		m.what, m.crm.source.System, m.erp.source.System, filepath.ToSlash(reviewFile(m.what)), m.what)
	n := 0
	for _, row := range r.rows {
		if row.decision == same {
			n++
			fmt.Fprintf(&b, "  %s: %s # %s\n", quotedYAML(row.crm), quotedYAML(row.erp), inOneLine(row.crmName))
		}
	}
	if n == 0 {
		return "", errors.New("nothing was decided to be the same: there is no list to write")
	}
	return b.String(), nil
}

// quotedYAML is a text in quotes: 0012 and NO stay what they are.
func quotedYAML(s string) string {
	node := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
	out, err := yaml.Marshal(&node)
	if err != nil {
		return fmt.Sprintf("%q", s)
	}
	return strings.TrimSpace(string(out))
}

func inOneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// namedBy are the mappings that use a code list's file.
func (p *plant) namedBy(file string) []string {
	names := []string{}
	for _, m := range p.cfg.Mappings {
		for _, list := range m.Codes {
			if filepath.ToSlash(filepath.Clean(list.File.Value)) == file {
				names = append(names, m.Name)
				break
			}
		}
	}
	return names
}

// mostOpen is how many undecided rows are named; the file has them all.
const mostOpen = 20

// checkReviews refuses to load orders while it is undecided whose they are.
func (p *plant) checkReviews() error {
	var all config.Faults
	for _, what := range slices.Sorted(maps.Keys(matchable)) {
		file := filepath.ToSlash(reviewFile(what))
		r, there, faults := readReviewFile(p.beneath(file), file)
		all = append(all, faults...)
		if !there || len(faults) > 0 {
			continue
		}
		for i, row := range r.undecided() {
			if i == mostOpen {
				all = append(all, config.Pos{File: file}.Fault("undecided", fmt.Sprintf("%d rows more are undecided", len(r.undecided())-mostOpen), "look for empty cells under decision"))
				break
			}
			at := config.Pos{File: file, Line: row.line, Col: 1}
			all = append(all, at.Fault("undecided", row.crm+" "+inOneLine(row.crmName)+" is undecided", "write same or none under decision and accept it, or load all the same with --unmatched hold"))
		}
		all = append(all, p.notAccepted(what, r)...)
	}
	return all.Err()
}

// notAccepted are decisions that are not in the code list.
func (p *plant) notAccepted(what string, r review) config.Faults {
	var list struct {
		Values map[string]string `yaml:"values"`
	}
	body, err := os.ReadFile(p.beneath(codesFile(what)))
	if err == nil {
		err = yaml.Unmarshal(body, &list)
	}
	for _, row := range r.rows {
		if row.decision == same && (err != nil || list.Values[row.crm] != row.erp) {
			return config.Faults{config.Pos{File: filepath.ToSlash(reviewFile(what)), Line: row.line, Col: 1}.Fault("not-accepted",
				fmt.Sprintf("what is decided of %s is not in %s", row.crm, codesFile(what)), "tradewire backfill match "+what+" --accept "+filepath.ToSlash(reviewFile(what)))}
		}
	}
	return nil
}
