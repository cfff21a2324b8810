package expr

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// pattern is a way to write a day: YYYY, MM, DD (or M, D without a leading zero), and hh, mm, ss, which are read and
// dropped, and 00 for a day. Everything else stands for itself: "YYYY年MM月DD日".
type pattern []element

type element struct {
	field byte // 'Y', 'M', 'D', 'h', 'm', 's'; 0: the text itself
	text  string
	width int
}

var isoDay = pattern{{field: 'Y', width: 4}, {text: "-"}, {field: 'M', width: 2}, {text: "-"}, {field: 'D', width: 2}}

// parsePattern reads a pattern; it must name the year, the month and the day once each.
func parsePattern(s string) (pattern, error) {
	var p pattern
	seen := map[byte]int{}
	for i := 0; i < len(s); {
		c := s[i]
		if strings.IndexByte("YMDhms", c) < 0 {
			if n := len(p); n > 0 && p[n-1].field == 0 {
				p[n-1].text += s[i : i+1]
			} else {
				p = append(p, element{text: s[i : i+1]})
			}
			i++
			continue
		}
		width := 1
		for i+width < len(s) && s[i+width] == c {
			width++
		}
		i += width
		seen[c]++
		if c == 'Y' && width != 4 || c != 'Y' && width > 2 || strings.IndexByte("hms", c) >= 0 && width != 2 {
			return nil, fmt.Errorf("%q in it is not known", strings.Repeat(string(c), width))
		}
		p = append(p, element{field: c, width: width})
	}
	if seen['Y'] != 1 || seen['M'] != 1 || seen['D'] != 1 {
		return nil, fmt.Errorf("it does not name the year, the month and the day once each")
	}
	return p, nil
}

// read takes a day out of s. The calendar must have it.
func (p pattern) read(s string) (document.Date, bool) {
	var field [256]int
	rest := s
	for _, e := range p {
		if e.field == 0 {
			after, ok := strings.CutPrefix(rest, e.text)
			if !ok {
				return document.Date{}, false
			}
			rest = after
			continue
		}
		n := 0
		for n < len(rest) && n < max(e.width, 2) && '0' <= rest[n] && rest[n] <= '9' {
			n++
		}
		if n < e.width {
			return document.Date{}, false
		}
		v, err := strconv.Atoi(rest[:n])
		if err != nil {
			return document.Date{}, false
		}
		field[e.field], rest = v, rest[n:]
	}
	if rest != "" || field['h'] > 23 || field['m'] > 59 || field['s'] > 59 || field['Y'] == 0 {
		return document.Date{}, false
	}
	d := document.Date{Year: field['Y'], Month: time.Month(field['M']), Day: field['D']}
	normal := document.DateOf(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
	return d, d == normal // 30 February would have become 2 March
}

func (p pattern) write(d document.Date) string {
	return p.writeAt(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
}

// writeAt writes the clock of t, in t's own zone.
func (p pattern) writeAt(t time.Time) string {
	b := make([]byte, 0, 16)
	for _, e := range p {
		switch e.field {
		case 0:
			b = append(b, e.text...)
		case 'Y':
			b = padded(b, t.Year(), 4)
		case 'M':
			b = padded(b, int(t.Month()), e.width)
		case 'D':
			b = padded(b, t.Day(), e.width)
		case 'h':
			b = padded(b, t.Hour(), 2)
		case 'm':
			b = padded(b, t.Minute(), 2)
		case 's':
			b = padded(b, t.Second(), 2)
		}
	}
	return string(b)
}

func padded(b []byte, n, width int) []byte {
	digits := strconv.Itoa(n)
	for range width - len(digits) {
		b = append(b, '0')
	}
	return append(b, digits...)
}

// buildDate reads a day from a text or a number, in a form that is written out.
func buildDate(c *compiler, at int, args []part) part {
	form, name := isoDay, "YYYY-MM-DD"
	if len(args) == 2 {
		var ok bool
		if name, ok = args[1].literal.(string); !ok {
			return c.fault(at, "wrong-arguments", "the form of the date is computed", `write it in quotes: date(x, "YYYYMMDD")`)
		}
		var err error
		if form, err = parsePattern(name); err != nil {
			return c.fault(at, "bad-format", fmt.Sprintf("%q is not a form of dates: %v", name, err), `write it like "YYYY-MM-DD" or "YYYYMMDD"`)
		}
	}
	x := args[0]
	return part{run: func(r *Run) (any, error) {
		v, err := argument(r, x, Text|Numeric|Day)
		if err != nil {
			return nil, err
		}
		var s string
		switch v := v.(type) {
		case document.Date:
			return v, nil
		case string:
			s = v
		case Number:
			s = string(v)
		case document.Decimal:
			s = v.String()
		}
		if d, ok := form.read(s); ok {
			return d, nil
		}
		if noDay(s) {
			return nil, absent(fmt.Sprintf("%s is no day", clip(s)), fmt.Sprintf("say what stands in its place: date(%s) ?? nil", x.words))
		}
		return nil, &Problem{What: fmt.Sprintf("%s is not a day of the form %s", clip(s), name), Fix: `give the form it has: date(x, "YYYYMMDD")`}
	}}
}

// buildText writes a value as text: a day by a pattern, an instant by a pattern in a zone, a number as it came or with a mask like "0.00" or "000000".
func buildText(c *compiler, at int, args []part) part {
	x := args[0]
	if len(args) == 1 {
		return part{run: func(r *Run) (any, error) {
			v, err := argument(r, x, scalar)
			if err != nil {
				return nil, err
			}
			if s, ok := v.(string); ok {
				return s, nil
			}
			return Show(v), nil
		}}
	}
	format, ok := args[1].literal.(string)
	if !ok {
		return c.fault(at, "wrong-arguments", "the form is computed", `write it in quotes: text(x, "YYYYMMDD")`)
	}
	if len(args) == 3 {
		return c.clock(at, x, format, args[2])
	}
	whole, fraction, point := strings.Cut(format, ".")
	if strings.Trim(whole+fraction, "0") == "" && whole != "" && (!point || fraction != "") {
		if !x.typ.Shape.fits(Numeric) {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s; %q is for numbers", x.words, x.typ.Shape, format), `write text(date, "YYYYMMDD")`)
		}
		return part{run: func(r *Run) (any, error) {
			v, err := argument(r, x, Numeric)
			if err != nil {
				return nil, err
			}
			// #nosec G115 -- the length of a mask
			return masked(v, len(whole), int32(len(fraction)))
		}}
	}
	form, err := parsePattern(format)
	if err != nil {
		return c.fault(at, "bad-format", fmt.Sprintf("%q is not a form: %v", format, err), `write it like "YYYYMMDD" for dates, "0.00" for numbers`)
	}
	if !x.typ.Shape.fits(Day) {
		return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s; %q is for dates", x.words, x.typ.Shape, format), "write date(...) around it")
	}
	return part{run: func(r *Run) (any, error) {
		v, err := argument(r, x, Day)
		if err != nil {
			return nil, err
		}
		return form.write(v.(document.Date)), nil
	}}
}

// masked writes a number with at least digits before the point and exactly places behind it. It never rounds.
func masked(v any, digits int, places int32) (any, error) {
	d, _, err := number(v)
	if err != nil {
		return nil, err
	}
	if d.Places() > places {
		return nil, &Problem{What: fmt.Sprintf("%s has more than %d places", d, places), Fix: fmt.Sprintf("write round(x, %d) if it may be rounded", places)}
	}
	s, sign := d.Abs().Fixed(places), ""
	if d.Sign() < 0 {
		sign = "-"
	}
	whole, _, _ := strings.Cut(s, ".")
	return sign + strings.Repeat("0", max(0, digits-len(whole))) + s, nil
}
