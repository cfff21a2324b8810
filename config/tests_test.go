package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/config"
)

func TestTestsOfMappingsAreNoMappings(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, config.Starter()))
	before, err := config.Load(filepath.Join(dir, "tradewire.yaml"))
	require.NoError(t, err)
	for name, body := range map[string]string{
		"item_from_erp.test.yaml":         "tests:\n  - name: a\n    in: {A: 0123}\n    want: {}\n",
		"item_from_erp.customs.test.yaml": "tests:\n  - {name: b, file: b.json, error: x}\n",
		"items.test.yaml":                 "tests:\n  - {name: c}\n",
		"order_status.test.yaml":          "tests:\n  - in: [\n",
		"paper_mail.test.yaml":            "test: []\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "mappings", name), []byte(body), 0o600))
	}
	cfg, err := config.Load(filepath.Join(dir, "tradewire.yaml"))
	require.NoError(t, err, "a wrong test is no fault of what runs")
	assert.Len(t, cfg.Mappings, len(before.Mappings))

	files, faults := config.LoadTests(cfg)
	tested := map[string]string{}
	for _, f := range files {
		tested[filepath.Base(f.File)] = f.Mapping
	}
	assert.Equal(t, "item_from_erp", tested["item_from_erp.test.yaml"])
	assert.Equal(t, "item_from_erp", tested["item_from_erp.customs.test.yaml"])
	assert.Equal(t, "order_in", tested["order_in.test.yaml"])
	assert.NotContains(t, tested, "items.test.yaml")
	var got []string
	for _, f := range faults {
		got = append(got, f.Pos.File+" "+f.Code)
	}
	assert.Equal(t, []string{"mappings/items.test.yaml unknown-mapping", "mappings/order_status.test.yaml yaml-syntax", "mappings/paper_mail.test.yaml unknown-key"}, got)
}

func TestASectionOfAnyShapeIsTakenAsItIsWritten(t *testing.T) {
	s, err := config.Parse("x.yaml", []byte("a: 0123\nb: \"0123\"\nc: [1, null]\nd: {e: ~}\nf:\ng: |\n  12\n"))
	require.NoError(t, err)
	shapes := map[string]config.Outline{}
	for _, e := range s.Entries() {
		shapes[e.Name.Value] = e.Value.Outline()
	}
	assert.Equal(t, map[string]config.Outline{"a": config.Single, "b": config.Single, "c": config.List, "d": config.Group, "f": config.None, "g": config.Single}, shapes)
	assert.False(t, s.At("a").Quoted())
	assert.True(t, s.At("b").Quoted())
	assert.True(t, s.At("g").Quoted())
	assert.Equal(t, config.None, s.At("c").Items()[1].Outline())
	assert.False(t, s.At("c").Items()[1].Blank(), "null is written")
	assert.True(t, s.Entries()[4].Value.Blank())
	assert.Equal(t, "x.yaml:3:8", s.At("c").Items()[1].Pos().String())
}
