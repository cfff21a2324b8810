package folder_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/connectortest"
	"tradewire/connectors/folder"
)

// now is long after every file of a test was written, so that all of them have rested.
func now() time.Time { return time.Now().Add(24 * time.Hour) }

// justNow is the moment at which they were written.
func justNow() time.Time { return time.Now() }

func section(t testing.TB, text string) config.Section {
	t.Helper()
	s, err := config.Parse("tradewire.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func connect(t testing.TB, dir string, clock func() time.Time) *folder.Connection {
	t.Helper()
	made, faults := folder.Driver(connectors.Env{Name: "forwarder", Dir: filepath.Dir(dir), Now: clock}, section(t, "path: "+filepath.Base(dir)))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return made.(*folder.Connection)
}

func source(t testing.TB, dir, read string, clock func() time.Time) connectors.Source {
	t.Helper()
	s, faults := connect(t, dir, clock).Source("transport", section(t, read))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return s
}

func sink(t testing.TB, dir string) connectors.Sink {
	t.Helper()
	s, faults := connect(t, dir, now).Sink("documents", section(t, "{}"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return s
}

func put(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func grow(t testing.TB, dir, name, text string) {
	t.Helper()
	before, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	put(t, dir, name, string(before)+text)
}

// away takes the folder away until it is mended.
func away(dir string) func(t testing.TB) func() {
	return func(t testing.TB) func() {
		move := func(from, to string) {
			if err := os.Rename(from, to); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Error(err)
			}
		}
		move(dir, dir+".away")
		return func() { move(dir+".away", dir) }
	}
}

const (
	csvRead   = `{files: "*.csv", format: csv, kind: transport, key: shipment_no, version: rev}`
	jsonlRead = `{files: "*.jsonl", format: jsonl, key: shipment_no, version: rev}`
	jsonRead  = `{files: "*.json", format: json, key: shipment_no, version: rev}`
)

func TestTheSourceKeepsItsContractInEveryFormat(t *testing.T) {
	writers := map[string]struct {
		read string
		put  func(t testing.TB, dir, key string, revision int)
	}{
		"csv, a file each": {csvRead, func(t testing.TB, dir, key string, revision int) {
			put(t, dir, fmt.Sprintf("%s-%d.csv", key, revision), fmt.Sprintf("shipment_no,rev\n%s,%d\n", key, revision))
		}},
		"csv that grows": {csvRead, func(t testing.TB, dir, key string, revision int) {
			if _, err := os.Stat(filepath.Join(dir, "all.csv")); err != nil {
				put(t, dir, "all.csv", "shipment_no,rev\r\n")
			}
			grow(t, dir, "all.csv", fmt.Sprintf("%s,%d\r\n", key, revision))
		}},
		"jsonl that grows": {jsonlRead, func(t testing.TB, dir, key string, revision int) {
			grow(t, dir, "all.jsonl", fmt.Sprintf("{\"shipment_no\":%q,\"rev\":%d}\n", key, revision))
		}},
		"json, a file each": {jsonRead, func(t testing.TB, dir, key string, revision int) {
			put(t, dir, fmt.Sprintf("%s-%d.json", key, revision), fmt.Sprintf(`{"shipment_no":%q,"rev":%d}`, key, revision))
		}},
	}
	for name, w := range writers {
		t.Run(name, func(t *testing.T) {
			connectortest.Source(t, func(t *testing.T) connectortest.SourceHarness {
				dir := filepath.Join(t.TempDir(), "forwarder")
				if err := os.Mkdir(dir, 0o750); err != nil {
					t.Fatal(err)
				}
				return connectortest.SourceHarness{
					Open:   func(t testing.TB) connectors.Source { return source(t, dir, w.read, now) },
					Put:    func(t testing.TB, key string, revision int) { w.put(t, dir, key, revision) },
					Faults: []connectortest.Fault{{Name: "the folder is away", Kind: connectors.Misconfigured, Make: away(dir)}},
				}
			})
		})
	}
}

func TestTheSinkKeepsItsContract(t *testing.T) {
	connectortest.Sink(t, func(t *testing.T) connectortest.SinkHarness {
		dir := filepath.Join(t.TempDir(), "documents")
		entry := func(key string, revision int64) connectors.Entry {
			return connectors.Entry{Target: "documents", Kind: "paper", Key: key, Revision: revision, Op: connectors.Put,
				Record: connectors.Record{"number": key, "revision": connectors.Number(strconv.FormatInt(revision, 10))}}
		}
		return connectortest.SinkHarness{
			Open:  func(t testing.TB) connectors.Sink { return sink(t, dir) },
			Entry: entry,
			Held: func(t testing.TB) map[string][]int64 {
				held := map[string][]int64{}
				for name, text := range files(t, dir) {
					record, err := connectors.ParseRecord([]byte(text), connectors.DefaultLimits)
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					revision, _ := strconv.ParseInt(string(record["revision"].(connectors.Number)), 10, 64)
					held[record["number"].(string)] = append(held[record["number"].(string)], revision)
				}
				return held
			},
			Refused: func(key string) connectors.Entry {
				e := entry(key, 1)
				e.Attachments = []connectors.Attachment{{Name: "../escaped.pdf", Body: []byte("x")}}
				return e
			},
			Faults: []connectortest.Fault{{Name: "a file is in the folder's place", Kind: connectors.Unavailable, Make: func(t testing.TB) func() {
				mend := away(dir)(t)
				put(t, filepath.Dir(dir), filepath.Base(dir), "")
				return func() {
					if err := os.Remove(dir); err != nil {
						t.Error(err)
					}
					mend()
				}
			}}},
			Removes: true,
		}
	})
}

// files are the visible files of a folder with their content.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".tmp") {
			t.Errorf("a temporary file is left: %s", entry.Name())
		}
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[entry.Name()] = string(text)
	}
	return found
}

// seen is what a change shows, in one line.
func seen(c connectors.Change) string {
	if c.Broken != nil {
		return c.Key + " broken: " + c.Broken.Reason + " | " + string(c.Broken.Raw)
	}
	return c.Key + " " + string(c.Record.Canonical())
}

func readAll(t testing.TB, s connectors.Source, pos connectors.Position) ([]string, connectors.Position) {
	t.Helper()
	var all []string
	for range 100 {
		batch, err := s.Read(t.Context(), pos, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range batch.Changes {
			all = append(all, seen(c))
		}
		if pos = batch.Next; !batch.More {
			return all, pos
		}
	}
	t.Fatal("reading does not end")
	return nil, ""
}

func expect(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestABrokenRowBreaksOnlyItself(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.csv", "\ufeffshipment_no,vessel,eta\n"+
		"S1,\"MSC \"\"Anna\"\", Panama\",2026-03-01\n\r\n"+
		"S2,MSC Anna\n"+
		"S3,MSC \"Anna,2026-03-01\n"+
		"S4,\"never closed,2026-03-01\n"+
		"S5,\xd6\xd0,2026-03-01\n"+
		",MSC Anna,2026-03-01\n"+
		"S6,\"two\nlines\",=1+1\n"+
		"S7,海洋之星,")
	got, _ := readAll(t, source(t, dir, `{files: "*.csv", format: csv, key: shipment_no}`, now), "")
	expect(t, got,
		`S1 {"eta":"2026-03-01","shipment_no":"S1","vessel":"MSC \"Anna\", Panama"}`,
		`S2 broken: a.csv, record 2: the row has 2 columns, the first row names 3 | S2,MSC Anna`,
		` broken: a.csv, record 3: a quote is out of place: bare " in non-quoted-field | S3,MSC "Anna,2026-03-01`,
		` broken: a.csv, record 4: a quote is out of place: extraneous or missing " in quoted-field | S4,"never closed,2026-03-01`,
		"S5 broken: a.csv, record 5: the text is not UTF-8: save the file as UTF-8, with the sheet program's own choice of that name | S5,\xd6\xd0,2026-03-01",
		` broken: a.csv, record 6: "shipment_no" is empty | ,MSC Anna,2026-03-01`,
		`S6 {"eta":"=1+1","shipment_no":"S6","vessel":"two\nlines"}`,
		`S7 {"eta":"","shipment_no":"S7","vessel":"海洋之星"}`)
}

func TestAFileWithoutItsColumnsIsOneBrokenRecord(t *testing.T) {
	for text, says := range map[string]string{
		"a,b,a\n1,2,3\n":      `"a" stands twice`,
		"a,,b\n1,2,3\n":       "one has no name",
		"a,\xd6\xd0\n1,2\n":   "not UTF-8",
		"a,\"b\nc\"d,\n1,2\n": "a quote is out of place",
	} {
		dir := t.TempDir()
		put(t, dir, "a.csv", text)
		s := source(t, dir, csvRead, now)
		got, pos := readAll(t, s, "")
		if len(got) != 1 || !strings.Contains(got[0], says) {
			t.Errorf("%q: %q", text, got)
		}
		if again, _ := readAll(t, s, pos); len(again) > 0 {
			t.Errorf("%q is told again: %q", text, again)
		}
		put(t, dir, "a.csv", "shipment_no,rev\nS1,1\n") // the sender sends it again, mended
		mended, _ := readAll(t, s, pos)
		expect(t, mended, `S1 {"rev":"1","shipment_no":"S1"}`)
	}
}

func TestAFileThatIsStillBeingWrittenIsNotReadTooSoon(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.csv.tmp", "shipment_no,rev\nS9,1\n")
	put(t, dir, "b.csv.PART", "shipment_no,rev\nS9,1\n")
	put(t, dir, ".c.csv", "shipment_no,rev\nS9,1\n")
	put(t, dir, "d.csv", "shipment_no,rev\nS1,1\nS2,1") // perhaps 10, or 123
	put(t, dir, "e.csv", "")
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "f.csv")); err != nil {
		t.Fatal(err)
	}
	s := source(t, dir, csvRead, justNow)
	got, pos := readAll(t, s, "")
	expect(t, got, `S1 {"rev":"1","shipment_no":"S1"}`)
	grow(t, dir, "d.csv", "23\n")
	put(t, dir, "e.csv", "shipment_no,rev\nS3,1\n")
	got, pos = readAll(t, s, pos)
	expect(t, got, `S2 {"rev":"123","shipment_no":"S2"}`, `S3 {"rev":"1","shipment_no":"S3"}`)
	grow(t, dir, "d.csv", "S4,1")
	rested := source(t, dir, csvRead, now)
	got, pos = readAll(t, rested, pos)
	expect(t, got, `S4 {"rev":"1","shipment_no":"S4"}`)
	grow(t, dir, "d.csv", "\nS5,1\n")
	got, _ = readAll(t, rested, pos)
	expect(t, got, `S5 {"rev":"1","shipment_no":"S5"}`)
}

func TestLinesThatAreAppendedAreReadOn(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.jsonl", "{\"shipment_no\":\"S1\",\"rev\":1}\n\n{\"shipment_no\":\"S2\",\"rev\":1,\"rev\":2}\n{\"shipment_no\":\"S3\",\"re")
	s := source(t, dir, jsonlRead, justNow)
	got, pos := readAll(t, s, "")
	expect(t, got, `S1 {"rev":1,"shipment_no":"S1"}`,
		`S2 broken: a.jsonl, record 2: byte 33: the key "rev" stands twice | {"shipment_no":"S2","rev":1,"rev":2}`)
	grow(t, dir, "a.jsonl", "v\":2}")
	got, pos = readAll(t, s, pos)
	expect(t, got, `S3 {"rev":2,"shipment_no":"S3"}`)
	grow(t, dir, "a.jsonl", "\n{\"shipment_no\":\"S4\",\"rev\":1}\nnonsense")
	got, pos = readAll(t, source(t, dir, jsonlRead, now), pos)
	expect(t, got, `S4 {"rev":1,"shipment_no":"S4"}`, ` broken: a.jsonl, record 5: byte 0: a value is due, not 'n' | nonsense`)
	got, _ = readAll(t, s, pos)
	expect(t, got)
}

func TestALateFileWithAnEarlyNameIsReadAndAReplacedOneAgain(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "m.jsonl", "{\"shipment_no\":\"S1\",\"rev\":1}\n")
	put(t, dir, "z.jsonl", "{\"shipment_no\":\"S2\",\"rev\":1}\n")
	s := source(t, dir, jsonlRead, now)
	_, pos := readAll(t, s, "")
	put(t, dir, "a.jsonl", "{\"shipment_no\":\"S3\",\"rev\":1}\n")
	got, pos := readAll(t, s, pos)
	expect(t, got, `S3 {"rev":1,"shipment_no":"S3"}`)
	put(t, dir, "m.jsonl", "{\"shipment_no\":\"S1\",\"rev\":9}\n")
	if err := os.Remove(filepath.Join(dir, "z.jsonl")); err != nil {
		t.Fatal(err)
	}
	got, pos = readAll(t, s, pos)
	expect(t, got, `S1 {"rev":9,"shipment_no":"S1"}`)
	if strings.Contains(string(pos), "z.jsonl") {
		t.Errorf("a file that was moved away is kept in the position: %s", pos)
	}
}

func TestAFileIsAListOfRecordsOrOne(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.json", ` [ {"shipment_no":"S1","rev":1}, {"shipment_no":"S1","rev":1},{"shipment_no":"S2","x":1,"x":2},
		{"shipment_no":"S3","rev":1} ] `)
	put(t, dir, "b.json", `{"shipment_no":"S4","rev":1}`)
	put(t, dir, "c.json", `[{"shipment_no":"S5"`)
	put(t, dir, "d.json", `[]`)
	put(t, dir, "e.json", ``)
	s := source(t, dir, jsonRead, now)
	got, pos := readAll(t, s, "")
	expect(t, got, `S1 {"rev":1,"shipment_no":"S1"}`, `S1 {"rev":1,"shipment_no":"S1"}`,
		`S2 broken: a.json, record 3: byte 29: the key "x" stands twice | {"shipment_no":"S2","x":1,"x":2}`,
		`S3 {"rev":1,"shipment_no":"S3"}`, `S4 {"rev":1,"shipment_no":"S4"}`,
		` broken: c.json, record 1: byte 20: the list does not end in [0] | [{"shipment_no":"S5"`)
	got, _ = readAll(t, s, pos)
	expect(t, got)
	got, _ = readAll(t, source(t, dir, jsonRead, justNow), "")
	if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "c.json") }) {
		t.Errorf("a file that is being written is told as broken: %q", got)
	}
}

func TestAPositionOfAnotherSourceIsRefused(t *testing.T) {
	_, err := source(t, t.TempDir(), csvRead, now).Read(t.Context(), "s00000000001f", 2)
	if connectors.KindOf(err) != connectors.Misconfigured {
		t.Errorf("got %v", err)
	}
}

func paper(key string, revision int64, name, body string) connectors.Entry {
	return connectors.Entry{Target: "documents", Kind: "paper", Key: key, Revision: revision, Op: connectors.Put,
		Attachments: []connectors.Attachment{{Name: name, MediaType: "application/pdf", Body: []byte(body)}}}
}

func TestAPaperIsWrittenOnceUnderItsName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "documents")
	s := sink(t, dir)
	write := func(e connectors.Entry) connectors.Result {
		t.Helper()
		results, err := s.Write(t.Context(), []connectors.Entry{e})
		if err != nil {
			t.Fatal(err)
		}
		return results[0]
	}
	first := paper("PL-2026-00001", 1, "PL-2026-00001.pdf", "%PDF one")
	if r := write(first); r.State != connectors.Applied || r.Reference != "PL-2026-00001.pdf" || r.Err != nil {
		t.Errorf("the paper: %+v", r)
	}
	if r := write(first); r.State != connectors.Unchanged {
		t.Errorf("the paper again: %+v", r)
	}
	if r := write(paper("PL-2026-00001", 2, "PL-2026-00001-2.pdf", "%PDF two")); r.State != connectors.Applied {
		t.Errorf("its next revision: %+v", r)
	}
	if r := write(paper("PL-2026-00009", 1, "PL-2026-00001.pdf", "%PDF nine")); connectors.KindOf(r.Err) != connectors.Refused {
		t.Errorf("another paper under its name: %+v", r)
	}
	put(t, dir, "theirs.pdf", "not ours")
	if r := write(paper("X", 1, "theirs.pdf", "ours")); connectors.KindOf(r.Err) != connectors.Refused {
		t.Errorf("over a file of others: %+v", r)
	}
	got := files(t, dir)
	if len(got) != 3 || got["PL-2026-00001.pdf"] != "%PDF one" || got["PL-2026-00001-2.pdf"] != "%PDF two" || got["theirs.pdf"] != "not ours" {
		t.Errorf("the folder holds %q", got)
	}
}

func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	outer := t.TempDir()
	dir := filepath.Join(outer, "documents")
	s := sink(t, dir)
	for _, name := range []string{"../x.pdf", "/x.pdf", `..\x.pdf`, "a/x.pdf", "", ".", "..", ".hidden", "x.tmp", "x\x00.pdf", "x\n.pdf", "C:x.pdf", "x.part"} {
		results, err := s.Write(t.Context(), []connectors.Entry{paper("P", 1, name, "x")})
		if err != nil || connectors.KindOf(results[0].Err) != connectors.Refused {
			t.Errorf("%q: %v, %v", name, results, err)
		}
	}
	for i, key := range []string{"../../x", "a/b", "a_b", "a b", "order_held/A1/3", strings.Repeat("長", 70), strings.Repeat("長", 90), "中文"} {
		e := paper(key, 1, "", "")
		e.Attachments, e.Record = nil, connectors.Record{"key": key}
		results, err := s.Write(t.Context(), []connectors.Entry{e})
		if err != nil || results[0].State != connectors.Applied {
			t.Errorf("%q: %+v, %v", key, results, err)
		}
		if got := files(t, dir); len(got) != i+1 {
			t.Errorf("after %q the folder holds %d files: %v", key, len(got), got)
		}
	}
	if got := files(t, outer); len(got) > 0 {
		t.Errorf("outside there is %v", got)
	}
	if err := os.Symlink(outer, filepath.Join(dir, "leak.pdf")); err != nil {
		t.Fatal(err)
	}
	if results, _ := s.Write(t.Context(), []connectors.Entry{paper("P", 1, "leak.pdf", "x")}); connectors.KindOf(results[0].Err) != connectors.Refused {
		t.Errorf("a link out of the folder: %+v", results)
	}
}

func TestTheFolderAboveMustBeThere(t *testing.T) {
	s := sink(t, filepath.Join(t.TempDir(), "not mounted", "documents"))
	_, err := s.Write(t.Context(), []connectors.Entry{paper("P", 1, "p.pdf", "x")})
	if connectors.KindOf(err) != connectors.Misconfigured || !strings.Contains(err.Error(), "make the folder") {
		t.Errorf("writing: %v", err)
	}
	if err := s.(connectors.Prober).Probe(t.Context()); connectors.KindOf(err) != connectors.Misconfigured {
		t.Errorf("probing: %v", err)
	}
}

func TestWhatOthersPutIntoTheFolderIsListedWithoutAKey(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "theirs.json", `{"a":1}`)
	standings, next, err := sink(t, dir).(connectors.Lister).List(t.Context(), "", 10)
	if err != nil || next != "" || len(standings) != 1 || standings[0].Key != "" || standings[0].Reference != "theirs.json" || standings[0].Record["a"] != connectors.Number("1") {
		t.Errorf("%+v, %q, %v", standings, next, err)
	}
}

func TestAWrongConfigurationSaysWhatToWrite(t *testing.T) {
	if _, faults := folder.Driver(connectors.Env{}, section(t, "{}")); len(faults) != 1 || faults[0].Code != "missing-key" {
		t.Errorf("%v", faults)
	}
	c := connect(t, t.TempDir(), now)
	for read, code := range map[string]string{
		`{files: "*.csv", format: xls, key: a}`: "bad-value",
		`{files: "../*", format: csv, key: a}`:  "bad-pattern",
		`{files: "[", format: csv, key: a}`:     "bad-pattern",
		`{files: "*.csv", format: csv}`:         "missing-key",
	} {
		if _, faults := c.Source("x", section(t, read)); len(faults) != 1 || faults[0].Code != code || faults[0].Fix == "" {
			t.Errorf("%s: %v", read, faults)
		}
	}
	if _, faults := c.Sink("x", section(t, "{name: x}")); len(faults) != 1 {
		t.Errorf("%v", faults)
	}
}
