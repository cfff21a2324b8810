package shipping

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/steptest"
)

func TestCase65Packing(t *testing.T) {
	var cases []struct {
		Name     string           `json:"name"`
		Quantity document.Decimal `json:"quantity"`
		Item     document.Item    `json:"item"`
		Cartons  int64            `json:"cartons"`
		NetKG    document.Decimal `json:"net_kg"`
		GrossKG  document.Decimal `json:"gross_kg"`
		CBM      document.Decimal `json:"cbm"`
	}
	steptest.File(t, "packing.json", &cases)
	var together []packable
	var cartons int64
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			line := packable{1, document.Quantity{Value: c.Quantity, Unit: "C62"}, &c.Item}
			together = append(together, line)
			p, err := pack([]packable{line})
			require.NoError(t, err)
			assert.Equal(t, c.Cartons, p.Cartons)
			assert.Equal(t, c.NetKG.String(), p.NetKG.String())
			assert.Equal(t, c.GrossKG.String(), p.GrossKG.String())
			assert.Equal(t, c.CBM.String(), p.CBM.String())
		})
		cartons += c.Cartons
	}
	p, err := pack(together)
	require.NoError(t, err)
	assert.Equal(t, cartons, p.Cartons)
	next := int64(1)
	for _, l := range p.Lines {
		assert.Equal(t, next, l.From, "carton numbers run through without a gap")
		next = l.To + 1
	}
}

func TestTheTotalsAreTheSumsOfThePrintedLines(t *testing.T) {
	item := &document.Item{ID: "A", PerCarton: document.D("1"), LengthCM: document.D("42"), WidthCM: document.D("31"), HeightCM: document.D("28")}
	line := packable{1, document.Q("1", "C62"), item} // 0.036456 cubic metres
	p, err := pack([]packable{line, line, line})
	require.NoError(t, err)
	assert.Equal(t, "0.108", p.CBM.String(), "not 0.109")
}

func TestCase68GoodsThatWeighMoreThanTheirCartonsAreRefused(t *testing.T) {
	item := &document.Item{ID: "A", PerCarton: document.D("10"), NetUnitKG: document.D("1"), GrossFullKG: document.D("9")}
	_, err := pack([]packable{{1, document.Q("10", "C62"), item}})
	assert.ErrorContains(t, err, "item A weighs 9 kg gross and 10 kg net")
}

func TestMoreCartonsThanAShipHoldsAreRefused(t *testing.T) {
	item := &document.Item{ID: "A", PerCarton: document.D("0.000001")}
	_, err := pack([]packable{{1, document.Q("100000", "C62"), item}})
	assert.ErrorContains(t, err, "is its packing right?")
}
