package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
)

var update = flag.Bool("update", false, "rewrite the files in testdata/mapping")

const testdata = "../testdata/mapping"

// demo is the demo's mappings, compiled.
func demo(t testing.TB) map[string]*Table {
	t.Helper()
	cfg, err := config.Load("../config/demo/tradewire.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]*Table{}
	for _, m := range cfg.Mappings {
		table, faults := New(m)
		if faults != nil {
			t.Fatal(faults)
		}
		if table.Version() != m.Hash || table.Name() != m.Name {
			t.Errorf("%s: version %q", table.Name(), table.Version())
		}
		tables[m.Name] = table
	}
	return tables
}

func readRecord(t testing.TB, path string) connectors.Record {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := connectors.ParseRecord(data, connectors.DefaultLimits)
	if err != nil {
		t.Fatal(path, err)
	}
	return r
}

func readDocument(t testing.TB, kind document.Kind, path string) document.Document {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Unmarshal(kind, data)
	if err != nil {
		t.Fatal(path, err)
	}
	return d
}

// golden compares with a file beside the case, or rewrites it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", path, got, want)
	}
}

func indented(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), '\n')
}

func TestTheDemoMappingsTranslateAsTheirExamplesSay(t *testing.T) {
	tables := demo(t)
	seen := map[string]bool{}
	cases, err := filepath.Glob(testdata + "/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range cases {
		name := filepath.Base(filepath.Dir(folder))
		if name == "mistakes" {
			continue
		}
		table := tables[name]
		if table == nil {
			t.Errorf("%s: there is no mapping %s", folder, name)
			continue
		}
		seen[name] = true
		t.Run(name+"/"+filepath.Base(folder), func(t *testing.T) {
			if table.Decodes() {
				decodeExample(t, table, folder)
			} else {
				encodeExample(t, table, folder)
			}
		})
	}
	for name := range tables {
		if !seen[name] {
			t.Errorf("the mapping %s has no example in %s", name, testdata)
		}
	}
}

func decodeExample(t *testing.T, table *Table, folder string) {
	r := readRecord(t, filepath.Join(folder, "record.json"))
	before := r.Hash()
	docs, err := table.Decode(r)
	if r.Hash() != before {
		t.Error("decoding changed the record")
	}
	if wrong := Errors(nil); errors.As(err, &wrong) {
		golden(t, filepath.Join(folder, "errors.txt"), []byte(wrong.Error()+"\n"))
		return
	}
	if errors.Is(err, ErrNotConcerned) {
		golden(t, filepath.Join(folder, "errors.txt"), []byte(err.Error()+"\n"))
		return
	}
	if err != nil || len(docs) != 1 {
		t.Fatal(docs, err)
	}
	data, err := document.Marshal(docs[0])
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join(folder, "document.json"), indented(t, data))
}

func encodeExample(t *testing.T, table *Table, folder string) {
	d := readDocument(t, table.Kind(), filepath.Join(folder, "document.json"))
	r, err := table.Encode(d)
	if wrong := Errors(nil); errors.As(err, &wrong) {
		golden(t, filepath.Join(folder, "errors.txt"), []byte(wrong.Error()+"\n"))
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join(folder, "out.json"), indented(t, r.Canonical()))
}

// mappingOf reads one mapping file as the loader of the configuration does.
func mappingOf(t testing.TB, file string, data []byte) config.Mapping {
	t.Helper()
	s, err := config.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	m := config.Mapping{Name: strings.TrimSuffix(filepath.Base(file), ".yaml"), Hash: "h", Pos: s.Pos()}
	if faults := s.Decode(&m); faults != nil {
		t.Fatal(faults)
	}
	return m
}

func TestEveryMistakeOfAMappingIsReportedAtItsPlace(t *testing.T) {
	files, err := filepath.Glob(testdata + "/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			table, faults := New(mappingOf(t, filepath.Base(file), data))
			if table != nil || faults == nil {
				t.Fatal("the mapping was taken")
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", []byte(faults.Error()+"\n"))
		})
	}
}

func TestTheStarterMappingsHaveNoFault(t *testing.T) {
	cfg, err := config.Load("../config/starter/tradewire.yaml")
	if cfg == nil || len(cfg.Mappings) == 0 {
		t.Fatal(err)
	}
	for _, m := range cfg.Mappings {
		if _, faults := New(m); faults != nil {
			t.Error(faults)
		}
	}
}
