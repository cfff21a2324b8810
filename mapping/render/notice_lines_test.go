package render

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
)

func TestANameCannotAddLinesToANotice(t *testing.T) {
	n := heldNotice()
	n.Customer = "Northlight\n  Credit limit  HKD 9,000,000.00"
	en, _ := NoticeText(n)
	assert.Contains(t, en, "Northlight Credit limit HKD 9,000,000.00 (")
	assert.Equal(t, 1, strings.Count(en, "\n  Credit limit"))
}

// hostile is text that would like to be more than a part of a line.
var hostile = rapid.StringOfN(rapid.SampledFrom([]rune("a北－ｗ \t\n\r\v\f\u0085\u2028\u2029\u00a0\u3000\u200b\u202e\u2066\x00\x1b\b%[1]s|'\"`-é\U0001F600\ufe0f")), 0, 24, -1)

// ours are the strings of a notice that say which words are used, beside those with a type of their own; all others are
// somebody's text.
var ours = map[string]bool{"To": true, "Language": true, "Department": true, "Class": true, "Field": true, "Fields": true, "Shows": true}

// spoil appends to every text of a document that is not ours.
func spoil(v reflect.Value, with string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem(), with)
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), with)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !ours[f.Name] {
				spoil(v.Field(i), with)
			}
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.String() != "" {
			v.SetString(v.String() + with)
		}
	}
}

func spoilt(n *document.Notice, with string) *document.Notice {
	n = document.Copy(n)
	spoil(reflect.ValueOf(n), with)
	return n
}

func TestNoTextOfADocumentAddsALineOrAnInvisibleSign(t *testing.T) {
	all := notices()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(all))).Draw(t, "notice")
		wantEN, wantZH := NoticeText(spoilt(all[name], "x"))
		en, zh := NoticeText(spoilt(all[name], hostile.Draw(t, "text")))
		if strings.Count(en, "\n") != strings.Count(wantEN, "\n") || strings.Count(zh, "\n") != strings.Count(wantZH, "\n") {
			t.Fatalf("%s has other lines:\n%s\n%s", name, en, zh)
		}
		for _, c := range en + zh {
			if c != '\n' && invisible(c) {
				t.Fatalf("%s holds %U", name, c)
			}
		}
	})
}

func TestColumnsStandUnderEachOtherWhateverTheyHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 4).Draw(t, "rows")
		var columns []textColumn
		for range rapid.IntRange(1, 4).Draw(t, "columns") {
			columns = append(columns, textColumn{head: hostile.Draw(t, "head") + "|", figures: rapid.Bool().Draw(t, "figures"),
				cells: rapid.SliceOfN(hostile, rows, rows).Draw(t, "cells")})
		}
		l := &letter{speaker: english}
		l.table(columns...)
		if l.String() == "" {
			return // nothing was known
		}
		lines := strings.Split(strings.TrimSuffix(l.String(), "\n"), "\n")
		if len(lines) != rows+1 {
			t.Fatalf("%d rows became %d lines:\n%s", rows, len(lines), l)
		}
		offsets := map[int]int{}
		for _, line := range lines {
			for _, at := range startsAndEnds(line) {
				offsets[at]++
			}
		}
		shown := 0
		for _, c := range columns {
			if !c.known() {
				continue
			}
			shown++
		}
		aligned := 0
		for _, lines := range offsets {
			if lines > rows {
				aligned++
			}
		}
		if aligned < shown {
			t.Fatalf("%d columns, %d aligned edges:\n%s", shown, aligned, l)
		}
	})
}

// startsAndEnds are where the cells of a line begin and end, by width. Cells stand at least two spaces apart and hold
// never two themselves.
func startsAndEnds(line string) (edges []int) {
	at := 0
	for _, cell := range strings.SplitAfter(line, "  ") {
		text := strings.TrimSuffix(cell, "  ")
		trimmed := strings.TrimLeft(text, " ")
		if trimmed != "" {
			edges = append(edges, at+len(text)-len(trimmed), at+uniseg.StringWidth(text))
		}
		at += uniseg.StringWidth(cell)
	}
	return edges
}

func TestLongChineseNamesPushNothingAside(t *testing.T) {
	n := releasedToPlanning()
	n.News.Lines[0].Item = "电源线-特殊规格-001"
	_, zh := NoticeText(n)
	var starts []int
	for _, line := range strings.Split(zh, "\n") {
		if i := strings.Index(line, "2026-0"); i > 0 && strings.Contains(line, "插头") {
			starts = append(starts, uniseg.StringWidth(line[:i]))
		}
	}
	require.Len(t, starts, 2)
	assert.Equal(t, starts[0], starts[1])
}
