package pipelines_test

import (
	"strings"
	"testing"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

func TestAPapersPolicyIsRefusedWithAllItsFaults(t *testing.T) {
	err := pipelines.Papers{Papers: map[document.PaperType]pipelines.PaperRule{
		"menu":                     {Series: "M-{00}"},
		document.PackingList:       {Series: "PL", Channels: []document.Channel{"export"}},
		document.DeliveryNote:      {Series: "DN-{0000}"},
		document.CommercialInvoice: {Series: "DN-{0000}"},
	}}.Check()
	for _, says := range []string{`no paper "menu"`, `"PL" has no running number`, `no channel "export"`, "is that of"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}
