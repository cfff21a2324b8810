package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines/distribution"
)

// judges are validators of another house, one for each schema that the program prints.
func judges(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	var out bytes.Buffer
	if code := (&app{out: &out, err: &out, clock: &clock{}}).execute(t.Context(), []string{"schema"}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	var printed map[string]json.RawMessage
	if err := json.Unmarshal(out.Bytes(), &printed); err != nil {
		t.Fatal(err)
	}
	all := map[string]*jsonschema.Schema{}
	for name, body := range printed {
		all[name] = judge(t, name, body)
	}
	return all
}

func judge(t *testing.T, name string, body []byte) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name+".json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(name + ".json")
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return compiled
}

// schemaOf is the name of the schema of a file.
func schemaOf(file string) string {
	if strings.HasSuffix(file, ".test.yaml") {
		return "tests"
	}
	if folder := path.Dir(file); folder == "pipelines" || folder == "mappings" {
		return folder
	}
	return strings.TrimSuffix(file, ".yaml")
}

// asJSON is a YAML file as an editor sees it.
func asJSON(t *testing.T, body []byte) any {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal(body, &root); err != nil {
		t.Fatal(err)
	}
	if len(root.Content) == 0 {
		return nil
	}
	return jsonOf(root.Content[0])
}

func jsonOf(node *yaml.Node) any {
	switch node.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			object[node.Content[i].Value] = jsonOf(node.Content[i+1])
		}
		return object
	case yaml.SequenceNode:
		list := []any{}
		for _, one := range node.Content {
			list = append(list, jsonOf(one))
		}
		return list
	}
	switch node.Tag {
	case "!!null":
		return nil
	case "!!int", "!!float":
		return json.Number(strings.TrimPrefix(node.Value, "+"))
	case "!!bool":
		return node.Value == "true"
	}
	return node.Value
}

func yamlFiles(t *testing.T, set fs.FS) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(set, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		files[name], err = fs.ReadFile(set, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestEveryShippedConfigurationIsValidAgainstItsSchema(t *testing.T) {
	all := judges(t)
	sets := map[string]fs.FS{"starter": config.Starter(), "demo": config.Demo(), "classicmodels": os.DirFS("../../testdata/classicmodels")}
	for set, files := range sets {
		seen := 0
		for name, body := range yamlFiles(t, files) {
			seen++
			schema := all[schemaOf(name)]
			if schema == nil {
				t.Errorf("%s: there is no schema of %s", set, name)
				continue
			}
			if err := schema.Validate(asJSON(t, body)); err != nil {
				t.Errorf("%s/%s: %v", set, name, err)
			}
		}
		if seen < 10 {
			t.Errorf("%s: only %d files were looked at", set, seen)
		}
	}
}

func TestMistakesAreInvalidAgainstTheSchema(t *testing.T) {
	all := judges(t)
	files := yamlFiles(t, config.Starter())
	demo := yamlFiles(t, config.Demo())
	for _, one := range []struct{ what, file, old, new string }{
		{"unknown key", "tradewire.yaml", "  currency: HKD", "  curency: HKD"},
		{"unknown chapter", "tradewire.yaml", "store:\n", "shop: 1\nstore:\n"},
		{"required key is missing", "tradewire.yaml", "  time_zone: Asia/Hong_Kong  ", "  #"},
		{"required key is empty", "tradewire.yaml", "name: Example Trading Ltd.", "name:"},
		{"pattern", "tradewire.yaml", "currency: HKD", "currency: hkd"},
		{"unknown driver", "tradewire.yaml", "driver: folder", "driver: foldr"},
		{"key of another driver", "tradewire.yaml", "path: inbox", "path: inbox\n    dsn: sqlite:erp.db"},
		{"driver without what it needs", "tradewire.yaml", "    path: inbox\n", ""},
		{"driver is missing", "tradewire.yaml", "    driver: folder\n    path: inbox\n", "    path: inbox\n"},
		{"connection is one word", "tradewire.yaml", "  alerts:\n    driver: folder\n    path: alerts\n", "  alerts: folder\n"},
		{"unknown step", "pipelines/orders.yaml", "steps: [orders, credit", "steps: [orders, credits"},
		{"word where a list belongs", "pipelines/orders.yaml", "steps: [orders, credit, confirming, distribution]", "steps: orders"},
		{"span without a unit", "pipelines/orders.yaml", "every: 30s", "every: 30"},
		{"number in quotes", "pipelines/orders.yaml", "page: 200", `page: "200"`},
		{"number out of range", "pipelines/orders.yaml", "page: 200", "page: 0"},
		{"unknown format", "pipelines/orders.yaml", "format: jsonl", "format: xml"},
		{"settings of no driver", "pipelines/orders.yaml", "      key: id ", "      keys: id "},
		{"required key of a source", "pipelines/orders.yaml", "    mapping: order_in ", "    #"},
		{"unknown document", "pipelines/orders.yaml", "takes: sales_order", "takes: salesorder"},
		{"unknown key of a target", "pipelines/orders.yaml", "    attempts: 5", "    attempt: 5"},
		{"enum of a target", "pipelines/orders.yaml", "others: ignore", "others: delete"},
		{"key of a table", "pipelines/orders.yaml", "      key: SO_NO", "      kee: SO_NO"},
		{"unknown document of a mapping", "mappings/order_in.yaml", "decode: sales_order", "decode: order"},
		{"unknown field", "mappings/order_in.yaml", "  customer_po: customer_po", "  customer_ref: customer_po"},
		{"field that a mapping must fill", "mappings/order_in.yaml", "  ordered_on: date(ordered_on)\n", ""},
		{"field of a line", "mappings/order_in.yaml", "      item: sku", "      itm: sku"},
		{"line without its list", "mappings/order_in.yaml", "    each: lines", "    #"},
		{"list for one value", "mappings/order_in.yaml", "  number: number", "  number: [number]"},
		{"share without its sign", "policies/credit.yaml", "watch_above: 90%", "watch_above: high"},
		{"unknown key of a policy", "policies/credit.yaml", "alert: finance", "warns: finance"},
		{"days that are no number", "policies/credit.yaml", "overdue_days: 30", "overdue_days: thirty"},
		{"unknown paper", "policies/papers.yaml", "  packing_list:", "  packing_lst:"},
		{"unknown channel", "policies/papers.yaml", "channels: [transfer_factory, domestic]", "channels: [transfer, domestic]"},
		{"nothing to be told of", "policies/distribution.yaml", "of: [shipments]", "of: [shipment]"},
		{"unknown language", "policies/distribution.yaml", "language: zh", "language: cn"},
		{"no day", "policies/distribution.yaml", "2026-10-01", "2026-13-01"},
		{"unknown key of a department", "policies/distribution.yaml", "    by_item: true", "    by_itm: true"},
		{"yes where true belongs", "policies/distribution.yaml", "    by_item: true", `    by_item: "yes"`},
		{"weight that is no number", "policies/shipping.yaml", `payload_kg: "21000"`, "payload_kg: 21 t"},
	} {
		t.Run(one.what, func(t *testing.T) {
			refuses(t, all, files, one.file, one.old, one.new)
		})
	}
	for _, one := range []struct{ what, file, old, new string }{
		{"secret in plain text", "tradewire.yaml", "file:crm-token", "hunter2"},
		{"secret that names nothing", "tradewire.yaml", "file:crm-token", "env:"},
		{"scheme of a webhook", "tradewire.yaml", "scheme: standard", "scheme: plain"},
		{"required key of a webhook", "tradewire.yaml", "    listen: 127.0.0.1:18472\n", ""},
	} {
		t.Run(one.what, func(t *testing.T) { refuses(t, all, demo, one.file, one.old, one.new) })
	}
}

func refuses(t *testing.T, all map[string]*jsonschema.Schema, files map[string][]byte, file, old, new string) {
	t.Helper()
	before := string(files[file])
	after := strings.Replace(before, old, new, 1)
	if after == before {
		t.Fatalf("%s does not hold %q", file, old)
	}
	if err := all[schemaOf(file)].Validate(asJSON(t, []byte(after))); err == nil {
		t.Errorf("%s is valid with %q", file, new)
	}
}

// structural are the mistakes that a schema sees, in one file alone.
var structural = []string{"unknown-key", "wrong-type", "missing-key", "empty-value", "unknown-driver", "unknown-kind", "unknown-step", "unknown-render",
	"bad-duration", "bad-secret", "plain-secret", "unknown-field", "missing-field"}

// inValues are the folders whose mistake lies inside a value: in an expression, in a dsn, or in how a number is written.
var inValues = []string{"document-field-unknown", "expression-money-and-number", "expression-text-and-number", "money-without-its-amount",
	"number-with-leading-zero", "secret-in-dsn", "when-that-is-no-condition"}

func TestTheSchemaAgreesWithLintOnEveryBadConfiguration(t *testing.T) {
	all := judges(t)
	const bad = "../../testdata/config/bad"
	entries, err := os.ReadDir(bad)
	if err != nil {
		t.Fatal(err)
	}
	refused, passed := 0, 0
	for _, entry := range entries {
		dir := filepath.Join(bad, entry.Name())
		cfg, err := config.Load(filepath.Join(dir, "tradewire.yaml"))
		faults, _ := errors.AsType[config.Faults](err)
		_, more := assemble(cfg, &clock{})
		wrong, blamed := map[string]config.Fault{}, map[string]bool{}
		for _, fault := range faults.And(more) {
			blamed[fault.Pos.File] = true
			if slices.Contains(structural, fault.Code) {
				wrong[fault.Pos.File] = fault
			}
		}
		for name, body := range yamlFiles(t, os.DirFS(dir)) {
			schema := all[schemaOf(name)]
			if schema == nil || yaml.Unmarshal(body, &yaml.Node{}) != nil {
				continue
			}
			err := schema.Validate(asJSON(t, body))
			switch fault, faulty := wrong[name]; {
			case faulty && err == nil && slices.Contains(inValues, entry.Name()):
			case faulty && err == nil:
				t.Errorf("%s/%s is valid, and lint says: %s", entry.Name(), name, fault)
			case faulty:
				refused++
			case path.Dir(name) == "pipelines" && len(blamed) > 0 && !blamed[name]: // lint does not look into what belongs to a broken connection
			case err != nil && !blamed[name]:
				t.Errorf("%s/%s is invalid, and lint has nothing against it: %v", entry.Name(), name, err)
			case err == nil:
				passed++
			}
		}
	}
	if refused < 35 || passed < 500 {
		t.Errorf("%d files were refused and %d passed: the test looks in the wrong place", refused, passed)
	}
}

func TestASchemaIsAskedForByItsNameOrByAFile(t *testing.T) {
	for asked, title := range map[string]string{"pipelines": "pipelines", "pipelines/orders.yaml": "pipelines", "policies/credit": "policies/credit",
		"credit": "policies/credit", "tradewire.yaml": "tradewire", "sales_order": "sales_order", "documents/sales_order": "sales_order"} {
		var out bytes.Buffer
		if code := (&app{out: &out, err: &out, clock: &clock{}}).execute(t.Context(), []string{"schema", asked}); code != exitOK {
			t.Errorf("%s: exit code %d: %s", asked, code, out.String())
		}
		if !strings.Contains(out.String(), `"title": "Tradewire: `+title+`"`) {
			t.Errorf("%s gives %.200s", asked, out.String())
		}
	}
	for asked, words := range map[string]string{"pipelinez": `did you mean "pipelines"?`, "distribution": "policies/distribution"} {
		var out bytes.Buffer
		if code := (&app{out: &out, err: &out, clock: &clock{}}).execute(t.Context(), []string{"schema", asked}); code != exitConfig || !strings.Contains(out.String(), words) {
			t.Errorf("%s: exit code %d: %s", asked, code, out.String())
		}
	}
}

// strictly forbids what a schema does not name, to see whether it names everything.
func strictly(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if _, object := v["properties"]; object {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			strictly(inner)
		}
	}
	return v
}

func TestDocumentsAreValidAgainstTheirSchemas(t *testing.T) {
	for _, kind := range document.Kinds() {
		body, err := encodeSchema(schemas()[documentsFolder+string(kind)])
		if err != nil {
			t.Fatal(err)
		}
		var loose map[string]any
		if err := json.Unmarshal(body, &loose); err != nil {
			t.Fatal(err)
		}
		strict, err := json.Marshal(strictly(loose))
		if err != nil {
			t.Fatal(err)
		}
		schema := judge(t, string(kind), strict)
		empty, err := document.New(kind)
		if err != nil {
			t.Fatal(err)
		}
		check := func(d document.Document, what string) {
			data, err := document.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s %s: %v\n%s", what, kind, err, data)
			}
		}
		check(empty, "an empty")
		check(filled(empty), "a full")
	}
}

var editorComment = regexp.MustCompile(`^# yaml-language-server: \$schema=(\S+)\n`)

func TestTheFilesThatInitWritesNameTheirSchemas(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	if code := (&app{out: &out, err: &out, clock: &clock{}}).execute(t.Context(), []string{"init", "--dir", dir}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	files := yamlFiles(t, os.DirFS(dir))
	if len(files) < 15 {
		t.Fatalf("only %d files were written", len(files))
	}
	for name, body := range files {
		found := editorComment.FindSubmatch(body)
		if found == nil {
			t.Errorf("%s names no schema", name)
			continue
		}
		beside := filepath.Join(dir, filepath.Dir(name), filepath.FromSlash(string(found[1])))
		schema, err := os.ReadFile(beside)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := filepath.Join(dir, schemaFolder, schemaOf(name)+".json"); beside != want {
			t.Errorf("%s names %s, not %s", name, beside, want)
		}
		if err := judge(t, "beside", schema).Validate(asJSON(t, body)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if code := (&app{out: &out, err: &out, clock: &clock{}}).execute(t.Context(), []string{"schema", "--dir", filepath.Join(dir, schemaFolder)}); code != exitOK {
		t.Errorf("written anew: exit code %d: %s", code, out.String())
	}
}

// TestASchemaKnowsTheKeysThatItsDriverKnows: a driver that decoded into another struct than it shows would be found here.
func TestASchemaKnowsTheKeysThatItsDriverKnows(t *testing.T) {
	if !slices.Equal(slices.Sorted(maps.Keys(shapes)), slices.Sorted(maps.Keys(drivers))) {
		t.Fatalf("shapes of %v, drivers %v", slices.Sorted(maps.Keys(shapes)), slices.Sorted(maps.Keys(drivers)))
	}
	checked := 0
	for name, shape := range shapes {
		parts := map[string]any{"settings": shape.Settings, "read": shape.Read, "listen": shape.Listen, "write": shape.Write}
		for part, keys := range parts {
			if keys == nil {
				continue
			}
			for key := range config.SchemaOf(keys, nil).Properties {
				checked++
				if unknown(t, name, part, key) {
					t.Errorf("%s does not know %s of %s", name, key, part)
				}
			}
			if !unknown(t, name, part, "no_such_key") {
				t.Errorf("%s takes any key in %s", name, part)
			}
		}
	}
	if checked < 60 {
		t.Errorf("only %d keys were looked at", checked)
	}
}

// wellSet are connections of every driver, whose parts can be asked for.
var wellSet = map[string]string{"chat": "service: feishu\nurl: env:ROBOT", "folder": "path: x", "rest": "url: https://crm.example.com", "sim": "state: world.db", "smtp": "host: localhost\nfrom: a@example.com",
	"sqldb": "dsn: sqlite:erp.db", "webhook": "listen: 127.0.0.1:1\npath: /h\nverify: {scheme: none}"}

// unknown says whether a driver calls a key unknown.
func unknown(t *testing.T, driver, part, key string) bool {
	t.Helper()
	env := connectors.Env{Name: "x", Dir: t.TempDir(), Zone: time.UTC, Now: time.Now}
	section := func(text string) config.Section {
		s, err := config.Parse("x.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	written := section(key + ": x")
	if part == "settings" {
		_, faults := drivers[driver](env, written)
		return calls(faults, key)
	}
	connection, faults := drivers[driver](env, section(wellSet[driver]))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	defer connection.Close()
	switch part {
	case "read":
		_, faults = connection.(connectors.Readable).Source("order", written)
	case "listen":
		_, faults = connection.(connectors.Callable).Receiver("order", written)
	case "write":
		_, faults = connection.(connectors.Writable).Sink("order", written)
	}
	return calls(faults, key)
}

func calls(faults config.Faults, key string) bool {
	return slices.ContainsFunc(faults, func(f config.Fault) bool {
		return f.Code == "unknown-key" && strings.Contains(f.What, `"`+key+`"`)
	})
}

// TestAPolicyTakesTheWordsThatEditorsOffer: the words of `choices` are those that the step's own check takes, and no others.
func TestAPolicyTakesTheWordsThatEditorsOffer(t *testing.T) {
	department := schemas()["policies/distribution"].Properties["departments"].Others.(*config.Schema)
	offered := func(s *config.Schema) (words []string) {
		for _, w := range s.Enum {
			if w != nil {
				words = append(words, w.(string))
			}
		}
		return words
	}
	if got := offered(department.Properties["concerns"].Items); !slices.Equal(got, document.Fields()) {
		t.Errorf("concerns: %v, not %v", got, document.Fields())
	}
	of, languages := offered(department.Properties["of"].Items), offered(department.Properties["recipients"].Items.Properties["language"])
	if len(of) != 4 || len(languages) != 2 {
		t.Errorf("%v %v", of, languages)
	}
	all := distribution.Department{Of: of, Concerns: document.Fields()}
	for _, l := range languages {
		all.Recipients = append(all.Recipients, distribution.Recipient{Name: l, Language: l})
	}
	if _, err := distribution.New(distribution.Policy{Departments: map[string]distribution.Department{"sales": all}, AnswerWithin: 1, ManagerAfter: 2}); err != nil {
		t.Error(err)
	}
}
