package chat_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/connectors/connectortest"
)

func TestEveryServiceKeepsTheContractOfASink(t *testing.T) {
	for service, codes := range map[string]struct{ fast, unknown, bad string }{
		"wecom":    {`{"errcode":45009,"errmsg":"api freq out of limit"}`, `{"errcode":93000,"errmsg":"invalid webhook url"}`, `{"errcode":40058,"errmsg":"text content exceed max length"}`},
		"dingtalk": {`{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`, `{"errcode":310000,"errmsg":"sign not match"}`, `{"errcode":460101,"errmsg":"message too long"}`},
		"feishu":   {`{"code":11232,"msg":"frequency limited psm"}`, `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`, `{"code":9499,"msg":"Bad Request"}`},
		"webhook":  {},
	} {
		t.Run(service, func(t *testing.T) {
			connectortest.Sink(t, func(t *testing.T) connectortest.SinkHarness {
				r := waiting(t, service)
				faults := []connectortest.Fault{
					r.fault("down", connectors.Unavailable, says(503, "try later"), nil),
					r.fault("moved", connectors.Misconfigured, says(302, ""), nil),
					r.fault("no such robot", connectors.Misconfigured, says(404, "not found"), nil),
					r.fault("taken, and the answer lost", connectors.Unknown, nil, func(http.ResponseWriter) bool { panic(http.ErrAbortHandler) }),
				}
				if service != "webhook" {
					faults = append(faults,
						r.fault("too many", connectors.Unavailable, says(200, codes.fast), nil),
						r.fault("it does not know us", connectors.Misconfigured, says(200, codes.unknown), nil),
						r.fault("it does not like the message", connectors.Refused, says(200, codes.bad), nil),
						r.fault("a text that is no answer", connectors.Unknown, says(200, "{\"err"), nil),
					)
				}
				return connectortest.SinkHarness{
					Open: func(t testing.TB) connectors.Sink {
						return at(t, time.Now, fmt.Sprintf("service: %s\nurl: %q", service, kept(t, r.address())))
					},
					Entry: func(key string, revision int64) connectors.Entry {
						return notice(key, revision, fmt.Sprintf("%s %d\nis held", key, revision))
					},
					Held:    r.held,
					Refused: func(key string) connectors.Entry { return notice(key, 1, " \n") },
					Faults:  faults,
					Stall:   r.stall,
					Blind:   true,
					Letters: true,
				}
			})
		})
	}
}

func (r *robot) fault(name string, kind connectors.Kind, manners func(http.ResponseWriter, *http.Request) bool, after func(http.ResponseWriter) bool) connectortest.Fault {
	return connectortest.Fault{Name: name, Kind: kind, Make: func(testing.TB) func() {
		r.set(manners, after)
		return func() { r.set(nil, nil) }
	}}
}

// held are the messages that stand in the group. A copy counts once: a program knows it by its id, a person by its text.
func (r *robot) held(t testing.TB) map[string][]int64 {
	held, seen := map[string][]int64{}, map[string]bool{}
	for _, h := range r.all() {
		mark := h.head.Get("webhook-id")
		if r.service != "webhook" {
			mark = h.text()
		}
		if seen[mark] {
			continue
		}
		seen[mark] = true
		var key string
		var revision int64
		if _, err := fmt.Sscanf(strings.SplitN(h.text(), "\n", 2)[0], "%s %d", &key, &revision); err != nil {
			t.Errorf("%q: %v", h.body, err)
		}
		held[key] = append(held[key], revision)
	}
	for _, revisions := range held {
		slices.Sort(revisions)
	}
	return held
}

// stall lets the service hang at the next message.
func (r *robot) stall(testing.TB) (release func(), reached <-chan struct{}) {
	here, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	r.set(func(http.ResponseWriter, *http.Request) bool {
		once.Do(func() { close(here) })
		<-goOn
		return true
	}, nil)
	return func() { close(goOn) }, here
}
