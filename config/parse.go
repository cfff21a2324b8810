package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// largestFile is far beyond what people write by hand.
const largestFile = 1 << 20

// largestWritten is far beyond what describes the tables of an ERP.
const largestWritten = 32 << 20

// Parse reads one YAML document as a Section. Secrets that are files begin in the folder of file. Faults are what
// is wrong whatever the document means: its syntax, duplicate keys, anchors, tags.
func Parse(file string, data []byte) (Section, error) {
	s, faults := parse(filepath.Dir(file), file, data)
	return s, faults.Err()
}

// ParseWritten is Parse for a file that a program wrote, which may be much larger.
func ParseWritten(file string, data []byte) (Section, Faults) {
	return parseAtMost(filepath.Dir(file), file, data, largestWritten)
}

func parse(dir, file string, data []byte) (Section, Faults) {
	return parseAtMost(dir, file, data, largestFile)
}

func parseAtMost(dir, file string, data []byte, most int) (Section, Faults) {
	none := Section{file: file, dir: dir, at: Pos{File: file, Line: 1, Col: 1}}
	if len(data) > most {
		return none, Faults{Pos{File: file}.Fault("too-big", fmt.Sprintf("the file has %d bytes", len(data)),
			fmt.Sprintf("keep it below %d; data does not belong into the configuration", most))}
	}
	root, more, err := readDocument(data)
	if err != nil {
		return none, Faults{syntaxFault(file, data, err)}
	}
	s := none
	if root != nil && !isNull(root) {
		s = none.child(root)
	}
	c := checker{file: file}
	if more != nil {
		c.fault(more, "second-document", "a second document begins after ---", "use one file for each, or take the line --- out")
	}
	if root != nil {
		c.check(root)
	}
	return s, c.faults
}

// readDocument returns the root of the first document, nil when there is nothing, and the second document.
func readDocument(data []byte) (root, second *yaml.Node, err error) {
	// The library has panicked on odd comments before. To us that is a mistake in the file like any other.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: the file cannot be read: %v", r)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var first, next yaml.Node
	if err := dec.Decode(&first); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	if len(first.Content) > 0 {
		root = first.Content[0]
	}
	switch err := dec.Decode(&next); {
	case err == nil:
		return root, &next, nil
	case errors.Is(err, io.EOF):
		return root, nil, nil
	default:
		return nil, nil, err
	}
}

// checker looks for what is wrong in any YAML file of ours.
type checker struct {
	file   string
	faults Faults
}

func (c *checker) fault(node *yaml.Node, code, what, fix string) {
	c.faults = append(c.faults, Pos{File: c.file, Line: node.Line, Col: node.Column}.Fault(code, what, fix))
}

func (c *checker) check(node *yaml.Node) {
	if node.Kind == yaml.AliasNode {
		c.fault(node, "anchor", fmt.Sprintf("*%s stands for another part of the file", node.Value), "write the part out; anchors are not used here")
		return // not followed: a few lines of aliases can stand for more than fits into memory
	}
	if node.Anchor != "" {
		c.fault(node, "anchor", fmt.Sprintf("&%s names a part of the file", node.Anchor), "take the name out; anchors are not used here")
	}
	if node.Style&yaml.TaggedStyle != 0 {
		c.fault(node, "yaml-tag", fmt.Sprintf("%s is a YAML tag", node.Tag), "take it out, or put the value in quotes")
	}
	if fault, so := (Text{Value: node.Value, Pos: Pos{File: c.file, Line: node.Line, Col: node.Column}}).Undecided(); so && node.Kind == yaml.ScalarNode {
		c.faults = append(c.faults, fault)
	}
	if node.Kind == yaml.MappingNode {
		c.checkKeys(node)
		return
	}
	for _, item := range node.Content {
		c.check(item)
	}
}

func (c *checker) checkKeys(node *yaml.Node) {
	first := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Tag == "!!merge" {
			c.fault(key, "merge-key", "<< merges another part of the file", "write the keys out")
			continue
		}
		c.check(value)
		if !isKey(key) {
			c.fault(key, "bad-key", "a key is one word", "write a word before the colon, in quotes if it is an expression")
			continue
		}
		c.check(key)
		if line, twice := first[key.Value]; twice {
			c.fault(key, "duplicate-key", fmt.Sprintf("%s is written twice, first in line %d", key.Value, line), "take one of the two out")
			continue
		}
		first[key.Value] = key.Line
	}
}

// syntaxFault turns what the library says into a place and a remedy.
func syntaxFault(file string, data []byte, err error) Fault {
	lines := strings.SplitAfter(string(data), "\n")
	line := brokenLine(lines, err)
	text := ""
	if line <= len(lines) {
		text = strings.TrimRight(lines[line-1], "\r\n")
	}
	col := len([]rune(text)) - len([]rune(strings.TrimLeft(text, " "))) + 1
	what := libraryPrefix.ReplaceAllString(err.Error(), "")
	return Pos{File: file, Line: line, Col: col}.Fault("yaml-syntax", what, syntaxRemedy(what, text))
}

var libraryPrefix = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// brokenLine is the line after the longest beginning of the file that is good YAML: there the broken part begins.
// The library names the line of the surrounding part, which is seldom where people must look.
func brokenLine(lines []string, err error) int {
	const patience = 600 // lines: each is a parse
	if len(lines) <= patience {
		for n := len(lines) - 1; n >= 0; n-- {
			if _, _, err := readDocument([]byte(strings.Join(lines[:n], ""))); err == nil {
				return n + 1
			}
		}
	}
	if found := libraryPrefix.FindStringSubmatch(err.Error()); len(found) > 1 {
		if line, err := strconv.Atoi(found[1]); err == nil && line > 0 {
			return line
		}
	}
	return 1
}

func syntaxRemedy(what, line string) string {
	has := func(s string) bool { return strings.Contains(what, s) }
	switch {
	case strings.Contains(line, "\t") && (has("cannot start any token") || has("tab")):
		return "indent with spaces, never with tabs"
	case has("mapping values are not allowed"):
		return `indent the line like its neighbours, or put a value that holds ": " in quotes`
	case has("cannot start any token"):
		return "put the value in quotes"
	case has("unexpected end of stream"), has("unexpected document indicator"):
		return "close the quote or the bracket that is opened here"
	case has("expected ',' or"):
		return "close the bracket that is opened here, and put a comma between its entries"
	case has("could not find expected ':'"):
		return "write key: value, with a colon and a space"
	case has("unknown anchor"):
		return "put a value that begins with * in quotes"
	case has("control characters"), has("UTF-8"), has("UTF-16"), has("invalid"):
		return "save the file as UTF-8"
	}
	return "indent the line like its neighbours, and close its quotes and brackets"
}
