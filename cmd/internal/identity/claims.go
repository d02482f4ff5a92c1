package identity

import (
	"errors"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gognito/gognito"
)

// A reading is what a token says in the claims of the given names, as it is written;
// nil where it says nothing.
type reading struct {
	names  []string
	values []jsontext.Value
}

// read reads the claims that are needed, once; nil: none are.
func (i *Issuer) read(user *gognito.User) (*reading, error) {
	if len(i.claims) == 0 {
		return nil, nil
	}
	said := &reading{names: i.claims, values: make([]jsontext.Value, len(i.claims))}
	if err := user.Decode(said); err != nil {
		return nil, err
	}
	return said, nil
}

// UnmarshalJSONFrom keeps the members that have one of the names.
func (r *reading) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != jsontext.KindBeginObject {
		return errors.New("claims are an object")
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == jsontext.KindString {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		at := slices.Index(r.names, name.String())
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		if at >= 0 {
			r.values[at] = value.Clone()
		}
	}
	_, err := d.ReadToken()
	return err
}

// raw returns a claim as it is written; nil: the token does not have it.
func (r *reading) raw(name string) jsontext.Value {
	if at := slices.Index(r.names, name); at >= 0 {
		return r.values[at]
	}
	return nil
}

// value returns what a claim says: a string; a number or a boolean, as it is written;
// or a list of strings. An object, null, any other list, and what is empty or has an
// empty element say nothing that a header could hold.
func (r *reading) value(name string) (text string, list []string) {
	raw := r.raw(name)
	switch raw.Kind() {
	case jsontext.KindString:
		return r.text(name), nil
	case jsontext.KindNumber, jsontext.KindTrue, jsontext.KindFalse:
		return string(raw), nil
	case jsontext.KindBeginArray:
		// A null among them is read as an empty string.
		if err := json.Unmarshal(raw, &list); err != nil || slices.Contains(list, "") {
			return "", nil
		}
		return "", list
	default:
		return "", nil
	}
}

// text returns a claim that is a string; "": it is none.
func (r *reading) text(name string) string {
	raw := r.raw(name)
	if raw.Kind() != jsontext.KindString {
		return ""
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return ""
	}
	return string(text)
}

// isTrue reports whether a claim is true, or "true", which some triggers write.
func (r *reading) isTrue(name string) bool {
	return r.raw(name).Kind() == jsontext.KindTrue || r.text(name) == "true"
}
