package config

import (
	"encoding"
	"fmt"
	"iter"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// scalar is a single value as it was written: a number keeps its zeros.
func (d *decoder) scalar(node *yaml.Node, k key) (Text, bool) {
	if !d.is(node, yaml.ScalarNode, k) {
		return Text{}, false
	}
	if len(k.enum) > 0 && !slices.Contains(k.enum, node.Value) {
		d.fault(node, "bad-value", fmt.Sprintf("%s is not %q", k.name, node.Value), Choose(node.Value, k.enum))
		return Text{}, false
	}
	if k.pattern != nil && !k.pattern.MatchString(node.Value) {
		d.fault(node, "bad-value", fmt.Sprintf("%s is %q", k.name, node.Value), remedy(k))
		return Text{}, false
	}
	return Text{Value: node.Value, Pos: d.place(node)}, true
}

func (d *decoder) secret(into *Secret, node *yaml.Node, k key) {
	if !d.is(node, yaml.ScalarNode, k) {
		return
	}
	ref := Text{Value: node.Value, Pos: d.place(node)}
	if fault, bad := secretFault(ref, k.name); bad {
		d.faults = append(d.faults, fault)
		return
	}
	*into = Secret{ref: ref, dir: d.dir}
}

func (d *decoder) duration(into *time.Duration, node *yaml.Node, k key) {
	text, ok := d.scalar(node, k)
	if !ok {
		return
	}
	span, err := time.ParseDuration(text.Value)
	if err != nil || span < 0 || text.Value == "0" {
		d.fault(node, "bad-duration", fmt.Sprintf("%s is %q, which is not a span of time", k.name, text.Value), durationRemedy(text.Value))
		return
	}
	least, most := time.Duration(0), time.Duration(1<<63-1)
	if k.min != "" {
		least, _ = time.ParseDuration(k.min)
	}
	if k.max != "" {
		most, _ = time.ParseDuration(k.max)
	}
	if span < least || span > most {
		d.outOfRange(node, k)
		return
	}
	*into = span
}

// durationPattern is what a span of time looks like, for editors.
const durationPattern = `^\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`

var inDays = regexp.MustCompile(`^(\d{1,6}) ?d(ays?)?$`)

var (
	asCron    = regexp.MustCompile(`^[0-9*/,-]+( +[0-9*/,A-Za-z-]+){4,5}$`)
	everyFew  = regexp.MustCompile(`^\*/(\d{1,2}) \* \* \* \*$`)
	everyHour = regexp.MustCompile(`^\d{1,2} \* \* \* \*$`)
)

func durationRemedy(text string) string {
	if minutes := everyFew.FindStringSubmatch(text); minutes != nil {
		return fmt.Sprintf("write %sm: how long from one time to the next, as there is no cron here", minutes[1])
	}
	if everyHour.MatchString(text) {
		return "write 1h: how long from one time to the next, as there is no cron here"
	}
	if asCron.MatchString(text) || strings.HasPrefix(text, "@") {
		return "write how long from one time to the next, such as 30s, 5m or 24h, as there is no cron here"
	}
	if days := inDays.FindStringSubmatch(text); days != nil {
		n, _ := strconv.Atoi(days[1])
		return fmt.Sprintf("write %dh", n*24)
	}
	if wholeNumber.MatchString(text) && !strings.HasPrefix(text, "-") {
		return fmt.Sprintf("write a unit behind it: %ss or %sm", text, text)
	}
	return "write a number with its unit: 500ms, 30s, 5m, 48h"
}

func (d *decoder) unmarshal(into encoding.TextUnmarshaler, node *yaml.Node, k key) {
	text, ok := d.scalar(node, k)
	if !ok {
		return
	}
	if err := into.UnmarshalText([]byte(text.Value)); err != nil {
		d.fault(node, "bad-value", fmt.Sprintf("%s is %q: %v", k.name, text.Value, err), remedy(k))
	}
}

func remedy(k key) string {
	if k.example == "" {
		return "mend the value of " + k.name
	}
	return "write it like " + k.example
}

func (d *decoder) boolean(v reflect.Value, node *yaml.Node, k key) {
	if !d.is(node, yaml.ScalarNode, k) {
		return
	}
	switch {
	case node.Value == "true" && !isQuoted(node):
		v.SetBool(true)
	case node.Value == "false" && !isQuoted(node):
		v.SetBool(false)
	default:
		d.fault(node, "wrong-type", fmt.Sprintf("%s is %q and should be true or false", k.name, node.Value), "write true or false, without quotes")
	}
}

// wholeNumber has no leading zeros: YAML readers differ on whether 0123 is 83.
var wholeNumber = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

func (d *decoder) integer(v reflect.Value, node *yaml.Node, k key) {
	if !d.is(node, yaml.ScalarNode, k) {
		return
	}
	if isQuoted(node) || !wholeNumber.MatchString(node.Value) {
		d.fault(node, "wrong-type", fmt.Sprintf("%s is %q and should be a whole number", k.name, node.Value),
			"write digits alone: 100, without quotes, commas or zeros in front")
		return
	}
	n, err := strconv.ParseInt(node.Value, 10, v.Type().Bits())
	if err != nil || !within(n, k) {
		d.outOfRange(node, k)
		return
	}
	v.SetInt(n)
}

func within(n int64, k key) bool {
	if least, err := strconv.ParseInt(k.min, 10, 64); err == nil && n < least {
		return false
	}
	if most, err := strconv.ParseInt(k.max, 10, 64); err == nil && n > most {
		return false
	}
	return true
}

func (d *decoder) outOfRange(node *yaml.Node, k key) {
	fix := "write a smaller number"
	switch {
	case k.min != "" && k.max != "":
		fix = fmt.Sprintf("write %s to %s", k.min, k.max)
	case k.min != "":
		fix = fmt.Sprintf("write %s or more", k.min)
	case k.max != "":
		fix = fmt.Sprintf("write %s or less", k.max)
	}
	d.fault(node, "out-of-range", fmt.Sprintf("%s is %s", k.name, node.Value), fix)
}

func isQuoted(node *yaml.Node) bool {
	return node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
}

func isBlank(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && strings.TrimSpace(node.Value) == "" || node.Kind == yaml.SequenceNode && len(node.Content) == 0 || isNull(node)
}

func find(keys []key, name string) (key, bool) {
	for _, k := range keys {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}

// pairs are the keys of a mapping and their values, without what parse has reported: odd keys and second ones.
func pairs(node *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		seen := map[string]bool{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			name, value := node.Content[i], node.Content[i+1]
			if !isKey(name) || seen[name.Value] {
				continue
			}
			seen[name.Value] = true
			if !yield(name, value) {
				return
			}
		}
	}
}
