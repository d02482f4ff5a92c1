package devpool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// file is a Config as a file spells it.
type file struct {
	UserPoolID scalar     `yaml:"user_pool_id"`
	ClientID   scalar     `yaml:"client_id"`
	Users      []fileUser `yaml:"users"`
}

type fileUser struct {
	Username   scalar            `yaml:"username"`
	Password   scalar            `yaml:"password"`
	Groups     []scalar          `yaml:"groups"`
	Attributes map[string]scalar `yaml:"attributes"`
}

// scalar is text, just as the file spells it: the password 0123 is not the number
// eighty-three.
type scalar string

// UnmarshalYAML takes the text of a node.
func (s *scalar) UnmarshalYAML(node ast.Node) error {
	switch node := node.(type) {
	case *ast.StringNode:
		*s = scalar(node.Value)
	case *ast.LiteralNode:
		*s = scalar(node.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		*s = scalar(node.GetToken().Value)
	default:
		return &yaml.SyntaxError{Message: "is not text; write it in quotes", Token: node.GetToken()}
	}
	return nil
}

// Load reads a Config from a YAML file. See [ParseConfig].
func Load(name string) (Config, error) {
	data, err := readFile(name)
	if err != nil {
		return Config{}, fmt.Errorf("devpool: %w", err)
	}
	c, err := ParseConfig(data)
	if err != nil {
		return Config{}, fmt.Errorf("devpool: %s: %w", name, err)
	}
	return c, nil
}

// ParseConfig reads a Config from YAML:
//
//	user_pool_id: eu-west-1_AbCdEfGhI     # may be left out, as may
//	client_id: 6h89qn2bfglbmvfebq9aaknqk0 # this
//	users:
//	  - username: jane
//	    password: jane-Dev-1
//	    groups: [editors, support]        # may be left out
//	    attributes:                       # may be left out
//	      email: jane@example.com
//	      email_verified: true
//	      custom:tenant: acme
//
// Without users, the pool has the default ones. An unknown key, a key that is
// there twice, and a value that no pool could have are errors, with the line. So
// are merge keys (<<), deep nesting, and more than a megabyte.
func ParseConfig(data []byte) (Config, error) {
	if err := checkTokens(data); err != nil {
		return Config{}, err
	}
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	err := decoder.Decode(&f)
	switch {
	case errors.Is(err, io.EOF):
		return Config{}, errors.New("is empty")
	case err != nil:
		return Config{}, atLine(err)
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return Config{}, errors.New("holds more than one document")
	}
	c := f.config()
	faults := c.withDefaults().check()
	if len(faults) == 0 {
		return c, nil
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return Config{}, atLine(err)
	}
	errs := make([]error, len(faults))
	for i, found := range faults {
		errs[i] = fmt.Errorf("line %d: %s %s", lineOf(tree, found.path), found.path, found.text)
	}
	return Config{}, errors.Join(errs...)
}

func (f file) config() Config {
	c := Config{UserPoolID: string(f.UserPoolID), ClientID: string(f.ClientID)}
	if f.Users != nil {
		c.Users = make([]User, len(f.Users))
	}
	for i, u := range f.Users {
		c.Users[i] = User{Username: string(u.Username), Password: string(u.Password)}
		for _, group := range u.Groups {
			c.Users[i].Groups = append(c.Users[i].Groups, string(group))
		}
		if u.Attributes != nil {
			c.Users[i].Attributes = make(map[string]string, len(u.Attributes))
		}
		for name, value := range u.Attributes {
			c.Users[i].Attributes[name] = string(value)
		}
	}
	return c
}

// atLine puts an error of the YAML package in one line, with the place in the file.
func atLine(err error) error {
	found, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return err
	}
	text := found.GetMessage()
	if _, unknown := errors.AsType[*yaml.UnknownFieldError](err); unknown {
		text = strings.Replace(text, "unknown field", "unknown key", 1)
	}
	return fmt.Errorf("line %d: %s", found.GetToken().Position.Line, text)
}

// lineOf returns the line of a part of the file, or of what it would be in.
func lineOf(tree *ast.File, path string) int {
	for path != "" {
		query, err := yaml.PathString("$." + path)
		if err == nil {
			if node, err := query.FilterFile(tree); err == nil {
				return node.GetToken().Position.Line
			}
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return 1
}
