package connectors

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// longestNumber bounds a number's characters and its exponent: 1e400 is an attack or a mistake, never an amount.
const longestNumber = 64

func (p *parser) number() (any, *parseError) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	whole := p.digits()
	if whole == 0 {
		return nil, p.wrong("a digit is due, not %s", p.next())
	}
	if whole > 1 && p.data[p.at-whole] == '0' {
		p.at = start
		return nil, p.wrong("a number may not begin with a zero")
	}
	if p.peek() == '.' {
		p.at++
		if p.digits() == 0 {
			return nil, p.wrong("a digit is due after the point, not %s", p.next())
		}
	}
	if p.peek() == 'e' || p.peek() == 'E' {
		p.at++
		sign := p.at
		if p.peek() == '+' || p.peek() == '-' {
			p.at++
		}
		if p.digits() == 0 {
			return nil, p.wrong("a digit is due in the exponent, not %s", p.next())
		}
		if exponent, err := strconv.Atoi(string(p.data[sign:p.at])); err != nil || exponent > longestNumber || exponent < -longestNumber {
			p.at = start
			return nil, p.wrong("the exponent of a number is beyond %d", longestNumber)
		}
	}
	if p.at-start > longestNumber {
		length := p.at - start
		p.at = start
		return nil, p.wrong("a number has %d characters, at most %d are taken", length, longestNumber)
	}
	return Number(p.data[start:p.at]), nil
}

// digits skips digits and counts them.
func (p *parser) digits() int {
	start := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at - start
}

func (p *parser) text() (string, *parseError) {
	if p.peek() != '"' {
		return "", p.wrong("a text in double quotes is due, not %s", p.next())
	}
	p.at++
	start, plain := p.at, true
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == '"' && plain:
			p.at++
			return string(p.data[start : p.at-1]), nil
		case c == '\\' || c >= utf8.RuneSelf || c < ' ' || !plain:
			return p.spelledText(start)
		}
		p.at++
	}
	return "", p.wrong("a text does not end")
}

// spelledText goes on with a text that holds escapes or letters beyond ASCII.
func (p *parser) spelledText(start int) (string, *parseError) {
	var b strings.Builder
	b.Write(p.data[start:p.at])
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == '"':
			p.at++
			return b.String(), nil
		case c == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
		case c < ' ' && !p.tolerant:
			return "", p.wrong("a text holds the control character %s", p.next())
		default:
			r, size := utf8.DecodeRune(p.data[p.at:])
			if r == utf8.RuneError && size == 1 && !p.tolerant {
				return "", p.wrong("the byte %02x is not UTF-8", c)
			}
			b.WriteRune(r)
			p.at += size
		}
	}
	return "", p.wrong("a text does not end")
}

const (
	escapes = `"\/bfnrt`
	meaning = "\"\\/\b\f\n\r\t"
)

func (p *parser) escape() (rune, *parseError) {
	p.at++
	c := p.peek()
	if i := strings.IndexByte(escapes, c); i >= 0 && c != 0 {
		p.at++
		return rune(meaning[i]), nil
	}
	if c != 'u' {
		return 0, p.wrong("a backslash is followed by %s", p.next())
	}
	first, err := p.hex()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	if strings.HasPrefix(string(p.data[p.at:min(len(p.data), p.at+2)]), `\u`) {
		mark := p.at
		p.at++
		second, err := p.hex()
		if err != nil {
			return 0, err
		}
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return r, nil
		}
		p.at = mark
	}
	if p.tolerant {
		return utf8.RuneError, nil
	}
	return 0, p.wrong("the surrogate \\u%04x stands alone", first)
}

// hex reads the u of an escape and its four digits.
func (p *parser) hex() (rune, *parseError) {
	p.at++
	if p.at+4 > len(p.data) {
		return 0, p.wrong("an escape is cut off")
	}
	n, err := strconv.ParseUint(string(p.data[p.at:p.at+4]), 16, 16)
	if err != nil {
		return 0, p.wrong("an escape has no four hexadecimal digits")
	}
	p.at += 4
	return rune(n), nil
}
