package main

import (
	"reflect"
	"time"

	"tradewire/mapping"
	"tradewire/mapping/document"
)

// filled is a document in which every field has a value.
func filled(d document.Document) document.Document {
	fill(reflect.ValueOf(d).Elem())
	return d
}

func fill(v reflect.Value) {
	switch into := v.Addr().Interface().(type) {
	case *document.Decimal:
		*into = document.D("-12.50")
		return
	case *document.Date:
		*into = document.DateOf(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
		return
	case *time.Time:
		*into = time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"erp": "SO1"}))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.String:
		if words := mapping.Words(v.Type()); words != nil {
			v.SetString(words[0])
			return
		}
		v.SetString("text")
	}
}
