package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tradewire/connectors"
)

// message is one entry as people will read it.
type message struct {
	id     string // the same for the same entry, whenever it is sent, and another for every other
	text   string
	record connectors.Record // as it stands in the entry: for a web hook
}

// compose makes the message of an entry, or says what is wrong with the entry.
func (c *Connection) compose(entry connectors.Entry) (message, error) {
	m := message{id: fingerprint(entry), record: entry.Record}
	drawn, err := drawing(entry.Attachments)
	if err != nil {
		return m, err
	}
	written, isText := entry.Record["text"].(string)
	switch {
	case drawn != "":
		m.text = drawn
	case entry.Record["text"] != nil && !isText:
		return m, refused("let the mapping write a text", "text is not a text")
	default:
		m.text = written
	}
	if m.text = printable(m.text); strings.TrimSpace(m.text) == "" {
		return m, refused("write render: [text] under the target, or let its mapping fill text", "the message has no text")
	}
	if drawn == "" && !c.service.takesRecords() {
		for _, field := range slices.Sorted(maps.Keys(entry.Record)) {
			if field != "text" { // what a message cannot carry would be lost without a word
				return m, refused("take it out of the target's mapping; a message knows text", "the record has a field %q", field)
			}
		}
	}
	return m, nil
}

// fingerprint names an entry in a form that fits in any header.
func fingerprint(entry connectors.Entry) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", entry.Target, entry.Kind, entry.Key, entry.Revision))
	return hex.EncodeToString(sum[:16])
}

// drawing is the text that was drawn; empty when none was.
func drawing(files []connectors.Attachment) (text string, err error) {
	for _, file := range files {
		kind, _, err := mime.ParseMediaType(file.MediaType)
		if err != nil || kind != "text/plain" || text != "" {
			return "", refused("write render: [text] under the target: a chat carries no files", "the attachment %q cannot be sent", file.Name)
		}
		if !utf8.Valid(file.Body) {
			return "", refused("look at what draws it", "the text is not UTF-8")
		}
		text = string(file.Body)
	}
	return text, nil
}

// printable is the text without what no chat shows.
func printable(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) && r != '\ufeff' {
			return r
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return -1
	}, text)
	return strings.Trim(text, "\n")
}

// shortened is the text as far as it fits: cut at the end of a line, with a last line that says what is left out.
func shortened(text string, fits func(string) bool) (string, error) {
	if fits(text) {
		return text, nil
	}
	lines := strings.Split(text, "\n")
	keep := longest(len(lines)-1, func(n int) bool { return fits(upTo(lines, n)) })
	if keep > 0 {
		return upTo(lines, keep), nil
	}
	// Its first line alone is too long.
	letters := []rune(lines[0])
	within := func(n int) string { return string(letters[:n]) + upTo(lines, 0) }
	if n := longest(len(letters), func(n int) bool { return fits(within(n)) }); n > 0 {
		return within(n), nil
	}
	return "", refused("look at what the message holds", "the message does not fit, however short")
}

// upTo is the first n lines of a text, and how many are missing.
func upTo(lines []string, n int) string {
	missing := len(lines) - n
	said := fmt.Sprintf("…\n(%d lines left out / 另有 %d 行未显示)", missing, missing)
	if missing == 1 {
		said = "…\n(1 line left out / 另有 1 行未显示)"
	}
	if n == 0 {
		return said
	}
	return strings.Join(lines[:n], "\n") + "\n" + said
}

// longest is the greatest n up to most for which it holds, where it holds for all that are smaller; 0 when for none.
func longest(most int, holds func(n int) bool) int {
	least := 0
	for least < most {
		middle := (least + most + 1) / 2
		if holds(middle) {
			least = middle
		} else {
			most = middle - 1
		}
	}
	return least
}

func refused(hint, what string, facts ...any) error {
	err := errors.New(what)
	if len(facts) > 0 {
		err = fmt.Errorf(what, facts...)
	}
	return &connectors.Error{Kind: connectors.Refused, Hint: hint, Err: err}
}
