package folder

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"tradewire/connectors"
)

// record is one record of a file.
type record struct {
	raw    []byte
	end    int               // the byte behind it
	values connectors.Record // nil: raw is JSON still to be read
	err    error             // not nil: it cannot be read; values may hold what could be
}

// A format finds the records of a file that begin at or after a byte. whole is false while the file may still be
// being written: then a last line that does not look whole is left for later.
type format func(body []byte, from int, whole bool) iter.Seq[record]

var formats = map[string]format{"csv": csvRecords, "jsonl": lines, "json": document}

var byteOrderMark = []byte("\ufeff")

// lines finds one JSON object a line. Empty lines are passed over.
func lines(body []byte, from int, whole bool) iter.Seq[record] {
	return func(yield func(record) bool) {
		if from == 0 && bytes.HasPrefix(body, byteOrderMark) {
			from = len(byteOrderMark)
		}
		for from < len(body) {
			line, ended := nextLine(body[from:])
			end := from + len(line)
			from = end
			raw := bytes.TrimSpace(line)
			if len(raw) == 0 {
				continue
			}
			if !ended && !whole {
				if _, err := connectors.ParseRecord(raw, connectors.DefaultLimits); err != nil {
					return // half a line: the rest may be on its way
				}
			}
			if !yield(record{raw: raw, end: end}) {
				return
			}
		}
	}
}

// nextLine is the first line of body with its end, and whether it has one.
func nextLine(body []byte) (line []byte, ended bool) {
	if i := bytes.IndexByte(body, '\n'); i >= 0 {
		return body[:i+1], true
	}
	return body, false
}

// document finds the records of a file that is one JSON value: an object, or a list of objects.
func document(body []byte, from int, whole bool) iter.Seq[record] {
	return func(yield func(record) bool) {
		start := bytes.TrimLeft(bytes.TrimPrefix(body, byteOrderMark), " \t\r\n")
		switch {
		case len(start) == 0: // nothing has been written yet
		case start[0] == '[':
			list(body, start, from, whole, yield)
		case from == 0:
			if _, err := connectors.ParseRecord(start, connectors.DefaultLimits); err == nil || whole {
				yield(record{raw: start, end: len(body)})
			}
		}
	}
}

// list finds the records of a list, which starts somewhere in the body.
func list(body, start []byte, from int, whole bool, yield func(record) bool) {
	limits := connectors.Limits{Bytes: largestFile, Depth: connectors.DefaultLimits.Depth}
	_, records, err := connectors.SplitRecords(start, "", limits)
	if err != nil {
		if from == 0 && whole {
			yield(record{raw: body, end: len(body), err: err})
		}
		return
	}
	end := len(body) - len(start) + 1 // behind the bracket
	for _, raw := range records {
		end += bytes.Index(body[end:], raw) + len(raw) // between two records are only a comma and space
		if end > from && !yield(record{raw: raw, end: end}) {
			return
		}
	}
}

// csvRecords finds the rows of a file whose first row names the columns. Every value is a text.
func csvRecords(body []byte, from int, whole bool) iter.Seq[record] {
	return func(yield func(record) bool) {
		columns, first, err := header(body)
		if errors.Is(err, io.EOF) {
			return // nothing has been written yet
		}
		if err != nil {
			if from == 0 && (whole || bytes.IndexByte(body, '\n') >= 0) {
				yield(record{raw: body, end: len(body), err: err})
			}
			return
		}
		for from = max(from, first); from < len(body); {
			row, size, err := readRow(body[from:])
			raw := body[from : from+size]
			if errors.Is(err, io.EOF) || !whole && raw[len(raw)-1] != '\n' {
				return // the end, or half a row whose rest may be on its way
			}
			from += size
			if !yield(rowRecord(columns, row, bytes.TrimSpace(raw), from, err)) {
				return
			}
		}
	}
}

// header reads the names of the columns and says where the first row begins.
func header(body []byte) (columns []string, first int, err error) {
	skip := 0
	if bytes.HasPrefix(body, byteOrderMark) {
		skip = len(byteOrderMark)
	}
	columns, size, err := readRow(body[skip:])
	if err != nil {
		return nil, 0, fmt.Errorf("the first row: %w", err)
	}
	seen := map[string]bool{}
	for _, column := range columns {
		switch {
		case column == "":
			return nil, 0, errors.New("the first row must name the columns, and one has no name")
		case seen[column]:
			return nil, 0, fmt.Errorf("the first row must name the columns, and %q stands twice", column)
		case !utf8.ValidString(column):
			return nil, 0, errNotUTF8
		}
		seen[column] = true
	}
	return columns, skip + size, nil
}

var errNotUTF8 = errors.New("the text is not UTF-8: save the file as UTF-8, with the sheet program's own choice of that name")

// readRow reads the first row of body and says how many bytes it takes, empty lines before it included. A row that is
// broken ends with its line, so that a quote which is never closed does not swallow the rows behind it.
func readRow(body []byte) (row []string, size int, err error) {
	rest := bytes.TrimLeft(body, "\r\n")
	empty := len(body) - len(rest)
	r := csv.NewReader(bytes.NewReader(rest))
	r.FieldsPerRecord = -1
	row, err = r.Read()
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		line, _ := nextLine(rest)
		return nil, empty + len(line), fmt.Errorf("a quote is out of place: %w", parse.Err)
	}
	return row, empty + int(r.InputOffset()), err
}

func rowRecord(columns, row []string, raw []byte, end int, err error) record {
	r := record{raw: raw, end: end, values: connectors.Record{}, err: err}
	for i := range min(len(columns), len(row)) {
		r.values[columns[i]] = row[i]
		if !utf8.ValidString(row[i]) {
			r.err = errNotUTF8
		}
	}
	if r.err == nil && len(row) != len(columns) {
		r.err = fmt.Errorf("the row has %d columns, the first row names %d", len(row), len(columns))
	}
	if r.err == nil && len(raw) > connectors.DefaultLimits.Bytes {
		r.err = fmt.Errorf("the row has %d bytes, at most %d are taken", len(raw), connectors.DefaultLimits.Bytes)
	}
	return r
}
