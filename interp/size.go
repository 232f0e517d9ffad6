package interp

import "reflect"

// sizer adds up what a value refers to. It looks at no more than budget values:
// a list of a million is not worth a second.
type sizer struct {
	seen   map[uintptr]bool
	budget int
}

// size is the bytes behind v, without those of v itself.
func (s *sizer) size(v reflect.Value) (n uint64) {
	s.budget--
	if s.budget < 0 {
		return 0
	}
	switch v.Kind() {
	case reflect.String:
		return uint64(v.Len())
	case reflect.Pointer:
		if v.IsNil() || s.seen[v.Pointer()] {
			return 0
		}
		s.seen[v.Pointer()] = true
		return uint64(v.Type().Elem().Size()) + s.size(v.Elem())
	case reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return uint64(v.Elem().Type().Size()) + s.size(v.Elem())
	case reflect.Slice:
		if v.IsNil() || s.seen[v.Pointer()] {
			return 0
		}
		s.seen[v.Pointer()] = true
		return uint64(v.Cap())*uint64(v.Type().Elem().Size()) + s.elements(v)
	case reflect.Array:
		return s.elements(v)
	case reflect.Map:
		for it := v.MapRange(); it.Next() && s.budget > 0; {
			n += uint64(v.Type().Key().Size()+v.Type().Elem().Size()) + s.size(it.Key()) + s.size(it.Value())
		}
	case reflect.Struct:
		if v.CanInterface() && v.Type().Name() == "valueInterface" { // yaegi's box of an interface's value
			if inner := reflect.ValueOf(unwrap(v.Interface())); inner.IsValid() && inner.Type() != v.Type() {
				return s.size(inner)
			}
			return 0
		}
		for i := range v.NumField() {
			n += s.size(v.Field(i))
		}
	case reflect.Chan:
		if !v.IsNil() {
			return uint64(v.Cap()) * uint64(v.Type().Elem().Size())
		}
	}
	return n
}

func (s *sizer) elements(v reflect.Value) (n uint64) {
	switch v.Type().Elem().Kind() {
	case reflect.String, reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct, reflect.Chan:
	default:
		return 0
	}
	for i := 0; i < v.Len() && s.budget > 0; i++ {
		n += s.size(v.Index(i))
	}
	return n
}
