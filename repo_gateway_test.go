package gognito_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The configurations on docs/gateway.md are those that the end-to-end tests run: a
// block behind the name of a file in examples/gateway is that file, every file there is
// on the page, and any other block is a part of one of them. With -update the page is
// written anew.
func TestRepositoryGatewaysConfigurationsAreTheTestedFiles(t *testing.T) {
	const name = "docs/gateway.md"
	page := read(t, name)
	whole := regexp.MustCompile("(?ms)^`(examples/gateway/[\\w.-]+)`:\n\n```(\\w+)\n(.*?)^```$")
	var shown []string
	updated := whole.ReplaceAllStringFunc(page, func(block string) string {
		match := whole.FindStringSubmatch(block)
		shown = append(shown, match[1])
		return "`" + match[1] + "`:\n\n```" + match[2] + "\n" + read(t, match[1]) + "```"
	})
	switch {
	case updated == page:
	case *update:
		if err := os.WriteFile(name, []byte(updated), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s does not show the files as they are; run this test with -update", name)
	}
	files, err := filepath.Glob("examples/gateway/*")
	if err != nil {
		t.Fatal(err)
	}
	if slices.Sort(shown); !slices.Equal(shown, files) {
		t.Errorf("%s shows\n%s\nand there are\n%s", name, strings.Join(shown, "\n"), strings.Join(files, "\n"))
	}
	var sources []string
	for _, pattern := range []string{"examples/gateway/*", "examples/drf/*.yaml", "deploy/kubernetes/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			sources = append(sources, unindented(read(t, file)))
		}
	}
	for _, block := range regexp.MustCompile("(?ms)^```\\w+\n(.*?)^```$").FindAllStringSubmatch(updated, -1) {
		if !slices.ContainsFunc(sources, func(s string) bool { return strings.Contains(s, unindented(block[1])) }) {
			t.Errorf("%s: no tested file holds this block:\n%s", name, block[1])
		}
	}
}
