package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tradewire/pipelines/distribution"
)

func TestAnAnswerIsDecidedByTheInstanceThatRuns(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(1, oneOrder)
	w.mustRun("run", "--until-idle")
	ctx, stop := context.WithCancel(t.Context())
	ended, runs := make(chan int, 1), &herald{words: "tradewire runs:", heard: make(chan struct{})}
	go func() {
		ended <- (&app{out: io.Discard, err: runs, clock: &clock{start: monday}}).execute(ctx, []string{"run", "--config", filepath.Join(w.dir, "tradewire.yaml")})
	}()
	defer func() {
		stop()
		<-ended
	}()
	select {
	case <-runs.heard:
	case code := <-ended:
		t.Fatalf("it ended with %d", code)
	case <-time.After(30 * time.Second):
		t.Fatal("it does not run")
	}
	if out := w.mustRun("ack", "SO-O1", "--department", "planning", "--as", "Li Wei"); !strings.Contains(out, "acknowledged by planning (Li Wei)") {
		t.Error(out)
	}
	if waits := w.waitFor("planning"); len(waits) != 0 {
		t.Errorf("%v still wait", waits)
	}
}

// herald is a writer that tells when it has heard some words.
type herald struct {
	words string
	heard chan struct{}
	said  bytes.Buffer
}

func (h *herald) Write(p []byte) (int, error) {
	if before := strings.Contains(h.said.String(), h.words); !before {
		h.said.Write(p)
		if strings.Contains(h.said.String(), h.words) {
			close(h.heard)
		}
	}
	return len(p), nil
}

func TestTheInboxShowsClassAFirstThenTheOldest(t *testing.T) {
	w := newWorkshop(t)
	w.edit("mappings/customer_from_erp.yaml", `class: '"B"'`, `class: 'CU_NO == "K2" ? "A" : "B"'`)
	line := []any{map[string]any{"no": 1, "sku": "P1", "qty": 1, "price": "10"}}
	for n, o := range []map[string]any{{"id": "O1", "customer": "K1"}, {"id": "O2", "customer": "K2"}, {"id": "O3", "customer": "K1"}, {"id": "O4", "customer": "K3"}} {
		o["revision"], o["lines"] = 1, line
		w.inbox(n, scenarioStep{Orders: []map[string]any{o}})
		w.pass("1h")
		w.mustRun("run", "--until-idle")
	}
	if got := w.waitFor("planning"); !slices.Equal(got, []string{"SO-O2", "SO-O1", "SO-O3"}) {
		t.Errorf("%v", got)
	}
	var waits []map[string]any
	if err := json.Unmarshal([]byte(w.mustRun("inbox", "planning", "--json")), &waits); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"order", "revision", "department", "since", "why", "what", "customer", "class"} {
		if _, there := waits[0][field]; !there || len(waits[0]) != 8 {
			t.Errorf("%s is missing, or something is there beside: %v", field, waits[0])
		}
	}
	if out := w.mustRun("inbox", "finance", "--language", "zh"); !strings.Contains(out, "SO-O4") || !strings.Contains(out, "待办") {
		t.Error(out)
	}
	if out := w.mustRun("inbox", "sales", "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("nothing waits for sales, and --json is %q", out)
	}
	w.refused(2, 1, []string{`"kitchen"`, "planning, purchasing, shipping, finance, sales"}, "inbox", "kitchen")
	w.refused(2, 1, []string{`"fr"`, "en or zh"}, "inbox", "planning", "--language", "fr")
	w.refused(2, 4, []string{"--as is missing", `"kitchen"`, "add --object", `"soon" is not a day`}, "ack", "SO-O1", "--department", "kitchen", "--propose", "soon")
	w.refused(1, 1, []string{"SO-O9"}, "ack", "SO-O9", "--department", "planning", "--as", "Li")
	w.refused(1, 1, []string{"was not sent to any department yet"}, "ack", "SO-O4", "--department", "planning", "--as", "Li")
}

func TestStatusMeasuresTheTimeFromTheConfirmationToEachAnswer(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(1, oneOrder) // confirmed in the CRM at 09:30, taken in at ten
	w.mustRun("run", "--until-idle")
	w.pass("11h30m")
	w.mustRun("ack", "O1", "--department", "planning", "--as", "Li")
	w.pass("40h")
	w.mustRun("ack", "O1", "--department", "purchasing", "--as", "Chen")
	var status struct {
		Answers map[string]distribution.Measure `json:"answers"`
	}
	if err := json.Unmarshal([]byte(w.mustRun("status", "--json")), &status); err != nil {
		t.Fatal(err)
	}
	if got := status.Answers["planning"]; got.Given != 1 || got.InTime != 1 || got.Median != 0.5 {
		t.Errorf("planning answered after twelve hours: %+v", got)
	}
	if got := status.Answers["purchasing"]; got.Acked != 1 || got.TooLate != 1 || got.InTime != 0 || got.Longest != 2.17 {
		t.Errorf("purchasing answered after 52 hours: %+v", got)
	}
	if out := w.mustRun("status"); !strings.Contains(out, "warning: purchasing") || strings.Contains(out, "warning: planning") {
		t.Error(out)
	}
}
