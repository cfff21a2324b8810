package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tradewire/mapping/discover"
)

// discoveryView is what was discovered, for people and programs.
type discoveryView struct {
	Connection string              `json:"connection"`
	System     string              `json:"system"`
	Tables     int                 `json:"tables"`
	Proposals  []discover.Proposal `json:"proposals"`
	Facts      []discover.Fact     `json:"facts"`
	Unseen     []string            `json:"unseen,omitempty"`
	Document   string              `json:"document,omitempty"`
	Fields     []discover.Coverage `json:"fields,omitempty"`
	Files      []string            `json:"files"`
}

func (a *app) showDiscovery(v discoveryView, d discovery) {
	fmt.Fprintf(a.out, "%s: %s, %d tables\n", v.Connection, v.System, v.Tables)
	if v.Document != "" {
		a.showFilled(v)
	} else {
		a.showProposals(v)
	}
	for _, u := range v.Unseen {
		fmt.Fprintf(a.out, "Not seen: %s\n", u)
	}
	if len(v.Files) == 0 {
		fmt.Fprintln(a.out, "Nothing was changed and nothing written.")
		return
	}
	for _, f := range v.Files {
		fmt.Fprintln(a.out, filepath.Join(d.dir, f))
	}
	main := filepath.Join(d.dir, "tradewire.yaml")
	if _, err := os.Stat(main); err != nil {
		fmt.Fprintf(a.out, "\nNext: put these files beside your tradewire.yaml, then `tradewire lint` names what is undecided.\n")
		return
	}
	fmt.Fprintf(a.out, "\nNext: read the drafts, take out the pipelines that they replace, then\n  tradewire lint --config %s\n", main)
}

func (a *app) showProposals(v discoveryView) {
	t := a.newTable("what", "table", "sure", "why")
	for _, p := range v.Proposals {
		what := strings.ReplaceAll(string(p.Role), "_", " ")
		if p.Table == "" {
			t.AppendRow(tableRow{what, "undecided", "", wrap(candidates(p.Candidates), 76)})
			continue
		}
		t.AppendRow(tableRow{what, p.Table, fmt.Sprintf("%d %%", p.Sure), wrap(strings.Join(p.Reasons, "; "), 76)})
	}
	t.Render()
	if len(v.Facts) == 0 {
		return
	}
	t = a.newTable("table", "rows", "key", "how one hears of a change", "a new row needs", "mind")
	for _, f := range v.Facts {
		rows := fmt.Sprint(f.Rows)
		if f.Rows < 0 {
			rows = "?"
		}
		mind := f.Warnings
		if len(f.Triggers) > 0 {
			mind = append(mind, "triggers: "+strings.Join(f.Triggers, ", "))
		}
		t.AppendRow(tableRow{f.Table, rows, wrap(strings.Join(f.Key, ", "), 16), wrap(f.Changes, 24), wrap(strings.Join(f.Needs, ", "), 24), wrap(strings.Join(mind, "; "), 30)})
	}
	t.Render()
}

// candidates says what something might be.
func candidates(list []discover.Candidate) string {
	if len(list) == 0 {
		return "no table looks like it"
	}
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = fmt.Sprintf("perhaps %s, %d %%", c.Name, c.Sure)
		if len(c.Reasons) > 0 {
			words[i] += " (" + strings.Join(c.Reasons, "; ") + ")"
		}
	}
	return strings.Join(words, "\n")
}

func (a *app) showFilled(v discoveryView) {
	t := a.newTable(v.Document, "", "column", "sure", "expression", "why")
	filled, needed, missing := 0, 0, 0
	for _, f := range v.Fields {
		need, column, sure, value := "", f.Column, fmt.Sprintf("%d %%", f.Sure), f.Value
		if f.Required {
			need = "needed"
			needed++
		}
		why := f.Why
		switch {
		case f.Value == "":
			value = "undecided"
			if f.Write != "" {
				why += "; write " + f.Write
			}
			if f.Required {
				missing++
			}
		case f.Column == "":
			sure = ""
		default:
			filled++
		}
		if f.Column == "" {
			column = "nothing"
		} else if f.Table != "" && !strings.Contains(column, ".") {
			column = f.Table + "." + column
		}
		t.AppendRow(tableRow{f.Field, need, column, sure, wrap(value, 34), wrap(why, 50)})
	}
	t.Render()
	fmt.Fprintf(a.out, "%d of %d fields are filled by a column; of the %d that are needed %d are undecided.\n", filled, len(v.Fields), needed, missing)
}
