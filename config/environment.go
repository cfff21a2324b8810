package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"
)

const environmentPrefix = "TRADEWIRE"

// overrideByEnvironment lets TRADEWIRE_STORE_PATH and its like win over the file, for the service settings alone:
// viper lower-cases keys and splits them on dots, so it never sees a connection or a field's name.
func (l *loader) overrideByEnvironment() {
	chapters := map[string]reflect.Value{
		"company": reflect.ValueOf(&l.config.Company).Elem(),
		"store":   reflect.ValueOf(&l.config.Store).Elem(),
		"bus":     reflect.ValueOf(&l.config.Bus).Elem(),
	}
	chosen, err := environment(chapters)
	if err != nil {
		l.add(Pos{File: "environment"}.Fault("bad-environment", err.Error(), "look at the variables that begin with "+environmentPrefix+"_"))
		return
	}
	l.reportSlips(chapters)
	for name, chapter := range chapters {
		for _, k := range keysOf(chapter.Type()) {
			text, overridden := chosen[name][k.name]
			if !overridden {
				continue
			}
			// Read as strictly as the file: viper itself would turn 0123 into 83.
			variable, key := variableOf(name, k), k.name
			d := decoder{file: "environment " + variable, dir: l.config.Dir}
			k.name = variable
			d.value(chapter.FieldByIndex(k.index), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}, k)
			l.add(d.faults...)
			l.config.overrides[name+"."+key] = override{variable, text}
		}
	}
}

func variableOf(chapter string, k key) string {
	return environmentPrefix + "_" + strings.ToUpper(chapter+"_"+k.name)
}

// reportSlips reports variables that look like one of ours and are none. Others that begin alike are left alone:
// a container platform sets its own.
func (l *loader) reportSlips(chapters map[string]reflect.Value) {
	var known []string
	for name, chapter := range chapters {
		for _, k := range keysOf(chapter.Type()) {
			known = append(known, variableOf(name, k))
		}
	}
	slices.Sort(known)
	for _, setting := range os.Environ() {
		variable, _, _ := strings.Cut(setting, "=")
		if !strings.HasPrefix(variable, environmentPrefix+"_") || slices.Contains(known, variable) {
			continue
		}
		if near, ok := Nearest(variable, known); ok && distance(variable, near) == 1 {
			l.add(Pos{File: "environment " + variable}.Fault("unknown-key", "the variable overrides nothing", fmt.Sprintf("did you mean %q?", near)))
		}
	}
}

// environment asks viper which settings the environment overrides. Each key has a default, the empty text: without
// one, viper overlooks a variable whose key stands in no file. An empty variable overrides nothing.
func environment(chapters map[string]reflect.Value) (map[string]map[string]string, error) {
	v := viper.New()
	v.SetEnvPrefix(environmentPrefix)
	v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	v.AutomaticEnv()
	for name, chapter := range chapters {
		for _, k := range keysOf(chapter.Type()) {
			v.SetDefault(name+"."+k.name, "")
		}
	}
	var all struct {
		Company, Store, Bus map[string]string
	}
	if err := v.UnmarshalExact(&all); err != nil {
		return nil, err
	}
	chosen := map[string]map[string]string{"company": all.Company, "store": all.Store, "bus": all.Bus}
	for _, settings := range chosen {
		for key, text := range settings {
			if text == "" {
				delete(settings, key)
			}
		}
	}
	return chosen, nil
}
