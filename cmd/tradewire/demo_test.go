package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"tradewire/connectors/connectortest/services"
)

// runDemoIn runs a small demo and answers its summary.
func runDemoIn(t *testing.T, dir string, more ...string) summary {
	t.Helper()
	var out, errOut bytes.Buffer
	a := &app{out: &out, err: &errOut, clock: &clock{}}
	if code := a.execute(t.Context(), append([]string{"demo", "--dir", dir, "--orders", "40", "--seed", "5", "--json"}, more...)); code != 0 {
		t.Fatalf("exit %d: %s", code, errOut.String())
	}
	var s summary
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// again runs a verb on a demo's folder that must succeed, and answers what it printed.
func again(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	a := &app{out: &out, err: &errOut, clock: &clock{}}
	if code := a.execute(t.Context(), append(args, "--config", filepath.Join(dir, "tradewire.yaml"))); code != 0 {
		t.Fatalf("%v: exit %d: %s%s", args, code, out.String(), errOut.String())
	}
	return out.String()
}

// filesIn is the content of every file of a folder, by name.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			continue
		}
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(body)
	}
	return files
}

func sameFiles(t *testing.T, what string, a, b map[string]string) {
	t.Helper()
	if len(a) != len(b) || len(a) == 0 {
		t.Errorf("%s: %d files and %d", what, len(a), len(b))
	}
	for name, body := range a {
		if b[name] != body {
			t.Errorf("%s: %s differs", what, name)
		}
	}
}

func TestOneSeedTellsOneStoryAndASecondRunChangesNothing(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	s := runDemoIn(t, first)
	o := s.Orders
	if sum := o.Released + o.Held + o.Cancelled + o.Superseded + o.Duplicate + o.Unchanged + o.DeadLetter; sum != o.Read || o.Read < 40 {
		t.Errorf("%d read, but the buckets hold %d: %+v", o.Read, sum, o)
	}
	for name, n := range map[string]int{"released": o.Released, "held": o.Held, "cancelled": o.Cancelled, "superseded": o.Superseded,
		"duplicate": o.Duplicate, "unchanged": o.Unchanged, "dead letter": o.DeadLetter} {
		if n == 0 {
			t.Errorf("nothing stands as %s", name)
		}
	}
	if s.Reconcile.Unexplained != 0 || s.Reconcile.Checked == 0 || s.ERP.Orders == 0 || s.ERP.Lines < s.ERP.Orders {
		t.Errorf("%+v %+v", s.Reconcile, s.ERP)
	}

	if f := s.Finance; f.Signed == nil || len(f.Signed.By) != 2 || (f.Payer != "") != (len(f.ByItself) > 0) {
		t.Errorf("finance: %+v", f)
	}

	r := runDemoIn(t, second)
	r.Seconds = s.Seconds
	if got, _ := json.Marshal(r); !bytes.Equal(got, mustJSON(t, s)) {
		t.Errorf("the same seed told another story:\n%s\n%s", got, mustJSON(t, s))
	}
	sameFiles(t, "alerts", filesIn(t, filepath.Join(first, "alerts")), filesIn(t, filepath.Join(second, "alerts")))
	papers := filesIn(t, filepath.Join(first, "documents"))
	sameFiles(t, "papers", papers, filesIn(t, filepath.Join(second, "documents")))

	before := again(t, first, "status", "--json")
	again(t, first, "run", "--until-idle")
	if after := again(t, first, "status", "--json"); after != before {
		t.Errorf("a second run changed what is remembered:\n%s\n%s", before, after)
	}
	sameFiles(t, "papers after a second run", papers, filesIn(t, filepath.Join(first, "documents")))
	again(t, first, "reconcile")
}

// Scaled out is the same company: what became of the orders, the ERP's rows, the papers, the alerts and the sums are equal. How
// often something was read may differ.
func TestScaledOutTheSameSeedTellsTheSameStory(t *testing.T) {
	embedded := runDemoIn(t, filepath.Join(t.TempDir(), "embedded"))
	ways := map[string][]string{"a database and a broker": {"--partitions", "4", "--bus", "kafka:" + services.NewKafka(t).Addr()}}
	if proving() {
		ways["a database alone"] = nil
		ways["several queues in a database"] = []string{"--partitions", "4"}
	}
	for way, more := range ways {
		t.Run(way, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "scaled-out")
			store, erp := services.NewDatabase(t), services.NewDatabase(t)
			scaled := runDemoIn(t, dir, append(more, "--store", "mysql:"+store.DSN, "--erp", "mysql:"+erp.DSN)...)
			for _, s := range []*summary{&embedded, &scaled} {
				s.Seconds = 0
				s.Orders.Read, s.Orders.Duplicate, s.Orders.Unchanged, s.Orders.Superseded = 0, 0, 0, 0
			}
			if got, want := mustJSON(t, scaled), mustJSON(t, embedded); !bytes.Equal(got, want) {
				t.Errorf("scaled out it is another story:\n%s\n%s", got, want)
			}
			again(t, dir, "run", "--until-idle")
			again(t, dir, "reconcile")
		})
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
