package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"tradewire/config"
)

// percent is a type of another package, as policies have them.
type percent struct{ text string }

func (p *percent) UnmarshalText(text []byte) error {
	if !strings.HasSuffix(string(text), "%") {
		return errors.New("there is no % at its end")
	}
	p.text = strings.TrimSuffix(string(text), "%")
	return nil
}

// Paging is embedded in settings.
type Paging struct {
	Page int `yaml:"page" default:"200" min:"1" max:"1000"`
}

// settings has one of everything that a driver may ask for.
type settings struct {
	Paging
	Name    string        `yaml:"name" required:"true"`
	Path    config.Text   `yaml:"path"`
	Token   config.Secret `yaml:"token"`
	Mode    config.Text   `yaml:"mode" enum:"payload,wake_up" default:"payload"`
	Follow  bool          `yaml:"follow" default:"true"`
	Seen    int64         `yaml:"seen"`
	Timeout time.Duration `yaml:"timeout" default:"30s"`
	Above   percent       `yaml:"above" default:"80%" example:"80%"`
	Country string        `yaml:"country" pattern:"[A-Z]{2}" example:"HK"`
	Limit   *int          `yaml:"limit"`
	Other   *string       `yaml:"other"`
	Verify  struct {
		Scheme string `yaml:"scheme" required:"true"`
		Window string `yaml:"window" default:"5m"`
	} `yaml:"verify"`
	Steps []config.Text `yaml:"steps"`
	Rules []struct {
		Of percent `yaml:"of"`
	} `yaml:"rules"`
	Tables map[string]struct {
		Key config.Text `yaml:"key" required:"true"`
	} `yaml:"tables"`
	Rates   map[string]percent `yaml:"rates"`
	Query   config.Fields      `yaml:"query"`
	Read    config.Section     `yaml:"read"`
	Listen  config.Section     `yaml:"listen"`
	Derived int                // no tag: no key
}

func decode(t *testing.T, text string) (settings, config.Faults) {
	t.Helper()
	section, err := config.Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	var s settings
	return s, section.Decode(&s)
}

func TestASectionFillsAStructAndItsDefaults(t *testing.T) {
	section, err := config.Parse("x.yaml", []byte(`
name: 0123            # a number as text keeps its zeros
path: 12.50
mode: wake_up
follow: false
seen: 9223372036854775807
timeout: 1m30s
above: 95%
country: HK
limit: 0
verify: {scheme: standard}
steps: [orders, 007, true]
rules: [{of: 1%}, {of: 2%}]
tables:
  SOHD: {key: SO_NO}
rates: {HKD: 1%, NO: 2%}
query: {zebra: "{position}", apple: 1, nested: {a: [b]}}
read:
  path: /api
listen:
`))
	require.NoError(t, err)
	var s settings
	require.NoError(t, section.Decode(&s).Err())

	assert.Equal(t, "0123", s.Name)
	assert.Equal(t, config.Text{Value: "12.50", Pos: config.Pos{File: "x.yaml", Line: 3, Col: 7}}, s.Path)
	assert.Equal(t, "wake_up", s.Mode.Value)
	assert.False(t, s.Follow, "a value wins over the default")
	assert.EqualValues(t, 9223372036854775807, s.Seen)
	assert.Equal(t, 90*time.Second, s.Timeout)
	assert.Equal(t, "95", s.Above.text)
	require.NotNil(t, s.Limit)
	assert.Zero(t, *s.Limit)
	assert.Nil(t, s.Other)
	assert.Equal(t, 200, s.Page)
	assert.Equal(t, "5m", s.Verify.Window)
	assert.Equal(t, "[orders 007 true]", fmt.Sprint(s.Steps))
	assert.Equal(t, "2", s.Rules[1].Of.text)
	assert.Equal(t, "SO_NO", s.Tables["SOHD"].Key.Value)
	assert.Equal(t, "2", s.Rates["NO"].text)
	assert.Equal(t, []string{"zebra", "apple", "nested"}, []string{s.Query[0].Name.Value, s.Query[1].Name.Value, s.Query[2].Name.Value})
	apple, single := s.Query[1].Value.Scalar()
	assert.True(t, single)
	assert.Equal(t, "1", apple.Value)
	_, single = s.Query[2].Value.Scalar()
	assert.False(t, single)
	assert.Equal(t, "x.yaml:19:3", s.Read.Pos().String())
	assert.Equal(t, "x.yaml:19:9", s.Read.At("path").Pos().String())
	assert.True(t, s.Read.At("nothing").Absent())
	assert.True(t, s.Listen.Absent(), "a key without a value is an absent one")
	assert.Equal(t, "x.yaml:20:8", s.Listen.Pos().String(), "an absent section still knows where it would stand")
}

func TestEveryMistakeOfASectionIsReportedOnce(t *testing.T) {
	for name, c := range map[string]struct{ text, want, fix string }{
		"a key that is not known":           {"nam: x\nname: y", "x.yaml:1:1 unknown-key", `did you mean "name"?`},
		"a key like no other":               {"name: y\ncolour: red", "x.yaml:2:1 unknown-key", "write one of: page, name"},
		"a required key":                    {"path: x", "x.yaml:1:1 missing-key", "write name: ..."},
		"a required key without a value":    {"name:", "x.yaml:1:6 missing-key", "write name: ..."},
		"a required key with an empty text": {`name: ""`, "x.yaml:1:7 missing-key", "write name: ..."},
		"a slip in a required key":          {"nmae: x", "x.yaml:1:1 unknown-key", `did you mean "name"?`},
		"a word outside the enumeration":    {"name: x\nmode: wakeup", "x.yaml:2:7 bad-value", `did you mean "wake_up"?`},
		"a word like no other":              {"name: x\nmode: 12", "x.yaml:2:7 bad-value", "write one of: payload, wake_up"},
		"a span without a unit":             {"name: x\ntimeout: 30", "x.yaml:2:10 bad-duration", "30s or 30m"},
		"a span in days":                    {"name: x\ntimeout: 2 days", "x.yaml:2:10 bad-duration", "write 48h"},
		"a span in words":                   {"name: x\ntimeout: soon", "x.yaml:2:10 bad-duration", "500ms, 30s"},
		"a span below nothing":              {"name: x\ntimeout: -5s", "x.yaml:2:10 bad-duration", "500ms, 30s"},
		"yes":                               {"name: x\nfollow: yes", "x.yaml:2:9 wrong-type", "true or false"},
		"a fraction":                        {"name: x\nseen: 1.5", "x.yaml:2:7 wrong-type", "digits"},
		"a number with a comma":             {"name: x\nseen: 1,000", "x.yaml:2:7 wrong-type", "digits"},
		"a number with zeros in front":      {"name: x\nseen: 0123", "x.yaml:2:7 wrong-type", "digits"},
		"a number beyond all bounds":        {"name: x\nseen: 9223372036854775808", "x.yaml:2:7 out-of-range", "smaller"},
		"a number beyond its bounds":        {"name: x\npage: 1001", "x.yaml:2:7 out-of-range", "write 1 to 1000"},
		"a group for a word":                {"name: x\npath: {a: b}", "x.yaml:2:7 wrong-type", "single value"},
		"a list for a secret":               {"name: x\ntoken: [a]", "x.yaml:2:8 wrong-type", "single value"},
		"a word for a group":                {"name: x\nverify: standard", "x.yaml:2:9 wrong-type", "key: value"},
		"a word for a list":                 {"name: x\nsteps: orders", "x.yaml:2:8 wrong-type", "steps: and behind it [one, two]"},
		"an empty entry of a list":          {"name: x\nsteps: [a, ~]", "x.yaml:2:12 empty-value", "take the entry out"},
		"an empty entry of a dictionary":    {"name: x\nrates: {HKD: }", "x.yaml:2:14 empty-value", "take the entry out"},
		"a key missing inside":              {"name: x\nverify: {window: 1m}", "x.yaml:2:9 missing-key", "write scheme: ..."},
		"a key missing in a dictionary":     {"name: x\ntables: {SOHD: {}}", "x.yaml:2:16 missing-key", "write key: ..."},
		"a mistake in a list":               {"name: x\nrules: [{of: 1%}, {of: 2}]", "x.yaml:2:24 bad-value", "mend the value of of"},
		"a value that its type refuses":     {"name: x\nabove: 80", "x.yaml:2:8 bad-value", "write it like 80%"},
		"a value without its pattern":       {"name: x\ncountry: hk", "x.yaml:2:10 bad-value", "write it like HK"},
		"a field that is no key":            {"name: x\nderived: 1", "x.yaml:2:1 unknown-key", "write one of"},
		"a secret in plain text":            {"name: x\ntoken: s3cr3t", "x.yaml:2:8 plain-secret", "env:NAME or file:PATH"},
		"a secret with a colon":             {"name: x\ntoken: s3:cr3t", "x.yaml:2:8 plain-secret", "env:NAME or file:PATH"},
		"a secret without a variable":       {"name: x\ntoken: 'env:'", "x.yaml:2:8 bad-secret", "env:NAME"},
		"a secret without a file":           {"name: x\ntoken: 'file:'", "x.yaml:2:8 bad-secret", "file:PATH"},
		"not a group at all":                {"- name", "x.yaml:1:1 wrong-type", "key: value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := decode(t, c.text)
			require.Len(t, faults, 1, "%v", faults)
			assert.Equal(t, c.want, fmt.Sprintf("%s %s", faults[0].Pos, faults[0].Code))
			assert.Contains(t, faults[0].Fix, c.fix)
			assert.NotContains(t, faults.Error(), "cr3t", "a secret is not repeated")
		})
	}
}

func TestAnAbsentSectionGivesDefaultsAndSaysWhatIsRequired(t *testing.T) {
	section, err := config.Parse("x.yaml", []byte("read:\n"))
	require.NoError(t, err)
	var s settings
	faults := section.At("read").Decode(&s)
	require.Len(t, faults, 1)
	assert.Equal(t, "x.yaml:1:6 missing-key", fmt.Sprintf("%s %s", faults[0].Pos, faults[0].Code))
	assert.Equal(t, 200, s.Page)
	assert.Equal(t, "5m", s.Verify.Window)
}

func TestOddYAMLIsReportedByParse(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a duplicate key deep inside": {"a:\n  - b: 1\n    b: 2", "x.yaml:3:5 duplicate-key"},
		"the same key, once quoted":   {"1: a\n'1': b", "x.yaml:2:1 duplicate-key"},
		"an anchor":                   {"a: &x 1", "x.yaml:1:4 anchor"},
		"an unknown anchor":           {"a: 1\nb: *x", "x.yaml:2:1 yaml-syntax"},
		"a tag":                       {"a: !!binary aGk=", "x.yaml:1:4 yaml-tag"},
		"an empty key":                {`"": 1`, "x.yaml:1:1 bad-key"},
		"a key that is null":          {"~: 1", "x.yaml:1:1 bad-key"},
		"a second document":           {"a: 1\n---\nb: 2", "x.yaml:2:1 second-document"},
		"an open quote above others":  {"a: 1\nb: \"x\nc: \"y\"\n", "x.yaml:2:1 yaml-syntax"},
		"a tab":                       {"a:\n\tb: 1", "x.yaml:2:1 yaml-syntax"},
		"bytes that are no UTF-8":     {"a: 1\nb: \xff\xfe", "x.yaml:2:1 yaml-syntax"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse("x.yaml", []byte(c.text))
			var faults config.Faults
			require.ErrorAs(t, err, &faults)
			require.Len(t, faults, 1, "%v", faults)
			assert.Equal(t, c.want, fmt.Sprintf("%s %s", faults[0].Pos, faults[0].Code))
			assert.NotEmpty(t, faults[0].Fix)
		})
	}
	_, err := config.Parse("x.yaml", []byte(strings.Repeat("# much\n", 200_000)))
	assert.ErrorContains(t, err, "too-big")
}

func TestAnEmptyFileIsAnAbsentSection(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing\n", "---\n", "~\n"} {
		section, err := config.Parse("x.yaml", []byte(text))
		assert.NoError(t, err)
		assert.True(t, section.Absent(), "%q", text)
	}
}

func TestASecretIsFoundWhenItIsUsedAndNeverPrinted(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte("s3cr3t\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "hollow"), []byte("\n"), 0o600))
	t.Setenv("CRM_TOKEN", "s3cr3t")

	section, err := config.Parse(filepath.Join(dir, "tradewire.yaml"), []byte("name: x\ntoken: file:token\n"))
	require.NoError(t, err)
	var s settings
	require.NoError(t, section.Decode(&s).Err())
	for _, secret := range []config.Secret{s.Token, config.NewSecret("env:CRM_TOKEN", "")} {
		revealed, err := secret.Reveal()
		require.NoError(t, err)
		assert.Equal(t, "s3cr3t", revealed)
	}
	for ref, want := range map[string]string{
		"env:NOT_SET": "NOT_SET is not set", "file:none": "put the secret into that file",
		"file:hollow": "is empty", "": "none is configured", "plain": "not a reference",
	} {
		_, err := config.NewSecret(ref, dir).Reveal()
		assert.ErrorContains(t, err, want)
	}

	asJSON, err := json.Marshal(s.Token)
	require.NoError(t, err)
	asYAML, err := yaml.Marshal(s.Token)
	require.NoError(t, err)
	printed := fmt.Sprintf("%s %v %+v %#v %s %s", s.Token, s.Token, s.Token, s.Token, asJSON, asYAML)
	assert.NotContains(t, printed, "token")
	assert.False(t, s.Token.Absent())
	assert.True(t, config.Secret{}.Absent())
}

func TestATypeThatDecodeDoesNotKnowIsABugOfTheCaller(t *testing.T) {
	section, err := config.Parse("x.yaml", []byte("a: 1"))
	require.NoError(t, err)
	assert.Panics(t, func() {
		section.Decode(&struct {
			Price float64 `yaml:"price"` // no money in floats, even where it is absent
		}{})
	})
	assert.Panics(t, func() { section.Decode(struct{}{}) })
}

func FuzzNoYAMLMakesUsPanic(f *testing.F) {
	for _, seed := range []string{
		"name: x", "a: &a [*a]", "<<: {a: b}", "? {a: b}\n: c", "a: !!float .nan", "--- |\n x\n...\n%YAML 1.1\n", "\tname: x",
		"name: [\nverify: {scheme: *x", "{{{{", "read:\n  - ~\n  -", "&a : *a", "#c\n\n-\n  #d", "steps: [[[]]]\nquery: {~: 1}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		section, err := config.Parse("x.yaml", []byte(text))
		var s settings
		faults := section.Decode(&s)
		section.Scalar()
		section.At("name").Pos()
		var fromParse config.Faults
		if errors.As(err, &fromParse) {
			faults = append(faults, fromParse...)
		}
		for _, fault := range faults {
			if fault.Pos.File != "x.yaml" || fault.Code == "" || fault.What == "" || fault.Fix == "" {
				t.Fatalf("%q: a fault without place, code or remedy: %+v", text, fault)
			}
		}
	})
}
