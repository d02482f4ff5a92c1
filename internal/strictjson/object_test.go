package strictjson_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gognito/gognito/internal/strictjson"
)

func Example() {
	object, err := strictjson.Open(`{"name":"jane","groups":["a","b"],"age":1e2,"other":{}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer object.Close()
	for object.Next() {
		switch string(object.Name()) {
		case "name":
			fmt.Println(object.String())
		case "groups":
			fmt.Println(object.Strings())
		case "age":
			fmt.Println(object.Number())
		}
	}
	fmt.Println(object.Err())
	// Output:
	// jane true
	// [a b] true
	// 1e2 true
	// <nil>
}

// read reads the whole text, every value by the reader that fits.
func read(text string) (map[string]any, error) {
	object, err := strictjson.Open(text)
	if err != nil {
		return nil, err
	}
	defer object.Close()
	values := make(map[string]any)
	for i := 0; object.Next(); i++ {
		name := string(object.Name())
		switch name[:min(1, len(name))] {
		case "s":
			values[name], _ = object.String()
		case "n":
			values[name], _ = object.Number()
		case "l":
			values[name], _, _ = object.StringOrStrings()
		}
	}
	return values, object.Err()
}

func TestOnlyStrictJSONIsRead(t *testing.T) {
	for text, good := range map[string]bool{
		`{}`:                              true,
		" \t\r\n{ } ":                     true,
		`{"a":1,"A":2,"á":3}`:             true,
		`{"s":"x","n":1,"l":["a"],"x":0}`: true,
		`{"s":1,"n":"x","l":{"a":[1]}}`:   true,
		`{"l":["a",1,{"b":[]},null,"c"]}`: true,
		``:                                false,
		`null`:                            false,
		`[]`:                              false,
		`"{}"`:                            false,
		`{}{}`:                            false,
		`{} x`:                            false,
		"{}\x00":                          false,
		`{"a":1`:                          false,
		`{"a":1,}`:                        false,
		`{"a"}`:                           false,
		`{a:1}`:                           false,
		`{'a':1}`:                         false,
		`{"a":01}`:                        false,
		`{"a":NaN}`:                       false,
		`{"a":1}//`:                       false,
		"\ufeff{}":                        false,
		`{"a":1,"a":2}`:                   false,
		`{"a":1,"\u0061":2}`:              false,
		`{"x":{"a":1,"a":2}}`:             false,
		`{"x":[{"a":1,"a":2}]}`:           false,
		`{"l":["a",{"a":1,"a":2}]}`:       false,
		"{\"a\":\"\xff\"}":                false,
		"{\"\xff\":1}":                    false,
		`{"a":"\ud800"}`:                  false,
		`{"a":"\x"}`:                      false,
		"{\"a\":\"\n\"}":                  false,
		`{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`: false,
	} {
		if _, err := read(text); (err == nil) != good {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

func TestWhatCostsMoreThanItsLengthIsRefused(t *testing.T) {
	nested := func(n int) string {
		return `{"a":` + strings.Repeat(`{"a":`, n-2) + `[]` + strings.Repeat(`}`, n-2) + `}`
	}
	members := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"%d":{}`, i)
		}
		return "{" + b.String()[1:] + "}"
	}
	elements := func(n int) string { return `{"l":[""` + strings.Repeat(`,""`, n-1) + `]}` }
	for name, test := range map[string]struct {
		text string
		good bool
	}{
		"deep":                   {nested(strictjson.MaxDepth), true},
		"too deep":               {nested(strictjson.MaxDepth + 1), false},
		"many members":           {members(strictjson.MaxMembers), true},
		"too many members":       {members(strictjson.MaxMembers + 1), false},
		"many elements":          {elements(strictjson.MaxCommas + 1), true},
		"too many elements":      {elements(strictjson.MaxCommas + 2), false},
		"a string that looks so": {`{"s":"` + strings.Repeat(`[{:,\"\\`, 10_000) + `"}`, true},
		"a name that looks so":   {`{"` + strings.Repeat(`[{:,\"`, 10_000) + `":1}`, true},
		"a string without end":   {`{"s":"` + strings.Repeat(`[`, 10_000), false},
		"an escape at the end":   {`{"s":"\`, false},
	} {
		if _, err := read(test.text); (err == nil) != test.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEscapesAreUndone(t *testing.T) {
	got, err := read(`{"\u0073":"a\"\\\n\u00e9\ud83d\ude00","l":["x\ty"],"n":-1.5E+3}`)
	want := map[string]any{"s": "a\"\\\né😀", "l": []string{"x\ty"}, "n": "-1.5E+3"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

func TestAValueOfAnotherTypeIsToldApart(t *testing.T) {
	for _, value := range []string{`null`, `true`, `1`, `"x"`, `[]`, `["x"]`, `[1]`, `[null]`, `[["x"]]`, `{}`} {
		object, err := strictjson.Open(`{"a":` + value + `,"b":` + value + `,"c":` + value + `,"d":"after"}`)
		if err != nil {
			t.Fatal(err)
		}
		object.Next()
		if _, ok := object.String(); ok != (value == `"x"`) {
			t.Errorf("%s as a string: %v", value, ok)
		}
		object.Next()
		if _, ok := object.Number(); ok != (value == `1`) {
			t.Errorf("%s as a number: %v", value, ok)
		}
		object.Next()
		if _, ok := object.Strings(); ok != (value == `[]` || value == `["x"]`) {
			t.Errorf("%s as strings: %v", value, ok)
		}
		object.Next()
		if text, ok := object.String(); text != "after" || !ok || object.Next() || object.Err() != nil {
			t.Errorf("after %s: %q, %v", value, text, object.Err())
		}
		object.Close()
	}
}

// FuzzObject: what is read as strict is what encoding/json reads, value by value.
func FuzzObject(f *testing.F) {
	for _, seed := range []string{`{}`, `{"s":"a\u0062","n":1,"l":["a","b"]}`, `{"l":"x"}`, `{"a":1,"a":2}`, `[`, `{"s":`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := read(text)
		if err != nil {
			return
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("encoding/json refuses %q: %v", text, err)
		}
		for name, value := range got {
			if s, ok := want[name].(string); ok && name[0] == 's' && s != value {
				t.Fatalf("%q: %q, want %q", text, value, s)
			}
		}
	})
}
