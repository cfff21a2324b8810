package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tradewire/config"
	"tradewire/pipelines/matching"
)

// A review is a file for people: what may be the same on both sides, and what they decided. It opens in Excel, and comes back from
// there as it was.
type review struct {
	rows []reviewRow
}

// reviewRow is a record of the CRM with one that it may be in the ERP.
type reviewRow struct {
	crm, crmName, erp, erpName, rule, confidence, why, decision string

	line int // in the file
}

// Decisions.
const (
	same = "same" // the two are one
	none = "none" // they are not; where the ERP has no such record, it stays unknown
)

var reviewColumns = []string{"crm key", "crm name", "erp key", "erp name", "rule", "confidence", "why", "decision"}

// largestReview bounds what is read of a review, in bytes.
const largestReview = 64 << 20

// reviewOf is a review of what matching found. What both systems say themselves is decided; all else is left to a person.
func reviewOf(pairs []matching.Pair) (r review) {
	for _, p := range pairs {
		row := reviewRow{crm: p.CRM.Key, crmName: p.CRM.Title(), erp: p.ERP.Key, erpName: p.ERP.Title(),
			rule: string(p.Rule), confidence: string(p.Confidence), why: p.Why}
		if p.Proposed() {
			row.decision = same
		}
		r.rows = append(r.rows, row)
	}
	return r
}

// keep carries over what people have decided before, and pairs of theirs that nothing proposes.
func (r *review) keep(before review) {
	at := map[[2]string]int{}
	for i, row := range r.rows {
		at[[2]string{row.crm, row.erp}] = i
	}
	for _, old := range before.rows {
		i, there := at[[2]string{old.crm, old.erp}]
		switch {
		case old.decision == "":
		case there:
			r.rows[i].decision = old.decision
		default:
			r.rows = append(r.rows, old)
		}
	}
	slices.SortStableFunc(r.rows, func(a, b reviewRow) int { return strings.Compare(a.crm, b.crm) })
	r.settle()
}

// settle leaves no proposal of ours beside what a person has decided for the same record, on either side.
func (r *review) settle() {
	crm, erp := map[string]int{}, map[string]int{}
	for _, row := range r.rows {
		if row.decision == same {
			crm[row.crm]++
			erp[row.erp]++
		}
	}
	for i, row := range r.rows {
		if row.decision == same && row.confidence == string(matching.Sure) && (crm[row.crm] > 1 || erp[row.erp] > 1) {
			r.rows[i].decision = ""
			r.rows[i].why = strings.TrimPrefix(row.why+"; another pair was decided to be the same", "; ")
		}
	}
}

// undecided are the rows that wait for a person: of records for which nothing is decided to be the same.
func (r review) undecided() (open []reviewRow) {
	decided := map[string]bool{}
	for _, row := range r.rows {
		decided[row.crm] = decided[row.crm] || row.decision == same
	}
	for _, row := range r.rows {
		if row.decision == "" && !decided[row.crm] {
			open = append(open, row)
		}
	}
	return open
}

// write writes the file for Excel: marked as UTF-8, and no cell is a formula or becomes a day or a number.
func (r review) write(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(reviewColumns); err != nil {
		return err
	}
	for _, row := range r.rows {
		if err := out.Write([]string{guardedKey(row.crm), guarded(row.crmName), guardedKey(row.erp), guarded(row.erpName),
			row.rule, row.confidence, guarded(row.why), row.decision}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// guarded keeps a text from being run as a formula: an apostrophe in front says that it is a text.
func guarded(s string) string {
	if s != "" && strings.ContainsRune("=+-@＝＋－＠'\t\r\n", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

// What begins with a digit Excel takes for a number or a day, but for plain numbers that it writes back as they are; and some words
// too: 0012 becomes 12, 1E5 becomes 100000, MAR1 a day.
var (
	plainNumber = regexp.MustCompile(`^(0|[1-9][0-9]{0,10})$`)
	alteredWord = regexp.MustCompile(`(?i)^((jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/. ]?[0-9]+|true|false)$`)
)

// guardedKey is a key that comes back as it was.
func guardedKey(s string) string {
	digit := s != "" && s[0] >= '0' && s[0] <= '9'
	if digit && !plainNumber.MatchString(s) || alteredWord.MatchString(s) {
		return "'" + s
	}
	return guarded(s)
}

func unguarded(s string) string { return strings.TrimPrefix(s, "'") }

// readReview reads a review strictly, and names every mistake with its line. file is what it is called in messages.
func readReview(r io.Reader, file string) (review, config.Faults) {
	place := config.Pos{File: file}
	body, err := io.ReadAll(io.LimitReader(r, largestReview+1))
	switch {
	case err != nil:
		return review{}, config.Faults{place.Fault("unreadable-file", err.Error(), "let the user that runs tradewire read it")}
	case len(body) > largestReview:
		return review{}, config.Faults{place.Fault("too-large", "it has more than 64 MB", "it is not what tradewire backfill match wrote")}
	case !utf8.Valid(body):
		return review{}, config.Faults{place.Fault("not-utf8", "it holds bytes that are not UTF-8 text", `save it in Excel as "CSV UTF-8"`)}
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	in := csv.NewReader(bytes.NewReader(body))
	in.FieldsPerRecord = -1
	in.Comma = commaOf(body)
	return read(in, file)
}

// commaOf is what parts the columns: Excel takes what the country of the machine is used to.
func commaOf(body []byte) rune {
	first, _, _ := bytes.Cut(body, []byte("\n"))
	for _, comma := range []rune{';', '\t'} {
		if bytes.ContainsRune(first, comma) {
			return comma
		}
	}
	return ','
}

func read(in *csv.Reader, file string) (r review, faults config.Faults) {
	header := false
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			at := config.Pos{File: file, Line: 1, Col: 1}
			if p, ok := errors.AsType[*csv.ParseError](err); ok {
				at.Line, at.Col, err = p.StartLine, p.Column, p.Err
			}
			return r, append(faults, at.Fault("syntax", err.Error(), "put quotes around a cell that holds a comma, and write a quote in it twice"))
		}
		line, _ := in.FieldPos(0)
		at := config.Pos{File: file, Line: line, Col: 1}
		switch {
		case !header:
			if header = true; !slices.Equal(cells, reviewColumns) {
				return r, append(faults, at.Fault("bad-header", "the first line is not that of a review", "write: "+strings.Join(reviewColumns, ",")))
			}
		case strings.TrimSpace(strings.Join(cells, "")) == "":
		case len(cells) != len(reviewColumns):
			faults = append(faults, at.Fault("bad-row", fmt.Sprintf("%d cells where %d belong", len(cells), len(reviewColumns)), "put quotes around a cell that holds a comma"))
		default:
			row := reviewRow{unguarded(cells[0]), unguarded(cells[1]), unguarded(cells[2]), unguarded(cells[3]), cells[4], cells[5], unguarded(cells[6]), strings.ToLower(strings.TrimSpace(cells[7])), line}
			if wrong := row.check(at); wrong != nil {
				faults = append(faults, *wrong)
			}
			r.rows = append(r.rows, row)
		}
	}
	if !header {
		return r, append(faults, config.Pos{File: file}.Fault("bad-header", "it is empty", "write it anew: tradewire backfill match"))
	}
	return r, append(faults, r.check(file)...)
}

func (row reviewRow) check(at config.Pos) *config.Fault {
	var f config.Fault
	switch {
	case row.crm == "":
		f = at.Fault("missing-key", "the crm key is missing", "take the line out, or write which record of the CRM it is about")
	case row.decision != "" && row.decision != same && row.decision != none:
		f = at.Fault("unknown-word", fmt.Sprintf("the decision is %q", row.decision), config.Choose(row.decision, []string{same, none})+", or leave it empty")
	case row.decision == same && row.erp == "":
		f = at.Fault("missing-key", row.crm+" is the same as nothing: the erp key is missing", "write the key that it has in the ERP, or none under decision")
	default:
		return nil
	}
	return &f
}

// check finds decisions that contradict one another: one is one.
func (r review) check(file string) (faults config.Faults) {
	crm, erp, rows := map[string]reviewRow{}, map[string]reviewRow{}, map[[2]string]int{}
	for _, row := range r.rows {
		at := config.Pos{File: file, Line: row.line, Col: 1}
		if first, twice := rows[[2]string{row.crm, row.erp}]; twice {
			faults = append(faults, at.Fault("duplicate-row", fmt.Sprintf("%s and %q stand in line %d already", row.crm, row.erp, first), "take one of the lines out"))
			continue
		}
		rows[[2]string{row.crm, row.erp}] = row.line
		if row.decision != same || row.erp == "" {
			continue
		}
		if first, twice := crm[row.crm]; twice {
			faults = append(faults, at.Fault("claimed-twice", fmt.Sprintf("%s is %s, and in line %d it is %s", row.crm, row.erp, first.line, first.erp), "write none in one of the lines"))
		} else if first, twice := erp[row.erp]; twice {
			faults = append(faults, at.Fault("claimed-twice", fmt.Sprintf("%s of the ERP is %s, and in line %d it is %s", row.erp, row.crm, first.line, first.crm), "write none in one of the lines, or join the two in the CRM first"))
		} else {
			crm[row.crm], erp[row.erp] = row, row
		}
	}
	return faults
}

// readReviewFile reads a review; there is false where there is none.
func readReviewFile(path, called string) (r review, there bool, faults config.Faults) {
	f, err := os.Open(path) // #nosec G304 -- the operator names it
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil
	}
	if err != nil {
		return r, true, config.Faults{config.Pos{File: called}.Fault("unreadable-file", err.Error(), "let the user that runs tradewire read it")}
	}
	defer f.Close()
	r, faults = readReview(f, called)
	return r, true, faults
}

// writeWhole writes a file so that it is there whole or not at all.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	// #nosec G301 -- beside the configuration
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	err = write(f)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
