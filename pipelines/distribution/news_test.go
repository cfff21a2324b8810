package distribution

import (
	"slices"
	"testing"

	"tradewire/mapping/document"
)

func TestALineThatBecomesAnotherItemIsOneThingThatGoesAndOneThatComes(t *testing.T) {
	line := func(item, quantity, unit string) document.Told {
		return document.Told{Lines: []document.NoticeLine{{No: 20, Item: item, Quantity: document.Q(quantity, unit)}}}
	}
	got := compare(line("CORD", "50", "MTR"), line("PLUG", "5", "C62"))
	want := []document.FieldChange{
		{Field: document.FieldQuantity, Line: 20, Item: "CORD", Unit: "MTR", Was: "50"},
		{Field: document.FieldQuantity, Line: 20, Item: "PLUG", Unit: "C62", Is: "5"},
		{Field: document.FieldItem, Line: 20, Item: "PLUG", Was: "CORD", Is: "PLUG"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("departments are told %+v, want %+v", got, want)
	}
	got = compare(line("CORD", "50", "MTR"), line("CORD", "60", "MTR"))
	if want := []document.FieldChange{{Field: document.FieldQuantity, Line: 20, Item: "CORD", Unit: "MTR", Was: "50", Is: "60"}}; !slices.Equal(got, want) {
		t.Errorf("departments are told %+v, want %+v", got, want)
	}
}
