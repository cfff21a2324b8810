package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// configured is the starter configuration after edits, each old and new.
func configured(t *testing.T, edits ...[3]string) string {
	t.Helper()
	dir := t.TempDir()
	if code := (&app{out: io.Discard, err: os.Stderr, clock: &clock{}}).execute(t.Context(), []string{"init", "--dir", dir}); code != exitOK {
		t.Fatalf("init: exit code %d", code)
	}
	for _, e := range edits {
		path := filepath.Join(dir, e[0])
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(body), e[1]) {
			t.Fatalf("%s does not hold %q", e[0], e[1])
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(body), e[1], e[2], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func said(t *testing.T, dir string, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	code := (&app{out: &out, err: &out, clock: &clock{}}).execute(t.Context(), append(args, "--config", filepath.Join(dir, "tradewire.yaml")))
	return out.String(), code
}

func TestEverySettingIsShownWithWhereItComesFrom(t *testing.T) {
	t.Setenv("TRADEWIRE_STORE_LEASE", "20s")
	t.Setenv("TRADEWIRE_COMPANY_PHONE", "+852 1")
	dir := configured(t)
	out, code := said(t, dir, "config", "show")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, out)
	}
	squeezed := strings.Join(strings.Fields(out), " ")
	for _, line := range []string{
		"name: Example Trading Ltd. # from tradewire.yaml:20",
		"lease: 20s # env TRADEWIRE_STORE_LEASE", "phone: +852 1 # env TRADEWIRE_COMPANY_PHONE",
		"window: 500 # default", "dsn: sqlite:erp.db # from tradewire.yaml:", "sessions: 3 # default",
		"steps: [orders, credit, confirming, distribution] # from pipelines/orders.yaml:",
		"guard: effect # default", "may_vanish: 5 # default", `files: "*.jsonl" # from pipelines/orders.yaml:`,
		"watch_above: 90% # from policies/credit.yaml:", "answers: false # default", "customer_po: customer_po ?? \"\" # from mappings/order_in.yaml:",
	} {
		if !strings.Contains(squeezed, line) {
			t.Errorf("%q is not shown:\n%s", line, out)
		}
	}
	// What is shown is the configuration: an editor would read it in the same way as the files.
	dec, seen := yaml.NewDecoder(strings.NewReader(out)), 0
	for {
		var file yaml.Node
		err := dec.Decode(&file)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("file %d of what is shown is no YAML: %v", seen, err)
		}
		seen++
	}
	files := yamlFiles(t, os.DirFS(dir))
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return strings.HasSuffix(name, ".test.yaml") }) // these say nothing that runs
	if seen != len(files) {
		t.Errorf("%d files are shown of %d", seen, len(files))
	}
}

func TestSettingsAreListedForPrograms(t *testing.T) {
	t.Setenv("TRADEWIRE_STORE_LEASE", "20s")
	out, code := said(t, configured(t), "config", "show", "--json")
	var all []settingView
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != exitOK {
		t.Fatalf("%v %d: %s", err, code, out)
	}
	for _, want := range []settingView{
		{In: "tradewire.yaml", Key: "store.lease", Value: "20s", From: "environment", Variable: "TRADEWIRE_STORE_LEASE"},
		{In: "tradewire.yaml", Key: "connections.erp.sessions", Value: "3", From: "default"},
		{In: "pipelines/orders.yaml", Key: "sources[0].name", Value: "inbox_orders", From: "file", File: "pipelines/orders.yaml", Line: 11},
		{In: "policies/credit.yaml", Key: "terms.A", Value: "60", From: "file", File: "policies/credit.yaml", Line: 51},
	} {
		if !slices.Contains(all, want) {
			t.Errorf("%+v is not listed", want)
		}
	}
}

func TestNoSecretIsEverShown(t *testing.T) {
	const canary = "c4n4ry-s3cret"
	const erp = "    dsn: sqlite:erp.db\n"
	rest := func(lines string) [3]string {
		return [3]string{"tradewire.yaml", "  # A CRM with a REST interface", "  crm:\n    driver: rest\n    url: https://crm.example.com\n" + lines + "\n  # A CRM with a REST interface"}
	}
	mail := func(lines string) [3]string {
		return [3]string{"tradewire.yaml", "  # A CRM with a REST interface", "  mail:\n    driver: smtp\n    host: mail.example.com\n    user: tw\n    from: tw@example.com\n" + lines + "\n  # A CRM with a REST interface"}
	}
	target := func(write string) [3]string {
		return [3]string{"pipelines/orders.yaml", "    connection: status_out\n    takes: sales_order\n    mapping: order_status        # with a mapping, the folder receives the record that the mapping makes\n    write: {}",
			"    connection: crm\n    takes: sales_order\n    mapping: order_status\n    write:\n" + write}
	}
	source := func(read string) [3]string {
		return [3]string{"pipelines/orders.yaml", "targets:\n", "  - name: crm_orders\n    connection: crm\n    mapping: order_in\n    read:\n      key: id\n" + read + "\ntargets:\n"}
	}
	for _, one := range []struct {
		place string
		shown string // what is shown in its place; empty: the configuration is refused
		env   map[string]string
		edits [][3]string
	}{
		{place: "token in the environment", shown: "env:CANARY", edits: [][3]string{rest(`    token: {value: "env:CANARY"}`)}},
		{place: "token in a file", shown: "file:canary.txt", edits: [][3]string{rest(`    token: {value: "file:canary.txt"}`)}},
		{place: "token in plain text", edits: [][3]string{rest("    token: {value: " + canary + "}")}},
		{place: "token behind a wrong reference", edits: [][3]string{rest(`    token: {value: "env:` + canary + `"}`)}},
		{place: "prefix of a token", shown: "***", edits: [][3]string{rest(`    token: {prefix: "token=` + canary + `", value: "env:CANARY"}`)}},
		{place: "password of a URL", edits: [][3]string{rest(""), {"tradewire.yaml", "https://crm.example.com\n\n", "https://u:" + canary + "@crm.example.com\n\n"}}},
		{place: "header", shown: "***", edits: [][3]string{rest(""), target("      path: /o/{key}\n      headers: {X-Plain: " + canary + "}")}},
		{place: "query", shown: "***", edits: [][3]string{rest(""), source("      path: /o\n      query: {api_key: " + canary + "}")}},
		{place: "path", shown: "***", edits: [][3]string{rest(""), source("      path: /o?token=" + canary)}},
		{place: "password of a database in the environment", shown: "env:CANARY", edits: [][3]string{{"tradewire.yaml", erp, "    dsn: mysql:u@tcp(127.0.0.1:3306)/erp\n    password: env:CANARY\n"}}},
		{place: "password of a database in plain text", edits: [][3]string{{"tradewire.yaml", erp, "    dsn: mysql:u@tcp(127.0.0.1:3306)/erp\n    password: " + canary + "\n"}}},
		{place: "password in a dsn", edits: [][3]string{{"tradewire.yaml", erp, "    dsn: mysql:u:" + canary + "@tcp(127.0.0.1:3306)/erp\n"}}},
		{place: "password in a dsn that cannot be read", edits: [][3]string{{"tradewire.yaml", erp, "    dsn: mysql:u:" + canary + "@tcp(127.0.0.1:3306/erp?x=%zz\n"}}},
		{place: "password in a dsn without a database", edits: [][3]string{{"tradewire.yaml", erp, "    dsn: mysql:u:" + canary + "@h\n"}}},
		{place: "password in the dsn of a file", shown: "***", edits: [][3]string{{"tradewire.yaml", erp, "    dsn: sqlite:u:" + canary + "@erp.db\n"}}},
		{place: "statement of a session", shown: "***", edits: [][3]string{{"tradewire.yaml", erp, erp + "    init: [\"SET @password = '" + canary + "'\"]\n"}}},
		{place: "password in the store's dsn", edits: [][3]string{{"tradewire.yaml", "  path: store.db", "  dsn: mysql:u:" + canary + "@tcp(127.0.0.1:3306)/tw\n  #"}}},
		{place: "password in the store's dsn that cannot be read", edits: [][3]string{{"tradewire.yaml", "  path: store.db", "  dsn: mysql:u:" + canary + "@tcp(127.0.0.1:3306/tw?x=%zz\n  #"}}},
		{place: "password of the store in plain text", edits: [][3]string{{"tradewire.yaml", "  path: store.db", "  dsn: mysql:u@tcp(127.0.0.1:3306)/tw\n  password: " + canary + "\n  #"}}},
		{place: "variable with the store's dsn", env: map[string]string{"TRADEWIRE_STORE_DSN": "mysql:u:" + canary + "@tcp(127.0.0.1:3306)/tw"}},
		{place: "variable with the store's password", env: map[string]string{"TRADEWIRE_STORE_PASSWORD": canary}},
		{place: "variable with a reference", shown: "env:CANARY", env: map[string]string{"TRADEWIRE_STORE_PASSWORD": "env:CANARY"}},
		{place: "password of a broker", shown: "env:CANARY", edits: [][3]string{{"tradewire.yaml", "connections:\n", "bus: {kafka: {brokers: [\"127.0.0.1:9092\"], user: u, password: \"env:CANARY\"}}\nconnections:\n"},
			{"tradewire.yaml", "  path: store.db", "  dsn: mysql:u@tcp(127.0.0.1:3306)/tw\n  #"}}},
		{place: "password of a broker in plain text", edits: [][3]string{{"tradewire.yaml", "connections:\n", "bus: {kafka: {brokers: [\"127.0.0.1:9092\"], user: u, password: " + canary + "}}\nconnections:\n"}}},
		{place: "password of a mail server", shown: "env:CANARY", edits: [][3]string{mail("    password: env:CANARY")}},
		{place: "password of a mail server in plain text", edits: [][3]string{mail("    password: " + canary)}},
		{place: "secrets of a webhook", shown: "env:CANARY", edits: [][3]string{{"tradewire.yaml", "  # A CRM with a REST interface",
			"  hook:\n    driver: webhook\n    listen: 127.0.0.1:8472\n    path: /h\n    verify: {scheme: standard, secret: [\"env:CANARY\", \"file:canary.txt\"]}\n  # A CRM with a REST interface"}}},
		{place: "secret of a webhook in plain text", edits: [][3]string{{"tradewire.yaml", "  # A CRM with a REST interface",
			"  hook:\n    driver: webhook\n    listen: 127.0.0.1:8472\n    path: /h\n    verify: {scheme: standard, secret: [\"env:CANARY\", " + canary + "]}\n  # A CRM with a REST interface"}}},
		{place: "simulated ERP", edits: [][3]string{{"tradewire.yaml", "  # A CRM with a REST interface",
			"  world:\n    driver: sim\n    state: world.db\n    erp: \"mysql:u:" + canary + "@tcp(127.0.0.1:3306)/erp\"\n  # A CRM with a REST interface"}}},
		{place: "field that a mapping writes", shown: "***", edits: [][3]string{{"mappings/order_status.yaml", "fields:\n", "fields:\n  api_token: '\"" + canary + "\"'\n"}}},
		{place: "key that is not known", edits: [][3]string{{"tradewire.yaml", erp, erp + "    pass_word: " + canary + "\n"}}},
	} {
		t.Run(one.place, func(t *testing.T) {
			t.Setenv("CANARY", canary)
			for name, value := range one.env {
				t.Setenv(name, value)
			}
			dir := configured(t, one.edits...)
			if err := os.WriteFile(filepath.Join(dir, "canary.txt"), []byte(canary), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"config", "show"}, {"config", "show", "--json"}} {
				out, code := said(t, dir, args...)
				if strings.Contains(out, canary) {
					for line := range strings.Lines(out) {
						if strings.Contains(line, canary) {
							t.Errorf("%v shows it: %s", args, line)
						}
					}
				}
				switch {
				case one.shown == "" && code != exitConfig:
					t.Errorf("%v: exit code %d: %.300s", args, code, out)
				case one.shown != "" && code != exitOK:
					t.Errorf("%v: exit code %d: %.300s", args, code, out)
				case one.shown != "" && !strings.Contains(out, one.shown):
					t.Errorf("%v does not show %s", args, one.shown)
				}
			}
		})
	}
}
