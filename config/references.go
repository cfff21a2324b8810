package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// zones are suggested to those who mistype theirs.
var zones = []string{"Asia/Hong_Kong", "Asia/Shanghai", "Asia/Macau", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo",
	"Asia/Bangkok", "Asia/Ho_Chi_Minh", "Europe/Berlin", "Europe/London", "America/New_York", "UTC"}

func (l *loader) checkZone() {
	zone := l.config.Company.TimeZone
	if zone.Value == "" {
		return // missing, which has been reported
	}
	// Local would be the zone of whichever machine we happen to run on.
	if _, err := time.LoadLocation(zone.Value); err == nil && zone.Value != "Local" {
		return
	}
	fix := "write a name of the IANA list: Asia/Hong_Kong"
	if near, ok := Nearest(zone.Value, zones); ok {
		fix = fmt.Sprintf("did you mean %q?", near)
	}
	l.add(zone.Pos.Fault("bad-time-zone", fmt.Sprintf("there is no time zone %q", zone.Value), fix))
}

// checkReferences checks what the files say of each other.
func (l *loader) checkReferences() {
	if len(l.config.Pipelines) == 0 && !l.anyBroken("pipelines/") {
		l.add(Pos{File: "pipelines"}.Fault("no-pipeline", "there is no pipeline, so nothing would run", "write one: pipelines/orders.yaml"))
	}
	l.checkNames()
	for _, m := range l.config.Mappings {
		l.checkMapping(m)
	}
	for _, p := range l.config.Pipelines {
		l.checkPipeline(p)
	}
}

func (l *loader) anyBroken(prefix string) bool {
	for file := range l.broken {
		if strings.HasPrefix(file, prefix) {
			return true
		}
	}
	return false
}

func (l *loader) checkMapping(m Mapping) {
	switch {
	case m.Decode.Value == "" && m.Encode.Value == "":
		l.add(m.Pos.Fault("decode-or-encode", "the mapping says neither decode nor encode",
			"write decode: sales_order to read their records, or encode: sales_order to write them"))
	case m.Decode.Value != "" && m.Encode.Value != "":
		l.add(m.Encode.Pos.Fault("decode-or-encode", "a mapping goes one way, and this says decode and encode", "make two files of it"))
	case m.Encode.Value != "" && m.When.Value != "":
		l.add(m.When.Pos.Fault("bad-when", "only a mapping that decodes sets records aside", "move when: to the target that uses this mapping"))
	}
}

func (l *loader) checkPipeline(p Pipeline) {
	if len(p.Sources) == 0 && len(p.Targets) == 0 && p.Name.Value != "" {
		l.add(p.Name.Pos.Fault("empty-pipeline", fmt.Sprintf("the pipeline %q has neither sources nor targets", p.Name), "give it a source or a target, or delete the file"))
	}
	for i, step := range p.Steps {
		if slices.ContainsFunc(p.Steps[:i], func(s Text) bool { return s.Value == step.Value }) {
			l.add(step.Pos.Fault("duplicate-step", fmt.Sprintf("the step %q is there already", step), "take it out"))
		}
	}
	for _, s := range p.Sources {
		l.checkSource(s)
	}
	for _, t := range p.Targets {
		l.checkTarget(t)
	}
}

func (l *loader) checkSource(s Source) {
	l.checkConnection(s.Connection)
	l.checkConnection(s.System)
	if s.Read.Absent() == s.Listen.Absent() {
		at, what := s.Read.Pos(), "neither read nor listen"
		if !s.Read.Absent() {
			at, what = s.Listen.Pos(), "both read and listen"
		}
		l.add(at.Fault("read-or-listen", fmt.Sprintf("the source %q has %s", s.Name, what),
			"write read: for a system that is asked, or listen: for one that calls us; two sources do both"))
	}
	if m, ok := l.mapping(s.Mapping); ok && m.Decode.Value == "" && m.Encode.Value != "" {
		l.add(s.Mapping.Pos.Fault("wrong-mapping", fmt.Sprintf("a source needs a mapping that decodes, and %q encodes", m.Name),
			l.mappingsFor(func(m Mapping) bool { return m.Decode.Value != "" }, "write a mapping with decode: "+m.Encode.Value)))
	}
}

func (l *loader) checkTarget(t Target) {
	l.checkConnection(t.Connection)
	if t.Mapping.Value == "" && len(t.Render) == 0 {
		l.add(t.Write.Pos().Fault("mapping-or-render", fmt.Sprintf("the target %q has neither mapping nor render, so nothing would be written", t.Name),
			"write mapping: NAME to write a record, or render: [pdf] to write a paper"))
	}
	m, ok := l.mapping(t.Mapping)
	switch {
	case !ok:
	case m.Encode.Value == "" && m.Decode.Value != "":
		l.add(t.Mapping.Pos.Fault("wrong-mapping", fmt.Sprintf("a target needs a mapping that encodes, and %q decodes", m.Name),
			l.mappingsFor(func(m Mapping) bool { return m.Encode.Value == t.Takes.Value }, "write a mapping with encode: "+t.Takes.Value)))
	case m.Encode.Value == "" || t.Takes.Value == "" || m.Encode.Value == t.Takes.Value:
	case isSlip(t.Takes.Value, m.Encode.Value): // no two kinds are that alike: Check says which is the wrong one
	default:
		l.add(t.Mapping.Pos.Fault("wrong-mapping", fmt.Sprintf("the target takes %s, and the mapping %q encodes %s", t.Takes, m.Name, m.Encode),
			fmt.Sprintf("write takes: %s, or a mapping that encodes %s", m.Encode, t.Takes)))
	}
}

func isSlip(word, of string) bool {
	_, slip := Nearest(word, []string{of})
	return slip
}

// mappingsFor names the mappings that would do.
func (l *loader) mappingsFor(would func(Mapping) bool, otherwise string) string {
	var names []string
	for _, m := range l.config.Mappings {
		if would(m) {
			names = append(names, m.Name)
		}
	}
	if len(names) == 0 {
		return otherwise
	}
	return "write one of: " + strings.Join(names, ", ")
}

func (l *loader) checkConnection(ref Text) {
	if ref.Value == "" || l.broken[name(l.main)] {
		return
	}
	var known []string
	for _, c := range l.config.Connections {
		known = append(known, c.Name.Value)
	}
	if slices.Contains(known, ref.Value) {
		return
	}
	fix := "write one of " + strings.Join(known, ", ") + ", or this connection in " + l.main
	if near, ok := Nearest(ref.Value, known); ok {
		fix = fmt.Sprintf("did you mean %q?", near)
	} else if len(known) == 0 {
		fix = "write this connection in " + l.main
	}
	l.add(ref.Pos.Fault("unknown-connection", fmt.Sprintf("there is no connection %q", ref), fix))
}

// mapping finds a mapping and reports one that is not there; ok is also false when its file cannot be read.
func (l *loader) mapping(name Text) (Mapping, bool) {
	var known []string
	for _, m := range l.config.Mappings {
		if m.Name == name.Value {
			return m, true
		}
		known = append(known, m.Name)
	}
	if name.Value == "" || l.broken["mappings/"+name.Value] {
		return Mapping{}, false
	}
	fix := "write the file mappings/" + name.Value + ".yaml"
	if near, ok := Nearest(name.Value, known); ok {
		fix = fmt.Sprintf("did you mean %q?", near)
	}
	l.add(name.Pos.Fault("unknown-mapping", fmt.Sprintf("there is no file mappings/%s.yaml", name), fix))
	return Mapping{}, false
}
