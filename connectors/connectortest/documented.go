package connectortest

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tradewire/config"
)

// Documented checks that a page names every key of these structs, and every word that a key may be, in a section of the page: from
// the heading to the next of the same or a higher level.
func Documented(t *testing.T, path, heading string, structs ...any) {
	t.Helper()
	// #nosec G304 -- a page of the repository
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := section(string(page), heading)
	if !ok {
		t.Fatalf("%s has no heading %q", path, heading)
	}
	for _, one := range structs {
		for _, word := range words(reflect.TypeOf(one)) {
			if !regexp.MustCompile("`[^`\n]*\\b" + regexp.QuoteMeta(word) + "\\b[^`\n]*`").MatchString(text) {
				t.Errorf("%s: %q does not name `%s`", path, heading, word)
			}
		}
	}
}

func section(page, heading string) (string, bool) {
	_, text, ok := strings.Cut("\n"+page, "\n"+heading+"\n")
	level := len(heading) - len(strings.TrimLeft(heading, "#"))
	if end := regexp.MustCompile(`(?m)^#{1,` + string(rune('0'+level)) + `} `).FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	return text, ok
}

// words are the keys of a struct, those of the structs in it, and what they may be.
func words(t reflect.Type) (list []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	leaf := []reflect.Type{reflect.TypeFor[config.Text](), reflect.TypeFor[config.Section](), reflect.TypeFor[config.Secret](), reflect.TypeFor[config.Fields](), reflect.TypeFor[time.Duration]()}
	if t.Kind() != reflect.Struct || slices.Contains(leaf, t) {
		return nil
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		list = append(append(list, name), words(t.Field(i).Type)...)
		if enum := t.Field(i).Tag.Get("enum"); enum != "" {
			list = append(list, strings.Split(enum, ",")...)
		}
	}
	return list
}
