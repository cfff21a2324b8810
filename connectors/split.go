package connectors

import (
	"fmt"
	"strings"
)

// SplitRecords reads a page: one object with a list of records in it, the list named by a dotted path; an empty path
// means that the body is the list. It returns the object without the list, strictly checked, and each record as it
// came: one record that is broken inside breaks only itself. A body without the list is an error, never an empty page.
func SplitRecords(body []byte, list string, limits Limits) (envelope Record, records [][]byte, err error) {
	path := []string{}
	if list != "" {
		path = strings.Split(list, ".")
	}
	p := parser{data: body, depth: limits.Depth}
	if err := p.begin(limits); err != nil {
		return nil, nil, err
	}
	v, wrong := p.value(0, path)
	if wrong != nil {
		return nil, nil, wrong
	}
	if err := p.end(); err != nil {
		return nil, nil, err
	}
	if !p.found {
		return nil, nil, fmt.Errorf("the body holds no list %q", list)
	}
	envelope, _ = v.(Record)
	return envelope, p.elements, nil
}

// split takes a list apart without looking into its elements.
func (p *parser) split() *parseError {
	if p.peek() != '[' {
		return p.wrong("a list is due, not %s", p.next())
	}
	p.found = true
	p.at++
	for p.space(); p.peek() != ']'; p.space() {
		if len(p.elements) > 0 {
			if p.peek() != ',' {
				return p.wrong("a comma or the end of the list is due, not %s", p.next())
			}
			p.at++
			p.space()
		}
		start := p.at
		if err := p.skip(); err != nil {
			return err.within(fmt.Sprintf("[%d]", len(p.elements)))
		}
		p.elements = append(p.elements, p.data[start:p.at])
	}
	p.at++
	return nil
}

// skip passes one element by its brackets and quotes alone.
func (p *parser) skip() *parseError {
	var open []byte
	for start := p.at; p.at < len(p.data); p.at++ {
		switch c := p.data[p.at]; c {
		case '"':
			for p.at++; p.at < len(p.data) && p.data[p.at] != '"'; p.at++ {
				if p.data[p.at] == '\\' {
					p.at++
				}
			}
		case '{', '[':
			open = append(open, c+2) // the closing bracket stands two behind the opening one in ASCII
		case '}', ']', ',':
			if len(open) == 0 {
				if p.at == start {
					return p.wrong("a value is due, not %s", p.next())
				}
				return nil
			}
			if c == ',' {
				continue
			}
			if open[len(open)-1] != c {
				return p.wrong("the brackets do not match")
			}
			if open = open[:len(open)-1]; len(open) == 0 {
				p.at++
				return nil
			}
		}
	}
	p.at = len(p.data)
	return p.wrong("the list does not end")
}
