package config

import (
	"fmt"
	"strings"
)

// testEnding is how a file of tests beside the mappings ends. The loader leaves it alone: a wrong test stops no run.
const testEnding = ".test.yaml"

// TestFile is one file mappings/MAPPING.test.yaml, or mappings/MAPPING.ANYTHING.test.yaml: what a mapping must do, as data.
type TestFile struct {
	File    string
	Mapping string // the name of the mapping that is tested
	Tests   []Test `yaml:"tests" required:"true" example:"and below it, indented, a line with a dash and name: for each"`
}

// Test is one example of a mapping: what comes in, and what must come out.
type Test struct {
	Name         Text    `yaml:"name" required:"true" example:"a confirmed order"`
	Like         Text    `yaml:"like"`          // the name of an earlier test of the file, whose `in` is taken; `in` says what is different
	Without      []Text  `yaml:"without"`       // fields of that `in` that are not there
	In           Section `yaml:"in"`            // decode: a record; encode: a document
	File         Text    `yaml:"file"`          // the same in a file of its own, JSON or YAML
	Want         Section `yaml:"want"`          // decode: fields of the document; encode: columns of the record
	Error        Section `yaml:"error"`         // instead: words of the error, one text or a list of them
	NotConcerned bool    `yaml:"not_concerned"` // instead: `when` sets the record aside
	Then         Text    `yaml:"then"`          // decode: the mapping that encodes the document
	Decided      Section `yaml:"decided"`       // what the steps add to the document on its way there
	Out          Section `yaml:"out"`           // columns of the record that it makes
}

// LoadTests reads the tests beside the mappings of cfg, in the order of the files, and reports everything that is wrong with
// their form.
func LoadTests(cfg *Config) ([]TestFile, Faults) {
	l := &loader{broken: map[string]bool{}, config: cfg}
	var files []TestFile
	l.eachFile("mappings", true, func(called string, s Section, _ []byte) {
		f := TestFile{File: s.file}
		l.add(s.Decode(&f)...)
		called = strings.TrimSuffix(called, ".test")
		if f.Mapping = tested(cfg, called); f.Mapping == "" {
			l.add(Pos{File: s.file}.Fault("unknown-mapping", fmt.Sprintf("there is no file mappings/%s.yaml that these tests could be of", called),
				"name the file after its mapping: mappings/MAPPING"+testEnding+"; "+Choose(called, mappingNames(cfg))))
			return
		}
		files = append(files, f)
	})
	return files, l.faults.Sorted()
}

// ParseTests reads a file of tests that is of a mapping.
func ParseTests(file, mapping string, data []byte) (TestFile, Faults) {
	f := TestFile{File: file, Mapping: mapping}
	s, faults := parse("", file, data)
	if len(faults) > 0 {
		return f, faults
	}
	return f, s.Decode(&f)
}

// tested is the mapping that a file of tests is named after: order_in.customs is of order_in.
func tested(cfg *Config, called string) string {
	known := mappingNames(cfg)
	for called != "" {
		for _, name := range known {
			if name == called {
				return name
			}
		}
		at := strings.LastIndexByte(called, '.')
		if at < 0 {
			return ""
		}
		called = called[:at]
	}
	return ""
}

func mappingNames(cfg *Config) []string {
	names := make([]string, len(cfg.Mappings))
	for i, m := range cfg.Mappings {
		names[i] = m.Name
	}
	return names
}
