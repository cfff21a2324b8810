package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
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
func inAGroup(t *testing.T) (*workshop, *chatGroup) {
	t.Helper()
	g := &chatGroup{}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	t.Setenv("CHAT_ROBOT", server.URL+"/robot/send?access_token=not-for-everybody")
	t.Setenv("CHAT_ROBOT_SECRET", "SEC-of-the-robot")
	w := newWorkshop(t)
	w.uncomment("chat")
	w.uncomment("notices_by_chat")
	return w, g
}

func TestWhatIsToldInAGroupWaitsForItsRobotAndIsSaidOnce(t *testing.T) {
	w, g := inAGroup(t)
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
