//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	memoryOrders = 20_000
	memoryBound  = 100 // MB
)

// BenchmarkMemory runs the program itself over many orders that lie in its inbox, and asks the system for the most memory that
// it ever held. BENCH_MEMORY_ORDERS asks for another number of orders.
func BenchmarkMemory(b *testing.B) {
	orders := benchNumber("BENCH_MEMORY_ORDERS", memoryOrders)
	server := durably(b)
	memory, erp := server.Database(b), benchERP(b, server)
	if _, err := erp.DB.Exec(benchMaster()); err != nil {
		b.Fatal(err)
	}
	dir := benchConfig(b, memory, erp)
	fillInbox(b, filepath.Join(dir, "inbox"), orders)
	began := time.Now()
	most := mostMemory(b, "run", "--until-idle", "--config", filepath.Join(dir, "tradewire.yaml"))
	took := time.Since(began)
	var stand int
	if err := erp.DB.QueryRow("SELECT COUNT(*) FROM SOHD").Scan(&stand); err != nil || stand != orders {
		b.Fatalf("%d orders lay in the inbox and %d stand in the ERP: %v", orders, stand, err)
	}
	keepTable(b, "memory.md", fmt.Sprintf("# Memory\n\n%s`tradewire run --until-idle` over %d orders in its inbox: at most %d MB resident (bound: %d MB), %.0f orders/s.\n",
		dated(), orders, most, memoryBound, float64(orders)/took.Seconds()))
	b.ReportMetric(float64(most), "MB")
	if most > memoryBound {
		b.Errorf("the gate is not met: %d orders took %d MB, %d are allowed", orders, most, memoryBound)
	}
}

// fillInbox writes the orders as files of a thousand.
func fillInbox(b *testing.B, inbox string, orders int) {
	n := 0
	for first := 0; first < orders; first += 1000 {
		texts := benchOrders(first, min(1000, orders-first))
		body := append(bytes.Join(texts, []byte("\n")), '\n')
		if err := os.WriteFile(filepath.Join(inbox, fmt.Sprintf("%04d.jsonl", n)), body, 0o644); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

// mostMemory runs the program and answers the most it held, in MB. It asks now and then, as the answer ends with the process:
// the kernel keeps the highest mark.
func mostMemory(b *testing.B, args ...string) int {
	program := exec.CommandContext(b.Context(), os.Args[0], args...)
	program.Env = append(slices.Clone(os.Environ()), "TRADEWIRE_IS_THE_PROGRAM=1")
	var said bytes.Buffer
	program.Stdout, program.Stderr = &said, &said
	if err := program.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	most := 0
	for {
		select {
		case err := <-ended:
			if err != nil {
				b.Fatalf("%v: %s", err, &said)
			}
			return most
		case <-time.After(20 * time.Millisecond):
			most = max(most, highMark(program.Process.Pid))
		}
	}
}

// highMark is the most that a process held, in MB; 0 when it has ended.
func highMark(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int
	_, _ = fmt.Sscan(rest, &kilobytes)
	return kilobytes >> 10
}
