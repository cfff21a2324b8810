package document

import (
	"reflect"
	"time"
)

// Copy is an independent copy of d: what is changed in one is not changed in the other.
func Copy[D Document](d D) D {
	return deep(reflect.ValueOf(d)).Interface().(D)
}

// whole are the structs that are values as they stand: nothing in them is ever changed in place.
var whole = map[reflect.Type]bool{
	reflect.TypeFor[Decimal](): true, reflect.TypeFor[Date](): true, reflect.TypeFor[time.Time](): true,
}

func deep(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(deep(v.Elem()))
		return c
	case reflect.Struct:
		if whole[v.Type()] {
			return v
		}
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		for i := range v.NumField() {
			if holdsMore(v.Field(i).Kind()) {
				c.Field(i).Set(deep(v.Field(i)))
			}
		}
		return c
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(deep(v.Index(i)))
		}
		return c
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entries := v.MapRange(); entries.Next(); {
			c.SetMapIndex(entries.Key(), deep(entries.Value()))
		}
		return c
	}
	return v
}

// holdsMore says whether values of the kind may share memory with others.
func holdsMore(k reflect.Kind) bool {
	return k == reflect.Pointer || k == reflect.Struct || k == reflect.Slice || k == reflect.Map
}
