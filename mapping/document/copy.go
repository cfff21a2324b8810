package document

import (
	"reflect"
	"sync"
	"time"
)

// Copy is an independent copy of d: what is changed in one is not changed in the other. What it keeps of other documents as they
// were, its customer and its items, is shared: a snapshot is replaced and never changed.
func Copy[D Document](d D) D {
	was := reflect.ValueOf(d)
	if was.IsNil() {
		return d
	}
	c := reflect.New(was.Type().Elem())
	c.Elem().Set(was.Elem())
	unshare(c.Elem())
	return c.Interface().(D)
}

// whole are the types that are values as they stand: nothing in them is ever changed in place.
var whole = map[reflect.Type]bool{
	reflect.TypeFor[Decimal](): true, reflect.TypeFor[Date](): true, reflect.TypeFor[time.Time](): true,
	reflect.TypeFor[*Item](): true, reflect.TypeFor[*Party](): true,
}

// unshare gives v, which is a copy of its own, copies of what it still shares with others.
func unshare(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(v.Elem())
		unshare(c.Elem())
		v.Set(c)
	case reflect.Struct:
		for i := range v.NumField() {
			if shares(v.Field(i).Type()) {
				unshare(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		if shares(v.Type().Elem()) {
			for i := range c.Len() {
				unshare(c.Index(i))
			}
		}
		v.Set(c)
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		c := reflect.New(v.Elem().Type()).Elem()
		c.Set(v.Elem())
		unshare(c)
		v.Set(c)
	case reflect.Map:
		if v.IsNil() {
			return
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entries := v.MapRange(); entries.Next(); {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(entries.Value())
			unshare(value)
			c.SetMapIndex(entries.Key(), value)
		}
		v.Set(c)
	}
}

// shared says of each type whether its values may share memory with others; it is asked of a type once.
var shared sync.Map

func shares(t reflect.Type) bool {
	if known, asked := shared.Load(t); asked {
		return known.(bool)
	}
	answer := false
	switch kind := t.Kind(); {
	case whole[t]:
	case kind == reflect.Pointer, kind == reflect.Slice, kind == reflect.Map, kind == reflect.Interface:
		answer = true
	case kind == reflect.Struct:
		for i := range t.NumField() {
			answer = answer || shares(t.Field(i).Type)
		}
	}
	shared.Store(t, answer)
	return answer
}
