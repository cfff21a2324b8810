package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tradewire/config"
)

// withCodes is the starter set with a code list of customers in order_in.yaml, and files beside it.
func withCodes(t *testing.T, list string, files map[string]string) (*config.Config, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("starter")); err != nil {
		t.Fatal(err)
	}
	mapping := filepath.Join(dir, "mappings", "order_in.yaml")
	body, err := os.ReadFile(mapping)
	if err != nil {
		t.Fatal(err)
	}
	files["mappings/order_in.yaml"] = strings.Replace(string(body), "codes:\n", "codes:\n  customer: "+list+"\n", 1)
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return config.Load(filepath.Join(dir, "tradewire.yaml"))
}

func mappingCalled(t *testing.T, c *config.Config, name string) config.Mapping {
	t.Helper()
	for _, m := range c.Mappings {
		if m.Name == name {
			return m
		}
	}
	t.Fatal("no mapping " + name)
	return config.Mapping{}
}

func TestALongCodeListLiesInAFileOfItsOwn(t *testing.T) {
	c, err := withCodes(t, "{file: codes/customers.yaml}", map[string]string{"codes/customers.yaml": "values:\n  \"C-1\": \"0012\" # 华南电缆\n"})
	if err != nil {
		t.Fatal(err)
	}
	m := mappingCalled(t, c, "order_in")
	if m.Codes["customer"].Values["C-1"] != "0012" {
		t.Errorf("the list is %v", m.Codes["customer"])
	}
	c, err = withCodes(t, "{file: codes/customers.yaml}", map[string]string{"codes/customers.yaml": "values:\n  \"C-1\": \"0013\"\n"})
	if err != nil {
		t.Fatal(err)
	}
	if mappingCalled(t, c, "order_in").Hash == m.Hash {
		t.Error("another list is the same version of the mapping: dead letters would not tell by which they were made")
	}
}

func TestACodeListThatCannotBeReadIsNamedWithItsPlace(t *testing.T) {
	for _, c := range []struct{ list, file, want string }{
		{"{file: codes/customers.yaml}", "", "mappings/order_in.yaml:14:20 missing-file"},
		{"{file: codes/customers.yaml}", "values: {A: B}\nvalue: {A: B}\n", "codes/customers.yaml:2:1 unknown-key"},
		{"{file: codes/customers.yaml}", "values:\n  A: B\n  A: C\n", "codes/customers.yaml:3:3 duplicate-key"},
		{"{file: codes/customers.yaml}", "# nothing\n", "codes/customers.yaml:1:1 missing-key"},
		{"{file: codes/customers.yaml, values: {A: B}}", "values: {A: B}\n", "mappings/order_in.yaml:14:20 bad-codes"},
		{"{file: ../customers.yaml}", "", "mappings/order_in.yaml:14:20 bad-path"},
		{"{unknown: same}", "", "mappings/order_in.yaml:14:13 missing-key"},
	} {
		files := map[string]string{}
		if c.file != "" {
			files["codes/customers.yaml"] = c.file
		}
		_, err := withCodes(t, c.list, files)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: want %s, got %v", c.list, c.file, c.want, err)
		}
	}
}
