package main

import (
	"context"
	"encoding/base64"
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/webhook"
)

func TestAnotherTradewireTakesWhatAWebhookIsSent(t *testing.T) {
	t.Setenv("BETWEEN", "whsec_"+base64.StdEncoding.EncodeToString([]byte("between two houses")))
	t.Setenv("FORGED", "another secret")
	section := func(text string) config.Section {
		s, err := config.Parse("tradewire.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	made := func(driver, settings string) connectors.Connection {
		c, faults := drivers[driver](connectors.Env{Name: driver, Dir: t.TempDir(), Now: time.Now}, section(settings))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	receiver, faults := made("webhook", `{listen: "127.0.0.1:0", path: /hooks/notices, verify: {scheme: standard, secret: "env:BETWEEN"}}`).(connectors.Callable).Receiver("notice", section("key: order"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var taken []connectors.Change
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- receiver.Receive(ctx, func(_ context.Context, changes []connectors.Change) error {
			taken = append(taken, changes...)
			return nil
		})
	}()
	address, err := receiver.(*webhook.Receiver).Addr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOOK", "http://"+address+"/hooks/notices")
	send := func(secret string) connectors.Result {
		sink, faults := made("chat", `{service: webhook, url: "env:HOOK", secret: "env:`+secret+`"}`).(connectors.Writable).Sink("notices", section("{}"))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		results, err := sink.Write(t.Context(), []connectors.Entry{{Target: "notices", Kind: "notice", Key: "SO-1", Revision: 1, Op: connectors.Put, Record: connectors.Record{"order": "SO-1"},
			Attachments: []connectors.Attachment{{Name: "SO-1.txt", MediaType: "text/plain; charset=utf-8", Body: []byte("SO-1 is held")}}}})
		if err != nil {
			t.Fatal(err)
		}
		return results[0]
	}
	for range 2 {
		if r := send("BETWEEN"); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if r := send("FORGED"); connectors.KindOf(r.Err) != connectors.Misconfigured {
		t.Errorf("a forger hears %v", r.Err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if len(taken) != 2 || taken[0].Key != "SO-1" || taken[0].Record["text"] != "SO-1 is held" || taken[0].Message == "" || taken[0].Message != taken[1].Message {
		t.Errorf("it took %+v", taken)
	}
}
