// Package matching finds the customers and items that stand in two systems already. It proposes and gives reasons; a person
// decides, but where both systems say it themselves.
package matching

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// Record is one customer or item as matching sees it.
type Record struct {
	Key   string   // by which its system knows it
	Names []string // in Latin letters, in Chinese characters
	TaxID string
	Codes []string // the keys that it says it has in the other system
}

// Title is what people call the record.
func (r Record) Title() string {
	return strings.Join(slices.DeleteFunc(slices.Clone(r.Names), func(s string) bool { return s == "" }), " / ")
}

// Of is the record behind a document: own is the system that holds it, other the one that it is looked for in. Its key is the one
// that its own system gave it, where the document says so.
func Of(d document.Document, own, other string) Record {
	switch d := d.(type) {
	case *document.Party:
		return recordOf(d.ID, []string{d.Name, d.LocalName}, d.TaxID, d.Refs, own, other)
	case *document.Item:
		return recordOf(d.ID, []string{d.Name, d.LocalName}, "", d.Refs, own, other)
	}
	return Record{}
}

func recordOf(id string, names []string, tax string, refs map[string]string, own, other string) Record {
	r := Record{Key: cmp.Or(refs[own], id), Names: names, TaxID: tax}
	if code := refs[other]; code != "" && own != other {
		r.Codes = []string{code}
	}
	return r
}

// Rule is by what two records are taken for the same.
type Rule string

const (
	ByCode Rule = "code"   // one of them says the other's key
	ByTax  Rule = "tax id" // nobody else on either side has it
	ByName Rule = "name"   // the same but for spelling, and nobody else on either side has it
	ByKey  Rule = "key"    // the two systems happen to use the same one
)

// Confidence is how sure a proposal is.
type Confidence string

const (
	Sure     Confidence = "sure"     // it stands in the systems themselves, and nothing speaks against it
	Likely   Confidence = "likely"   // two things say so, or a tax id
	Possible Confidence = "possible" // one thing says so
	Doubtful Confidence = "doubtful" // something speaks against it
	None     Confidence = ""         // nothing was found
)

// Pair is one record of the CRM and what it may be in the ERP; without an ERP record nothing was found.
type Pair struct {
	CRM, ERP   Record
	Rule       Rule
	Confidence Confidence
	Why        string // what else speaks for it, or against it
}

// Proposed says that nobody needs to decide.
func (p Pair) Proposed() bool { return p.Confidence == Sure }

// Match finds for every record of the CRM what it may be in the ERP: one pair for each candidate, the strongest first, or one
// without. ours says that both keys are codes of ours, as those of items are: the same key is then what both systems say
// themselves.
func Match(crm, erp []Record, ours bool) []Pair {
	m := &matcher{crm: index(crm), erp: index(erp), ours: ours, claims: map[string][]string{}}
	crm = slices.Clone(crm)
	slices.SortFunc(crm, func(a, b Record) int { return cmp.Compare(a.Key, b.Key) })
	for _, c := range crm {
		for key := range m.codes(c) {
			m.claims[key] = append(m.claims[key], c.Key)
		}
	}
	var all []Pair
	for _, c := range crm {
		all = append(all, m.pairs(c)...)
	}
	return all
}

// side is all records of one system, by what they may be found by.
type side struct {
	key   map[string]Record
	tax   map[string][]string // keys
	name  map[string][]string
	named map[string][]string // keys of those that say this key of the other system
}

func index(all []Record) side {
	s := side{map[string]Record{}, map[string][]string{}, map[string][]string{}, map[string][]string{}}
	for _, r := range all {
		s.key[r.Key] = r
	}
	for key, r := range s.key {
		if tax := TaxID(r.TaxID); tax != "" {
			s.tax[tax] = append(s.tax[tax], key)
		}
		for _, name := range names(r) {
			s.name[name] = append(s.name[name], key)
		}
		for _, code := range r.Codes {
			s.named[code] = append(s.named[code], key)
		}
	}
	return s
}

// names are the record's names as they are compared, each once.
func names(r Record) (list []string) {
	for _, name := range r.Names {
		if n := Name(name); n != "" && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

type matcher struct {
	crm, erp side
	ours     bool
	claims   map[string][]string // keys of the CRM that are bound by a code, by key of the ERP
}

// codes are the keys of the ERP that a code binds this record to.
func (m *matcher) codes(c Record) map[string]bool {
	keys := map[string]bool{}
	for _, code := range c.Codes {
		if _, there := m.erp.key[code]; there {
			keys[code] = true
		}
	}
	for _, key := range m.erp.named[c.Key] {
		keys[key] = true
	}
	if _, there := m.erp.key[c.Key]; there && m.ours {
		keys[c.Key] = true
	}
	return keys
}

func (m *matcher) pairs(c Record) []Pair {
	var found []Pair
	remarks := m.lost(c)
	propose := func(key string, rule Rule) {
		for i := range found {
			if found[i].ERP.Key == key {
				found[i].Why = joined(found[i].Why, "the "+string(rule)+" agrees")
				return
			}
		}
		found = append(found, Pair{CRM: c, ERP: m.erp.key[key], Rule: rule})
	}
	codes := m.codes(c)
	for _, key := range sortedKeys(codes) {
		propose(key, ByCode)
	}
	if tax := TaxID(c.TaxID); tax != "" {
		remarks = append(remarks, m.alone(tax, m.crm.tax, m.erp.tax, "tax id", func(key string) { propose(key, ByTax) })...)
	}
	for _, name := range names(c) {
		remarks = append(remarks, m.alone(name, m.crm.name, m.erp.name, "name", func(key string) { propose(key, ByName) })...)
	}
	if _, there := m.erp.key[c.Key]; there && !m.ours {
		propose(c.Key, ByKey)
	}
	if len(found) == 0 {
		return []Pair{{CRM: c, Why: joined(remarks...)}}
	}
	for i := range found {
		m.weigh(&found[i], found, len(codes))
		found[i].Why = joined(append([]string{found[i].Why}, remarks...)...)
	}
	return found
}

// lost are the codes that bind to nothing.
func (m *matcher) lost(c Record) (remarks []string) {
	for _, code := range c.Codes {
		if _, there := m.erp.key[code]; !there {
			remarks = append(remarks, "the CRM says "+code+", which the ERP does not have")
		}
	}
	return remarks
}

// alone proposes whoever alone has that tax id or name on either side. Where several have it, none is proposed: that would be a
// guess.
func (m *matcher) alone(value string, crm, erp map[string][]string, what string, propose func(key string)) (remarks []string) {
	here, there := crm[value], erp[value]
	switch {
	case len(there) == 0:
	case len(there) > 1:
		remarks = append(remarks, fmt.Sprintf("%d of the ERP have this %s: %s", len(there), what, some(there)))
	case len(here) > 1:
		remarks = append(remarks, fmt.Sprintf("%d of the CRM have this %s: %s", len(here), what, some(here)))
	default:
		propose(there[0])
	}
	return remarks
}

// weigh says how sure one of the proposals for a record is.
func (m *matcher) weigh(p *Pair, all []Pair, codes int) {
	ours, theirs := TaxID(p.CRM.TaxID), TaxID(p.ERP.TaxID)
	differ := ours != "" && theirs != "" && ours != theirs
	other := slices.IndexFunc(all, func(o Pair) bool { return o.ERP.Key != p.ERP.Key && (o.Rule == ByTax || o.Rule == ByCode) })
	claimed := m.claims[p.ERP.Key]
	switch {
	case differ:
		p.against("the tax ids differ")
	case other >= 0:
		p.against("the " + string(all[other].Rule) + " says " + all[other].ERP.Key)
	case len(claimed) > 1 || len(claimed) == 1 && claimed[0] != p.CRM.Key:
		p.against("by code it belongs to " + some(slices.DeleteFunc(slices.Clone(claimed), func(key string) bool { return key == p.CRM.Key })))
	case p.Rule == ByCode:
		p.Confidence = Sure
	case p.Rule == ByTax || p.Why != "":
		p.Confidence = Likely
	default:
		p.Confidence = Possible
	}
}

func (p *Pair) against(why string) { p.Confidence, p.Why = Doubtful, joined(p.Why, why) }

// some are a few of many keys.
func some(keys []string) string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	const few = 5
	if len(keys) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(keys[:few], ", "), len(keys)-few)
	}
	return strings.Join(keys, ", ")
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
