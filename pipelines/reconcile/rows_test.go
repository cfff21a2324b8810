package reconcile

import (
	"testing"

	"tradewire/connectors"
)

func TestWhatARowDoesNotHoldAsItWasWrittenIsNotCompared(t *testing.T) {
	want := connectors.Record{"via": "SF", "extra": connectors.Record{"URGENT": connectors.Number("1")},
		"lines": []any{connectors.Record{"NO": connectors.Number("1"), "code": "plug", "SENT": connectors.Number("0")}}}
	have := connectors.Record{"extra": []any{connectors.Record{"URGENT": connectors.Number("1"), "FK": connectors.Number("7")}},
		"lines": []any{connectors.Record{"NO": connectors.Number("1"), "ITEM_ID": connectors.Number("2"), "SENT": connectors.Number("4")}}}
	if found := compare("", without([]string{"lines.SENT", "lines.code", "via"}, want), have); len(found) != 0 {
		t.Errorf("%v", found)
	}
	if _, kept := want["lines"].([]any)[0].(connectors.Record)["code"]; !kept {
		t.Error("what was wanted has changed")
	}
	have["extra"] = []any{}
	if found := compare("", without([]string{"lines"}, connectors.Record{"extra": want["extra"], "lines": want["lines"]}), have); len(found) != 1 || found[0].Want == "" {
		t.Errorf("a row beside the header that is gone: %v", found)
	}
}

func TestAYesIsAOneWhereItStands(t *testing.T) {
	for _, c := range []struct {
		want, have any
		same       bool
	}{
		{true, connectors.Number("1"), true}, {false, connectors.Number("0"), true}, {true, "1", true}, {true, true, true},
		{true, connectors.Number("0"), false}, {false, connectors.Number("1"), false}, {true, nil, false}, {false, nil, false},
	} {
		if same(c.want, c.have) != c.same {
			t.Errorf("%v wanted and %v there: the same is %v", c.want, c.have, !c.same)
		}
	}
}
