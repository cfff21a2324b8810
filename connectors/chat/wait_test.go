package chat_test

import (
	"fmt"
	"testing"
	"time"

	"tradewire/connectors"
)

func TestARobotIsNotSentMoreInAMinuteThanItTakes(t *testing.T) {
	for service, most := range map[string]int{"wecom": 20, "dingtalk": 20, "feishu": 100} {
		r, now := waiting(t, service), sentAt
		s := at(t, func() time.Time { return now }, fmt.Sprintf("service: %s\nurl: %q", service, kept(t, r.address())))
		var many []connectors.Entry
		for i := range most + 3 {
			many = append(many, notice(fmt.Sprintf("SO-%d", i), 1, "held"))
		}
		for i, result := range write(t, s, many...) {
			if i < most {
				if result.Err != nil {
					t.Fatalf("%s: message %d: %v", service, i, result.Err)
				}
				continue
			}
			blamed(t, result.Err, connectors.Unavailable, fmt.Sprintf("takes %d messages a minute", most))
			if after := result.Err.(*connectors.Error).After; after != time.Minute {
				t.Errorf("%s: it is tried again after %s", service, after)
			}
		}
		if got := len(r.all()); got != most {
			t.Errorf("%s: the robot was sent %d", service, got)
		}
		now = now.Add(59 * time.Second)
		blamed(t, write(t, s, many[most])[0].Err, connectors.Unavailable)
		now = now.Add(time.Second)
		sent(t, s, many[most:]...)
	}
}

func TestAWebhookIsSentAsMuchAsThereIs(t *testing.T) {
	r := waiting(t, "webhook")
	var many []connectors.Entry
	for i := range 120 {
		many = append(many, notice(fmt.Sprintf("SO-%d", i), 1, "held"))
	}
	sent(t, r.group(t, ""), many...)
}

func TestAfterAServiceThatIsNotThereNothingElseIsTried(t *testing.T) {
	r := waiting(t, "wecom")
	r.set(says(502, "no"), nil)
	results := write(t, r.group(t, ""), notice("SO-1", 1, "held"), notice("SO-2", 1, ""), notice("SO-3", 1, "held"))
	blamed(t, results[0].Err, connectors.Unavailable, "502")
	blamed(t, results[1].Err, connectors.Refused, "no text")
	blamed(t, results[2].Err, connectors.Unavailable, "not sent: ", "502")
}
