package sqldb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/config"
	"tradewire/connectors"
)

func TestAMappingThatDoesNotSuitItsTargetIsNamedWithoutLookingAtTheDatabase(t *testing.T) {
	at := func(line int) config.Pos { return config.Pos{File: "m.yaml", Line: line, Col: 3} }
	write := `table: H
key: ID
reference: EXT
number: {auto: true}
numbers: {REF: {max: true}}
where: {TYP: 30}
aside: [via]
lookups: {c: {select: SELECT NO FROM C, by: {NO: customer}, take: {CUST: NO}}}
rows:
  lines: {table: L, parent: {FK: ID}, key: NO, aside: [code], lookups: {i: {select: SELECT ID FROM I, by: {CODE: code}, take: {ITEM: ID}}}}
  extra: {table: X, parent: {FK: ID}}
`
	e := newDatabase(t)
	match := func(write string, fields ...connectors.Field) []string {
		var said []string
		for _, f := range e.sink(t, write).(connectors.Matcher).Match(fields) {
			said = append(said, f.String())
		}
		return said
	}
	lines := connectors.Field{Name: "lines", Rows: true, Pos: at(5), Inside: []connectors.Field{{Name: "NO"}, {Name: "code"}, {Name: "QTY"}}}
	good := []connectors.Field{{Name: "EXT"}, {Name: "via"}, {Name: "customer"}, {Name: "NAME"}, lines, {Name: "extra", Rows: true, Inside: []connectors.Field{{Name: "A"}}}}
	require.Empty(t, match(write, good...))
	require.Equal(t, []string{
		`test.yaml:7:9 unknown-field the mapping makes no via -> did you mean "vai"?`,
		`test.yaml:8:50 unknown-field the look-up c asks for customer, which the mapping does not make -> write one of: vai, ID, TYP, REF, CUST, line, lines, extra`,
		`m.yaml:2:3 filled-twice H.ID is filled in by the target: by where:, parent:, numbers: or a look-up -> leave it out of the mapping, or name another field here and under by:`,
		`m.yaml:3:3 filled-twice H.TYP is filled in by the target: by where:, parent:, numbers: or a look-up -> leave it out of the mapping, or name another field here and under by:`,
		`m.yaml:3:3 filled-twice H.REF is filled in by the target: by where:, parent:, numbers: or a look-up -> leave it out of the mapping, or name another field here and under by:`,
		`m.yaml:3:3 filled-twice H.CUST is filled in by the target: by where:, parent:, numbers: or a look-up -> leave it out of the mapping, or name another field here and under by:`,
		`m.yaml:4:3 no-such-rows the target erp_order writes no rows called line -> did you mean "lines"?`,
		`test.yaml:10:56 unknown-field the mapping makes no code -> write one of: FK, ITEM`,
		`m.yaml:5:3 missing-key the rows have no NO, which tells them apart -> write NO: below it`,
		`m.yaml:9:3 filled-twice L.FK is filled in by the target: by where:, parent:, numbers: or a look-up -> leave it out of the mapping, or name another field here and under by:`,
		`m.yaml:9:3 filled-twice L.ITEM is filled in by the target: by where:, parent:, numbers: or a look-up -> leave it out of the mapping, or name another field here and under by:`,
		`m.yaml:6:3 wrong-shape extra is one value, and the target writes rows of that name -> write each: and fields: below it, or fields: alone where there is one row`,
	}, match(write, connectors.Field{Name: "vai"}, connectors.Field{Name: "ID", Pos: at(2)}, connectors.Field{Name: "TYP", Pos: at(3)}, connectors.Field{Name: "REF", Pos: at(3)},
		connectors.Field{Name: "CUST", Pos: at(3)}, connectors.Field{Name: "line", Rows: true, Pos: at(4)},
		connectors.Field{Name: "lines", Rows: true, Pos: at(5), Inside: []connectors.Field{{Name: "FK", Pos: at(9)}, {Name: "ITEM", Pos: at(9)}}}, connectors.Field{Name: "extra", Pos: at(6)}))
	require.Equal(t, []string{"test.yaml:1:1 missing-key nothing gives H.ID, which is the key -> write number: here, or ID: into the mapping"}, match("{table: H, key: ID}"))
	require.Empty(t, match("{table: H, key: ID, reference: ID}"))
}
