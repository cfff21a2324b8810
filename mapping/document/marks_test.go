package document

import "testing"

func TestMarksAreFilledAndAnUnknownNameIsRefused(t *testing.T) {
	got, err := FillMarks("ACME\nPO {po}\nC/NO. {carton} OF {cartons}\n{description}END {not\na name}", map[string]string{"po": "77", "carton": "1-40", "cartons": "41"})
	if want := "ACME\nPO 77\nC/NO. 1-40 OF 41\nEND {not\na name}"; err != nil || got != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
	if _, err := FillMarks("{po} {colour}", nil); err == nil {
		t.Error("a mark with {colour} was taken")
	}
}
