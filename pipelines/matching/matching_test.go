package matching_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"tradewire/mapping/document"
	"tradewire/pipelines/matching"
)

type side []struct {
	Key   string   `yaml:"key"`
	Names []string `yaml:"names"`
	Tax   string   `yaml:"tax"`
	Code  string   `yaml:"code"`
}

func (s side) records() (all []matching.Record) {
	for _, r := range s {
		one := matching.Record{Key: r.Key, Names: r.Names, TaxID: r.Tax}
		if r.Code != "" {
			one.Codes = []string{r.Code}
		}
		all = append(all, one)
	}
	return all
}

func TestMatchingProposesAndNeverGuesses(t *testing.T) {
	body, err := os.ReadFile("../../testdata/matching/customers.yaml")
	require.NoError(t, err)
	var cases []struct {
		Case  string     `yaml:"case"`
		Items bool       `yaml:"items"`
		CRM   side       `yaml:"crm"`
		ERP   side       `yaml:"erp"`
		Want  [][]string `yaml:"want"`
	}
	require.NoError(t, yaml.Unmarshal(body, &cases))
	require.Greater(t, len(cases), 15)
	for _, c := range cases {
		t.Run(c.Case, func(t *testing.T) {
			pairs := matching.Match(c.CRM.records(), c.ERP.records(), c.Items)
			require.Len(t, pairs, len(c.Want), "%+v", pairs)
			for i, p := range pairs {
				want := c.Want[i]
				require.Equal(t, want[:4], []string{p.CRM.Key, p.ERP.Key, string(p.Rule), string(p.Confidence)}, p.Why)
				require.Contains(t, p.Why, want[4])
				if want[4] == "" {
					require.Empty(t, p.Why)
				}
			}
		})
	}
}

func TestARecordIsTakenFromItsDocument(t *testing.T) {
	party := &document.Party{ID: "C1", Name: "Alpha", LocalName: "阿尔法", TaxID: "T", Refs: map[string]string{"erp": "K1"}}
	require.Equal(t, matching.Record{Key: "C1", Names: []string{"Alpha", "阿尔法"}, TaxID: "T", Codes: []string{"K1"}}, matching.Of(party, "crm", "erp"))
	require.Equal(t, matching.Record{Key: "K1", Names: []string{"Alpha", "阿尔法"}, TaxID: "T"}, matching.Of(party, "erp", "crm"), "its own system's key, where the document says so")
	require.Equal(t, "Alpha / 阿尔法", matching.Of(party, "crm", "erp").Title())
}

func FuzzName(f *testing.F) {
	f.Add("South China Cable Co., Ltd.")
	f.Add("深圳市华南电缆有限公司")
	f.Fuzz(func(t *testing.T, name string) {
		once := matching.Name(name)
		if strings.ContainsAny(once, " .,()&") {
			t.Errorf("%q becomes %q", name, once)
		}
		matching.TaxID(name)
	})
}
