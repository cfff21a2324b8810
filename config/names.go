package config

import (
	"fmt"
	"regexp"
)

var goodName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$`)

// checkNames: what we remember is filed under the names of pipelines, sources and targets, so each is used once.
func (l *loader) checkNames() {
	var connections, pipelines, sources, targets []Text
	for _, c := range l.config.Connections {
		connections = append(connections, c.Name)
	}
	for _, p := range l.config.Pipelines {
		pipelines = append(pipelines, p.Name)
		for _, s := range p.Sources {
			sources = append(sources, s.Name)
		}
		for _, t := range p.Targets {
			targets = append(targets, t.Name)
		}
	}
	l.checkNamesOf("connection", connections)
	l.checkNamesOf("pipeline", pipelines)
	l.checkNamesOf("source", sources)
	l.checkNamesOf("target", targets)
}

func (l *loader) checkNamesOf(what string, names []Text) {
	first := map[string]Pos{}
	for _, name := range names {
		before, twice := first[name.Value]
		switch {
		case name.Value == "": // missing, which has been reported
		case twice:
			l.add(name.Pos.Fault("duplicate-name", fmt.Sprintf("the %s %q is named again, first at %s", what, name.Value, before), "give one of the two another name"))
		case !goodName.MatchString(name.Value):
			l.add(name.Pos.Fault("bad-name", fmt.Sprintf("%q cannot be the name of a %s", name.Value, what),
				"write letters, digits, - and _ alone, at most 64: "+what+"_1"))
		}
		if !twice {
			first[name.Value] = name.Pos
		}
	}
}
