package discover

import (
	"fmt"
	"slices"
	"strings"
)

// Fact is what whoever maps a table must know of it.
type Fact struct {
	Role     Role     `json:"role"`
	Table    string   `json:"table"`
	Rows     int64    `json:"rows"` // about; -1: not known
	Key      []string `json:"key,omitempty"`
	Changes  string   `json:"changes"`            // how one hears of a change
	Needs    []string `json:"needs,omitempty"`    // columns that a new row needs a value for
	Triggers []string `json:"triggers,omitempty"` // they do more than is asked for
	Warnings []string `json:"warnings,omitempty"`
}

// Facts are those of all tables that are proposed.
func (j *Judgement) Facts() []Fact {
	facts := []Fact{}
	for _, p := range j.Proposals {
		t := j.study.byName[p.Table]
		if t == nil {
			continue
		}
		f := Fact{Role: p.Role, Table: t.Name, Rows: t.Rows, Triggers: t.Triggers, Changes: "nothing tells: the whole is read and compared"}
		for _, k := range t.key() {
			f.Key = append(f.Key, k.Name)
		}
		for _, c := range t.columns {
			if c.Must() {
				f.Needs = append(f.Needs, c.Name)
			}
		}
		touched := t.find(func(c *column) bool { return c.Touched })
		perhaps := t.find(func(c *column) bool { return c.dated() && c.said["updated"] })
		switch {
		case touched != nil:
			f.Changes = touched.Name + ": the database sets it with each change"
		case perhaps != nil:
			f.Changes = perhaps.Name + ", by its name: see whether the ERP sets it with every change"
		}
		f.Warnings = append(append(t.others(p.Role), t.strangers()...), t.inexact()...)
		facts = append(facts, f)
	}
	return facts
}

// others are columns that tell rows of another sort apart, which the SELECT must leave out.
func (t *table) others(role Role) (list []string) {
	for _, c := range t.columns {
		switch {
		case role == Orders && c.said.any("quote", "quoteflag"):
			list = append(list, c.Name+" may tell quotations from orders")
		case role == Receivables && c.said["class"] && c.whole():
			list = append(list, c.Name+" may tell invoices from credit notes and receipts")
		case role == Customers && c.said["supplier"] && c.whole():
			list = append(list, c.Name+" may tell suppliers from customers")
		}
	}
	return list
}

// strangers are characters that the columns of a table cannot hold.
func (t *table) strangers() (list []string) {
	by := map[string][]string{}
	for _, c := range t.columns {
		if c.Charset != "" && c.Charset != "utf8mb4" && c.Charset != "gb18030" {
			by[c.Charset] = append(by[c.Charset], c.Name)
		}
	}
	for charset, columns := range by {
		cannot := "characters outside it, such as Chinese, are refused"
		switch charset {
		case "utf8", "utf8mb3":
			cannot = "characters of four bytes (emoji, rare Chinese) are refused"
		case "gbk", "gb2312", "big5":
			cannot = "only Chinese, Latin and a few others fit"
		}
		more := ""
		if len(columns) > 3 {
			more = fmt.Sprintf(" and %d more", len(columns)-3)
		}
		list = append(list, fmt.Sprintf("%s is %s%s: %s", charset, strings.Join(columns[:min(3, len(columns))], ", "), more, cannot))
	}
	slices.Sort(list)
	return list
}

// inexact are amounts that are kept as binary fractions.
func (t *table) inexact() []string {
	var columns []string
	for _, c := range t.columns {
		if k := c.kind(); (k == "double" || k == "float" || k == "real") && c.said.any("amount", "price", "total", "limit", "open", "net", "tax") {
			columns = append(columns, c.Name)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	return []string{strings.Join(columns[:min(4, len(columns))], ", ") + ": binary fractions, whose sums may differ in the last digit"}
}
