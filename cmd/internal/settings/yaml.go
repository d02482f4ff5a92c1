package settings

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A value is one of the file's: a scalar, a list or a mapping.
type value struct {
	at    place // of its key, or its own in a list
	kind  kind
	text  string // of a scalar, as it is spelled
	plain bool   // the scalar is not in quotes
	items []*value
	keys  []string // of a mapping, in order, for the items
}

type kind int

const (
	unusable kind = iota // a fault was told
	scalar
	list
	mapping
)

// maxDepth is more than any setting needs.
const maxDepth = 8

// document returns what the file holds, a mapping, or nil after a fault.
func (r *reader) document(data []byte) *value {
	data, ok := r.checkText(data)
	if !ok || !r.checkTokens(data) {
		return nil
	}
	tree, err := parse(data)
	if err != nil {
		r.fault(placeOf(tokenOf(err), ""), "%s", syntaxProblem(err))
		return nil
	}
	var body ast.Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			r.fault(placeOf(start(doc.Body), ""), "a second document begins: a configuration is one")
			return nil
		default:
			body = doc.Body
		}
	}
	if body == nil {
		r.fault(place{}, "is empty, as a file is that was cut: write settings into it, or name no file")
		return nil
	}
	root := r.convert(body, placeOf(start(body), ""), 0)
	if root.kind != mapping && root.kind != unusable {
		r.fault(root.at, "must hold settings, each as \"key: value\"")
	}
	if root.kind != mapping {
		return nil
	}
	return root
}

// parse parses YAML. A panic of the parser is an error: a file that is read while the
// gateway runs must not end it.
func parse(data []byte) (tree *ast.File, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("is no YAML that can be read")
		}
	}()
	return parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey()) // convert finds them, and where
}

func tokenOf(err error) *token.Token {
	if found, ok := errors.AsType[yaml.Error](err); ok {
		return found.GetToken()
	}
	return nil
}

// syntaxProblem returns what the parser says, but for what it quotes of the file.
func syntaxProblem(err error) string {
	text := "is no YAML that can be read"
	if found, ok := errors.AsType[yaml.Error](err); ok {
		text, _, _ = strings.Cut(found.GetMessage(), `"`)
	}
	return "is no valid YAML: " + strings.TrimRight(text, ": ")
}

func placeOf(t *token.Token, name string) place {
	if t == nil || t.Position == nil {
		return place{name: name}
	}
	return place{line: max(1, t.Position.Line), column: max(1, t.Position.Column), name: name}
}

// start returns the first token of a node.
func start(node ast.Node) *token.Token {
	switch n := node.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return node.GetToken()
}

// convert returns a node as a value, whose faults it has told.
func (r *reader) convert(node ast.Node, at place, depth int) *value {
	v := &value{at: at}
	if depth > maxDepth {
		r.fault(at, "is nested deeper than any setting is")
		return v
	}
	switch n := node.(type) {
	case *ast.MappingNode:
		r.convertMapping(v, n.Values, depth)
	case *ast.MappingValueNode:
		r.convertMapping(v, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		v.kind = list
		for i, item := range n.Values {
			v.items = append(v.items, r.convert(item, placeOf(start(item), fmt.Sprintf("%s[%d]", at.name, i)), depth+1))
		}
	case *ast.StringNode:
		v.kind, v.text, v.plain = scalar, n.Value, n.Token.Type == token.StringType
	case *ast.LiteralNode:
		v.kind, v.text = scalar, n.Value.Value
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		v.kind, v.text, v.plain = scalar, n.GetToken().Value, true
	default:
		r.fault(at, "%s", unusableProblem(node))
	}
	return v
}

func unusableProblem(node ast.Node) string {
	switch node.(type) {
	case *ast.NullNode:
		return "has no value: give it one, or leave the key out"
	case *ast.AnchorNode, *ast.AliasNode:
		return "is an anchor or an alias, which are not read: write the value out, and in quotes if it begins with & or *"
	case *ast.TagNode:
		return "has a tag, which are not read: leave it out, and write a value that begins with ! in quotes"
	default:
		return "must be a text, a list or a mapping"
	}
}

func (r *reader) convertMapping(v *value, entries []*ast.MappingValueNode, depth int) {
	v.kind = mapping
	lines := make(map[string]int, len(entries))
	for _, entry := range entries {
		at := placeOf(entry.Key.GetToken(), v.at.name)
		key, problem := keyOf(entry.Key)
		if problem != "" {
			r.fault(at, "%s", problem)
			continue
		}
		at.name = strings.TrimPrefix(v.at.name+"."+printable(key), ".")
		if first, twice := lines[key]; twice {
			r.fault(at, "is there twice, in line %d too: keep one", first)
			continue
		}
		lines[key] = at.line
		v.keys = append(v.keys, key)
		v.items = append(v.items, r.convert(entry.Value, at, depth+1))
	}
	if v.keys == nil && len(entries) > 0 {
		v.kind = unusable
	}
}

// keyOf returns the text of a key, or why it can't be one.
func keyOf(node ast.MapKeyNode) (key, problem string) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, ""
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, ""
	case *ast.MergeKeyNode:
		return "", "<< is not read: write the keys out"
	default:
		return "", "a key must be a text"
	}
}
