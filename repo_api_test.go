package gognito_test

import (
	"go/ast"
	"go/printer"
	"go/token"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// recorded are the packages whose exported API is a promise.
var recorded = []string{
	".", "httpauth", "alb", "gognitotest", "devpool",
	"adapters/connectauth", "adapters/echoauth", "adapters/echoauth/echo4auth", "adapters/fiberauth", "adapters/ginauth",
	"adapters/grpcauth", "adapters/lambdaauth", "adapters/otelauth",
}

const apiFile = "testdata/api.txt"

// A change of the exported API shows as a change of testdata/api.txt, so that
// nobody makes one unawares: go test -run TestRepositoryAPI -update .
func TestRepositoryAPIIsRecorded(t *testing.T) {
	var got []string
	for _, dir := range recorded {
		files := packages(t, dir)[dir]
		if len(files) == 0 {
			t.Fatalf("no package in %s", dir)
		}
		for _, file := range files {
			name := path.Join(modulePath, dir)
			got = append(got, exported(t, path.Base(name), file)...)
		}
	}
	slices.Sort(got)
	text := strings.Join(got, "\n") + "\n"
	if *update {
		if err := os.WriteFile(apiFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(apiFile)
	if err != nil {
		t.Fatal(err)
	}
	if text == string(want) {
		return
	}
	old := strings.Split(strings.TrimSpace(string(want)), "\n")
	for _, line := range got {
		if !slices.Contains(old, line) {
			t.Errorf("new:  %s", line)
		}
	}
	for _, line := range old {
		if !slices.Contains(got, line) {
			t.Errorf("gone: %s", line)
		}
	}
	t.Errorf("the exported API differs from %s; if it should: go test -run TestRepositoryAPI -update .", apiFile)
}

// exported returns a line for each symbol, field and method that a file
// exports.
func exported(t *testing.T, pkg string, file *ast.File) []string {
	t.Helper()
	var lines []string
	add := func(parts ...string) { lines = append(lines, pkg+": "+strings.Join(parts, "")) }
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || exportedReceiver(d.Recv)) {
				add(source(t, signature(d)))
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.ValueSpec:
					for i, name := range s.Names {
						if name.IsExported() {
							add(d.Tok.String(), " ", source(t, value(s, i)))
						}
					}
				case *ast.TypeSpec:
					if s.Name.IsExported() {
						for _, line := range typeLines(t, s) {
							add(line)
						}
					}
				}
			}
		}
	}
	return lines
}

// signature is a function's declaration without its body, its comment and its
// receiver's name.
func signature(d *ast.FuncDecl) *ast.FuncDecl {
	s := &ast.FuncDecl{Name: d.Name, Type: d.Type}
	if d.Recv != nil {
		s.Recv = &ast.FieldList{List: []*ast.Field{{Type: d.Recv.List[0].Type}}}
	}
	return s
}

func exportedReceiver(recv *ast.FieldList) bool {
	expr := recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return false
		}
	}
}

// value is the i-th name of a const or var specification alone.
func value(s *ast.ValueSpec, i int) *ast.ValueSpec {
	one := &ast.ValueSpec{Names: s.Names[i : i+1], Type: s.Type}
	if i < len(s.Values) {
		one.Values = s.Values[i : i+1]
	}
	return one
}

// typeLines returns a line for a type, and one for each exported field of a
// struct or method of an interface.
func typeLines(t *testing.T, s *ast.TypeSpec) []string {
	t.Helper()
	whole := func(expr ast.Expr) string {
		return "type " + source(t, &ast.TypeSpec{Name: s.Name, TypeParams: s.TypeParams, Assign: s.Assign, Type: expr})
	}
	var (
		kind   string
		fields *ast.FieldList
	)
	switch typ := s.Type.(type) {
	case *ast.StructType:
		kind, fields = "struct", typ.Fields
	case *ast.InterfaceType:
		kind, fields = "interface", typ.Methods
	default:
		return []string{whole(s.Type)}
	}
	head := whole(ast.NewIdent(kind))
	lines := []string{head}
	for _, field := range fields.List {
		text := source(t, field.Type)
		if len(field.Names) == 0 {
			lines = append(lines, head+": embeds "+text)
		}
		for _, name := range field.Names {
			switch {
			case !name.IsExported():
			case kind == "interface":
				lines = append(lines, head+": "+name.Name+strings.TrimPrefix(text, "func"))
			default:
				lines = append(lines, head+": "+name.Name+" "+text)
			}
		}
	}
	return lines
}

// source prints a node on one line.
func source(t *testing.T, node any) string {
	t.Helper()
	var b strings.Builder
	if err := printer.Fprint(&b, token.NewFileSet(), node); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
