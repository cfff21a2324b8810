package smtp

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tradewire/connectors"
)

// mostRecipients is what every server takes of one mail (RFC 5321, 4.5.3.1.8).
const mostRecipients = 100

var errBeyondASCII = errors.New("its part before or after the @ holds letters beyond ASCII")

// addresses are those that a field of the record names: a text, or a list of texts, each one address or several.
func addresses(record connectors.Record, field string) ([]*netmail.Address, error) {
	texts, err := textsOf(record, field)
	if err != nil {
		return nil, err
	}
	var all []*netmail.Address
	for _, text := range texts {
		for _, one := range split(text) {
			address, err := parseAddress(one)
			if err != nil {
				return nil, refused(correct(field), "%s: %q is no e-mail address: %w", field, one, err)
			}
			all = append(all, address)
		}
	}
	return all, nil
}

func textsOf(record connectors.Record, field string) ([]string, error) {
	list, ok := record[field].([]any)
	if !ok {
		list = []any{record[field]}
	}
	var texts []string
	for _, v := range list {
		switch v := v.(type) {
		case nil:
		case string:
			texts = append(texts, v)
		default:
			return nil, refused("let the mapping write a text or a list of texts", "%s holds something that is not a text", field)
		}
	}
	return texts, nil
}

// split parts a text at its commas and semicolons, those of a Chinese keyboard too, except inside quotes, angle brackets
// and comments.
func split(text string) []string {
	var parts []string
	var quoted, escaped bool
	depth, start := 0, 0
	add := func(part string) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '<' || r == '(':
			depth++
		case r == '>' || r == ')':
			depth--
		case depth == 0 && strings.ContainsRune(",;，；", r):
			add(text[start:i])
			start = i + utf8.RuneLen(r)
		}
	}
	add(text[start:])
	return parts
}

// parseAddress reads one address with or without a name. Nothing in it can end a line of a mail's head.
func parseAddress(text string) (*netmail.Address, error) {
	address, err := netmail.ParseAddress(text)
	if err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), "mail: ", ""))
	}
	address.Name = spaced(address.Name)
	if flaw := flawOf(address.Name + address.Address); flaw != "" {
		return nil, errors.New("it holds " + flaw)
	}
	if at := strings.LastIndexByte(address.Address, '@'); at > 64 || len(address.Address) > 254 {
		return nil, errors.New("it is too long")
	}
	return address, nil
}

// encodedWord is what mail programs read as something else than it says (RFC 2047): a line break could hide in it.
var encodedWord = regexp.MustCompile(`=\?[^?\s]+\?[A-Za-z]\?[^?]*\?=`)

// flawOf is what could break a line of a mail's head, or be read as something else; empty when there is nothing.
func flawOf(text string) string {
	switch {
	case !utf8.ValidString(text):
		return "something that is not UTF-8"
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }):
		return "a line break or another control character"
	case encodedWord.MatchString(text):
		return "an encoded word"
	}
	return ""
}

// spaced is a text without spaces at its ends and with single ones inside: a line of nothing but spaces would end a head.
func spaced(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
}

// isBeyondASCII is true for an address that only a server with SMTPUTF8 can take. The name does not matter: it is encoded.
func isBeyondASCII(a *netmail.Address) bool {
	return strings.ContainsFunc(a.Address, func(r rune) bool { return r > unicode.MaxASCII })
}

func domainOf(a *netmail.Address) string {
	return a.Address[strings.LastIndexByte(a.Address, '@')+1:]
}

// path is an address as the line to the server writes it: in angle brackets, without its name, quoted where it must be.
func path(a *netmail.Address) string {
	return (&netmail.Address{Address: a.Address}).String()
}

// once is every address in the order of its first mention; the case of a domain does not matter.
func once(lists ...[]*netmail.Address) []*netmail.Address {
	var all []*netmail.Address
	seen := map[string]bool{}
	for _, list := range lists {
		for _, a := range list {
			domain := domainOf(a)
			same := strings.TrimSuffix(a.Address, domain) + strings.ToLower(domain)
			if !seen[same] {
				seen[same] = true
				all = append(all, a)
			}
		}
	}
	return all
}

func refused(hint, format string, args ...any) error {
	return &connectors.Error{Kind: connectors.Refused, Hint: hint, Err: fmt.Errorf(format, args...)}
}

// correct is what to do about a field that holds the wrong thing.
func correct(field string) string {
	return fmt.Sprintf("correct it where it is kept, or the target's mapping, which fills %q", field)
}
