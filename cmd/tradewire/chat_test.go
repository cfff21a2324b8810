package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tradewire/connectors/connectortest/services"
)

// chatGroup is a group of DingTalk whose robot keeps what it was told; while it is full it takes nothing.
type chatGroup struct {
	mu   sync.Mutex
	full bool
	said []string // the first line of each message
}

func (g *chatGroup) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var message struct {
		Text struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	body, err := io.ReadAll(r.Body)
	switch {
	case r.Method == http.MethodHead:
	case err != nil || json.Unmarshal(body, &message) != nil || r.URL.Query().Get("sign") == "":
		_, _ = io.WriteString(w, `{"errcode":310000,"errmsg":"sign not match"}`)
	case g.full:
		_, _ = io.WriteString(w, `{"errcode":-1,"errmsg":"system busy"}`)
	default:
		g.said = append(g.said, strings.SplitN(message.Text.Content, "\n", 2)[0])
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
	}
}

func (g *chatGroup) set(full bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.full = full
}

func (g *chatGroup) heard() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(slices.Values(g.said))
}

// inAGroup is the starter configuration with a robot in a group.
func inAGroup(t *testing.T, open func(*testing.T) *workshop) (*workshop, *chatGroup) {
	t.Helper()
	g := &chatGroup{}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	t.Setenv("CHAT_ROBOT", server.URL+"/robot/send?access_token=not-for-everybody")
	t.Setenv("CHAT_ROBOT_SECRET", "SEC-of-the-robot")
	w := open(t)
	w.uncomment("chat")
	w.uncomment("notices_by_chat")
	return w, g
}

func TestWhatIsToldInAGroupWaitsForItsRobotAndIsSaidOnce(t *testing.T) {
	w, g := inAGroup(t, newWorkshop)
	w.edit("policies/distribution.yaml", "language: zh            # zh or en; without it, both\n        channel: folder", "language: zh\n        channel: chat")
	g.set(true)
	w.inbox(1, order(1, "2026-03-20"))
	_, errOut, code := w.tradewire("run", "--until-idle", "--wait", "1m")
	if code != exitOtherSystem || !strings.Contains(errOut, "-1: system busy") {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	if strings.Contains(errOut, "not-for-everybody") {
		t.Errorf("the robot's key is shown: %s", errOut)
	}
	g.set(false)
	w.mustRun("run", "--until-idle")
	w.mustRun("run", "--until-idle")
	if want := []string{"新订单 SO-O1，要求交期 2026-03-20（Alpha Lamps 阿尔法灯饰）"}; !slices.Equal(g.heard(), want) {
		t.Errorf("the group heard %q, want %q", g.heard(), want)
	}
}

func TestFinanceHearsInItsGroupOfAnOrderThatIsHeld(t *testing.T) {
	w, g := inAGroup(t, newWorkshop)
	w.include("policies/distribution.yaml", "finance:", "  ")
	w.refused(2, 1, []string{"pipelines/master_data.yaml:", "write steps: [credit, distribution]"}, "lint")
	w.edit("pipelines/master_data.yaml", "steps: [credit]", "steps: [credit, distribution]")
	held := order(1, "2026-03-20")
	held.Orders[0]["lines"].([]any)[0].(map[string]any)["price"] = "1000000"
	w.inbox(1, held)
	w.mustRun("run", "--until-idle")
	if got := g.heard(); len(got) != 1 || !strings.HasPrefix(got[0], "订单 SO-O1 已暂停：") {
		t.Errorf("the group heard %q", got)
	}
	if files, err := os.ReadDir(filepath.Join(w.dir, "alerts")); err == nil && len(files) > 0 {
		t.Errorf("finance has its warning in the folder as well: %v", files)
	}
	if out := w.mustRun("trace", "SO-O1"); !strings.Contains(out, "order_held, to finance (财务部)") {
		t.Errorf("trace does not say where the warning went:\n%s", out)
	}
}

// include takes in an entry that stands in a file of the starter configuration as a comment.
func (w *workshop) include(file, entry, indent string) {
	w.t.Helper()
	name := filepath.Join(w.dir, file)
	body, err := os.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	lines, inside, found := strings.Split(string(body), "\n"), false, false
	for i, line := range lines {
		text, comment := strings.CutPrefix(line, indent+"# ")
		inside = comment && (text == entry || inside && strings.HasPrefix(text, "  "))
		if inside {
			lines[i], found = indent+text, true
		}
	}
	if !found {
		w.t.Fatalf("%s stands in %s nowhere as a comment", entry, file)
	}
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// financeInAGroup is told of credit, of accounts too.
func financeInAGroup(t *testing.T, open func(*testing.T) *workshop) (w *workshop, g *chatGroup) {
	w, g = inAGroup(t, open)
	w.include("policies/distribution.yaml", "finance:", "  ")
	w.edit("pipelines/master_data.yaml", "steps: [credit]", "steps: [credit, distribution]")
	return w, g
}

func TestWhatIsHeldAtNightIsToldInTheMorningAndADigestAtItsTime(t *testing.T) {
	t.Run(services.SQLite, func(t *testing.T) { toldInTheMorning(t, newWorkshop) })
	t.Run(services.MySQL, func(t *testing.T) { toldInTheMorning(t, newServerWorkshop) })
}

func toldInTheMorning(t *testing.T, open func(*testing.T) *workshop) {
	w, g := financeInAGroup(t, open)
	w.edit("policies/distribution.yaml", "types: [credit_notice, credit_watch, overdue]", "types: [credit_watch, limit_expiring]")
	w.edit("policies/distribution.yaml", "rest_days: true, except: [order_held]", "rest_days: true")
	held := func(id string, revision int) scenarioStep {
		o := order(revision, "2026-03-20")
		o.Orders[0]["id"] = id
		o.Orders[0]["lines"].([]any)[0].(map[string]any)["price"] = "1000000"
		return o
	}
	w.pass("11h") // nine in the evening
	w.inbox(1, held("O1", 1))
	w.mustRun("run", "--until-idle")
	w.pass("10h")
	w.mustRun("run", "--until-idle")
	if got := g.heard(); len(got) != 0 {
		t.Fatalf("at night the group heard %q", got)
	}
	w.pass("70m")
	w.mustRun("run", "--until-idle")
	w.mustRun("run", "--until-idle")
	if got := g.heard(); len(got) != 1 || !strings.HasPrefix(got[0], "订单 SO-O1 已暂停：") {
		t.Fatalf("in the morning the group heard %q", got)
	}

	w.edit("policies/distribution.yaml", "limit_expiring", "order_held")
	w.inbox(2, held("O2", 1))
	w.inbox(3, held("O3", 1))
	w.mustRun("run", "--until-idle")
	w.pass("24h")
	w.mustRun("run", "--until-idle") // takes in what has gathered
	w.pass("1m")
	w.mustRun("run", "--until-idle")
	w.mustRun("run", "--until-idle")
	if got := g.heard(); len(got) != 2 || got[0] != "信用汇总 2026-03-04：共 2 条通知" {
		t.Errorf("the group heard %q", got)
	}
}

func TestFinanceAcknowledgesWhatCreditSaysOrTheManagerIsTold(t *testing.T) {
	t.Run(services.SQLite, func(t *testing.T) { acknowledgedOrTold(t, newWorkshop) })
	t.Run(services.MySQL, func(t *testing.T) { acknowledgedOrTold(t, newServerWorkshop) })
}

func acknowledgedOrTold(t *testing.T, open func(*testing.T) *workshop) {
	w, g := financeInAGroup(t, open)
	w.edit("policies/distribution.yaml", "escalate: {after: 4h, to: manager, types: [order_held]}", "escalate: {after: 4h, to: manager, types: [order_held, credit_watch]}")
	w.edit("policies/distribution.yaml", "digest: {", "# digest: {")
	near := order(1, "2026-03-20") // of a limit of 10,000
	near.Orders[0]["lines"].([]any)[0].(map[string]any)["price"] = "950"
	held := order(1, "2026-03-20")
	held.Orders[0]["id"] = "O2"
	held.Orders[0]["lines"].([]any)[0].(map[string]any)["price"] = "1000000"
	w.inbox(1, near)
	w.inbox(2, held)
	w.mustRun("run", "--until-idle")
	if got := g.heard(); len(got) != 2 {
		t.Fatalf("the group heard %q", got)
	}
	inbox := w.mustRun("inbox", "finance", "--json")
	if !strings.Contains(inbox, `"account": "K1"`) || !strings.Contains(inbox, "tradewire ack --account K1 --department finance") || !strings.Contains(inbox, `"order": "SO-O2"`) {
		t.Errorf("the inbox of finance is %s", inbox)
	}
	w.refused(2, 1, []string{"acknowledged, no more"}, "ack", "SO-O2", "--department", "finance", "--as", "lin", "--object", "--reason", "no")
	w.refused(2, 1, []string{"purchasing", "finance"}, "ack", "--account", "K1", "--department", "purchasing", "--as", "lin")
	w.refused(2, 1, []string{"not both"}, "ack", "SO-O2", "--account", "K1", "--department", "finance", "--as", "lin")
	if out := w.mustRun("ack", "--account", "K1", "--department", "finance", "--as", "lin"); out != "account K1: acknowledged by finance (lin)\n" {
		t.Errorf("ack says %q", out)
	}
	if out := w.mustRun("inbox", "finance", "--json"); strings.Contains(out, "--account K1") {
		t.Errorf("what is acknowledged still waits: %s", out)
	}
	w.pass("5h")
	w.mustRun("run", "--until-idle")
	w.mustRun("run", "--until-idle")
	files, err := filepath.Glob(filepath.Join(w.dir, "notices", "credit_unanswered-*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the manager has %v: %v", files, err)
	}
	if body, err := os.ReadFile(files[0]); err != nil || !strings.Contains(string(body), "财务部尚未确认：订单 SO-O2 已暂停") {
		t.Errorf("the manager reads %s %v", body, err)
	}
	if out := w.mustRun("ack", "SO-O2", "--department", "finance", "--as", "lin"); out != "order SO-O2: acknowledged by finance (lin)\n" {
		t.Errorf("ack says %q", out)
	}
	if out := w.mustRun("ack", "SO-O2", "--department", "finance", "--as", "lin", "--json"); !strings.Contains(out, "said before") {
		t.Errorf("ack again says %q", out)
	}
}
