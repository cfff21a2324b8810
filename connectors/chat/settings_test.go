package chat_test

import (
	"strings"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/connectors/chat"
)

func TestSettingsThatCannotBeAreReportedAtOnce(t *testing.T) {
	for text, want := range map[string][]string{
		"{}":                             {"missing-key service", "missing-key url"},
		"service: slack\nurl: env:ROBOT": {"1:10 bad-value", "wecom"},
		"service: wecom\nurl: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6": {"2:6 plain-secret", "env:NAME"},
		"service: wecom\nurl: env:ROBOT\nsecret: env:KEY":                                    {"3:9 unknown-key", "take it out"},
		"service: feishu\nurl: env:ROBOT\nsecret: abc":                                       {"3:9 plain-secret"},
		"service: feishu\nurl: env:ROBOT\ntimeout: 1h":                                       {"out-of-range"},
		"service: feishu\nurl: env:ROBOT\ntoken: env:X":                                      {"unknown-key"},
	} {
		_, faults := chat.Driver(connectors.Env{Name: "finance_group", Now: time.Now}, section(t, text))
		if len(faults) == 0 {
			t.Errorf("%q is taken", text)
		}
		for _, w := range want {
			if !strings.Contains(faults.Error(), w) {
				t.Errorf("%q is not said to be %q:\n%v", text, w, faults)
			}
		}
		if strings.Contains(faults.Error(), "693a91f6") {
			t.Errorf("a secret is shown: %v", faults)
		}
	}
}

func TestATargetHasNoSettingsOfItsOwn(t *testing.T) {
	made, faults := chat.Driver(connectors.Env{Name: "finance_group", Now: time.Now}, section(t, "service: dingtalk\nurl: env:ROBOT\nsecret: env:ROBOT_SECRET\ntimeout: 5s"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if _, faults := made.(connectors.Writable).Sink("alerts", section(t, "path: x")); !strings.Contains(faults.Error(), "unknown-key") {
		t.Errorf("a setting that is unknown is taken: %v", faults)
	}
}

func TestAnAddressThatIsNoneIsSaidWithoutIt(t *testing.T) {
	for address, words := range map[string]string{
		key:                              "not the address of a robot",
		"ftp://robot.example.com" + path: "not the address of a robot",
		"https://me:" + key + "@example.com" + path: "not the address of a robot",
		"https://robot.example.com/%zz" + key:       "not the address of a robot",
		"http://robot.example.com" + path:           "not encrypted",
	} {
		s := group(t, "wecom", address, "")
		blamed(t, write(t, s, notice("SO-1", 1, "held"))[0].Err, connectors.Misconfigured, words)
		blamed(t, s.(connectors.Prober).Probe(t.Context()), connectors.Misconfigured, words)
	}
}

func TestASecretThatCannotBeReadStopsTheTarget(t *testing.T) {
	r := waiting(t, "dingtalk")
	for _, result := range write(t, r.group(t, "secret: file:missing"), notice("SO-1", 1, "held"), notice("SO-2", 1, "held")) {
		blamed(t, result.Err, connectors.Misconfigured, "reveal secret")
	}
	h := waiting(t, "webhook")
	blamed(t, write(t, h.group(t, "secret: "+kept(t, "whsec_***")), notice("SO-1", 1, "held"))[0].Err, connectors.Misconfigured, "not base64")
	if len(r.all())+len(h.all()) > 0 {
		t.Error("a message went out unsigned")
	}
}
