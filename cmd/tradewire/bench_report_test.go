//go:build linux

package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"tradewire/connectors/connectortest/services"
)

// median is the middle cost of a contender's rounds, figure by figure.
func (c *contender) median(figure func(cost) float64) float64 {
	figures := make([]float64, len(c.costs))
	for i, one := range c.costs {
		figures[i] = figure(one)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// spread is how far a contender's rounds lie apart, in percent of their median.
func (c *contender) spread(figure func(cost) float64) float64 {
	low := slices.MinFunc(c.costs, func(a, b cost) int { return cmp.Compare(figure(a), figure(b)) })
	high := slices.MaxFunc(c.costs, func(a, b cost) int { return cmp.Compare(figure(a), figure(b)) })
	return 100 * (figure(high) - figure(low)) / c.median(figure)
}

// gate is what must hold, as the ratio of one contender to another.
type gate struct {
	what   string
	got    float64
	bound  float64
	atMost bool
}

func (g gate) met() bool { return g.atMost == (g.got <= g.bound) }

func (g gate) String() string {
	word := map[bool]string{true: "at most", false: "at least"}[g.atMost]
	return fmt.Sprintf("| %s | %.2f | %s %.1f | %s |", g.what, g.got, word, g.bound, map[bool]string{true: "met", false: "**missed**"}[g.met()])
}

func gates(raw, journal, naive, ours, again *contender) []gate {
	ratio := func(a, b *contender, figure func(cost) float64) float64 { return a.median(figure) / b.median(figure) }
	return []gate{
		{"CPU per order to the raw writer's", ratio(ours, raw, cost.perOrder), 4, true},
		{"CPU per order to the raw writer's with a journal", ratio(ours, journal, cost.perOrder), 2, true},
		{"orders per second to the naive writer's", ratio(ours, naive, cost.rate), 5, false},
		{"orders per second when all come again, to the first time", ratio(again, ours, cost.rate), 0.9, false},
	}
}

// report prints the table, keeps it when BENCH_DATE says of which day it is, and fails when a gate is not met.
func report(b *testing.B, server *services.MySQLServer, all []*contender, orders, rounds int) {
	raw, ours := all[0], all[4]
	checks := gates(all[0], all[1], all[3], all[4], all[5])
	var text strings.Builder
	fmt.Fprintf(&text, "# From the JSON to the COMMIT in the ERP\n\n%s\n\n", facts(b, server, orders, rounds))
	fmt.Fprintf(&text, "| contender | orders/s | until idle | client CPU µs/order | server CPU µs/order | CPU to raw | speed to raw | spread of CPU, speed |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, c := range all {
		fmt.Fprintf(&text, "| %s | %.0f | %.0f | %.0f | %.0f | %.2f | %.2f | %.0f %%, %.0f %% |\n", c.name, c.median(cost.rate), c.median(cost.idleRate),
			c.median(cost.clientEach), c.median(cost.serverEach), c.median(cost.perOrder)/raw.median(cost.perOrder),
			c.median(cost.rate)/raw.median(cost.rate), c.spread(cost.perOrder), c.spread(cost.rate))
	}
	fmt.Fprintf(&text, "\n| gate | reached | bound | |\n|---|--:|--:|---|\n")
	for _, g := range checks {
		fmt.Fprintln(&text, g)
	}
	fmt.Fprintf(&text, "\nThe aim beyond the gate: 0.5 of the raw writer's orders per second (reached: %.2f) at twice its CPU (reached: %.1f).\n",
		ours.median(cost.rate)/raw.median(cost.rate), ours.median(cost.perOrder)/raw.median(cost.perOrder))
	keepTable(b, "path.md", text.String())
	b.ReportMetric(ours.median(cost.rate), "orders/s")
	b.ReportMetric(ours.median(cost.perOrder), "CPU-µs/order")
	for _, g := range checks {
		if !g.met() {
			b.Errorf("the gate is not met: %s: %.2f", g.what, g.got)
		}
	}
}

// facts are what one must know to read the table.
func facts(b *testing.B, server *services.MySQLServer, orders, rounds int) string {
	var version string
	if err := server.Database(b).DB.QueryRow("SELECT VERSION()").Scan(&version); err != nil {
		b.Fatal(err)
	}
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%s%d orders a round (the raw writers four times, the naive one half as many), header and %d lines each; medians of %d rounds in turn,\n"+
		"after one to warm up. Batches of %d, %d connections of the raw writers; %d processors with a load of %.4s, %s, %s, every COMMIT durable.",
		dated(), orders, benchLines, rounds, benchBatch, benchConnections, runtime.NumCPU(), load, runtime.Version(), version)
}

func dated() string {
	if day := os.Getenv("BENCH_DATE"); day != "" {
		return day + ". "
	}
	return ""
}

// keepTable prints a table and, when BENCH_DATE is given, keeps it.
func keepTable(b *testing.B, name, text string) {
	fmt.Printf("\n%s\n", text)
	if os.Getenv("BENCH_DATE") == "" {
		return
	}
	if err := os.WriteFile("../../testdata/bench/"+name, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}
