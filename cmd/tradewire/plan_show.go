package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// showPlan prints a plan for people.
func (a *app) showPlan(v *planView, sql bool) {
	for _, o := range v.Orders {
		fmt.Fprintf(a.out, "%-9s %s\n", o.Does, o.Number)
		for _, reason := range o.Reasons {
			if reason != "" {
				fmt.Fprintf(a.out, "          %s\n", reason)
			}
		}
		for _, e := range o.Entries {
			a.showEntry(e, sql)
		}
	}
	for _, e := range v.Others {
		fmt.Fprintf(a.out, "%-9s %s %s\n", e.Does, strings.ReplaceAll(e.Kind, "_", " "), e.Key)
		a.showEntry(e, sql)
	}
	for _, e := range v.Refused {
		fmt.Fprintf(a.out, "%-9s %s %s of %s: %s\n", e.Does, strings.ReplaceAll(e.Kind, "_", " "), e.Key, e.Target, e.Reason)
	}
	a.showMessages("papers:", v.Papers)
	a.showMessages("messages:", v.Alerts)
	fmt.Fprintf(a.out, "total: %d records read, %d of them refused beside orders; orders: %s; rows: %s; papers: %d; messages: %d\n",
		v.Totals.Read, v.Totals.Refused, counted(v.Totals.Orders), counted(v.Totals.Rows), v.Totals.Papers, v.Totals.Messages)
	if v.Waiting != "" {
		fmt.Fprintf(a.out, "the run would wait: %s\n", v.Waiting)
	}
	switch nothing := len(v.Orders)+len(v.Others)+len(v.Papers)+len(v.Alerts) == 0; {
	case nothing && v.Waiting != "":
		fmt.Fprintf(a.out, "plan %s: nothing was written\n", v.Hash)
	case nothing:
		fmt.Fprintf(a.out, "plan %s: there is nothing to do, and nothing was written\n", v.Hash)
	default:
		fmt.Fprintf(a.out, "plan %s, of all targets: nothing was written; to do exactly this: tradewire run --until-idle --plan %s\n", v.Hash, v.Hash)
	}
}

// showEntry prints what one target would do.
func (a *app) showEntry(e plannedEntry, sql bool) {
	line := fmt.Sprintf("  %s at %s: %s", e.Target, e.System, strings.ToLower(e.Does))
	if e.Reference != "" {
		line += " " + e.Reference
	}
	if e.Reason != "" {
		line += ": " + e.Reason
	}
	fmt.Fprintln(a.out, line)
	for _, r := range e.Rows {
		fmt.Fprintf(a.out, "    %s %s %s\n", strings.ToLower(r.Does), r.Table, r.Key)
		for _, c := range r.Cells {
			if r.Does == "INSERT" {
				fmt.Fprintf(a.out, "      %-16s %s\n", c.Field, cellText(c.Is))
			} else {
				fmt.Fprintf(a.out, "      %-16s %s -> %s\n", c.Field, cellText(c.Was), cellText(c.Is))
			}
		}
	}
	if sql {
		for _, step := range e.Steps {
			fmt.Fprintf(a.out, "    %s;\n", strings.ReplaceAll(step, "\n", "\n    "))
		}
	}
}

// showMessages prints papers or messages, each once, with the targets that it goes to.
func (a *app) showMessages(title string, list []plannedEntry) {
	var order []string
	to := map[string][]string{}
	for _, e := range list {
		about := e.About
		if about == "" {
			about = e.Key
		}
		if to[about] == nil {
			order = append(order, about)
		}
		target := e.Target
		if len(e.Files) > 0 {
			target += " (" + strings.Join(e.Files, ", ") + ")"
		}
		to[about] = append(to[about], target)
	}
	if len(order) > 0 {
		fmt.Fprintln(a.out, title)
	}
	for _, about := range order {
		fmt.Fprintf(a.out, "  %s -> %s\n", about, strings.Join(to[about], ", "))
	}
}

// cellText is a value for people.
func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}

func counted(counts map[string]int) string {
	var words []string
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d %s", counts[word], word))
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}
