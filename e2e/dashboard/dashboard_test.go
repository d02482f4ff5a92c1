package dashboard_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	grafana "github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// A query of the dashboard asks for nothing that is not there, and nothing that is
// there is missing from the dashboard.
func TestTheDashboardAsksForWhatPrometheusScrapes(t *testing.T) {
	there := scrape(t)
	unused := maps.Clone(there)
	queries, variables := 0, 0
	board := readDashboard(t)
	for _, panel := range board.Panels {
		for _, target := range panel.Panel.Targets {
			query, ok := target.(*grafana.Dataquery)
			if !ok {
				t.Fatalf("%s: a target of type %T", *panel.Panel.Title, target)
			}
			queries++
			there.checkQuery(t, query.Expr, *query.LegendFormat, unused)
		}
	}
	for _, variable := range board.Templating.List {
		if variable.Type == dashboard.VariableTypeQuery {
			variables++
			there.checkVariable(t, *variable.Query.String)
		}
	}
	if queries < 11 || variables != 2 {
		t.Errorf("%d queries, %d variables", queries, variables)
	}
	for name := range unused {
		if base, part := histogramPart(name); !part || unused[base+"_bucket"] != nil && unused[base+"_count"] != nil && unused[base+"_sum"] != nil {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// checkQuery checks the metrics and labels of a PromQL expression, and of its legend.
func (s scraped) checkQuery(t *testing.T, text, legend string, unused scraped) {
	t.Helper()
	expr := parse(t, text)
	var grouping []string
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch node := node.(type) {
		case *parser.VectorSelector:
			delete(unused, node.Name)
			s.checkSelector(t, text, node)
		case *parser.AggregateExpr:
			grouping = append(grouping, node.Grouping...)
			parser.Inspect(node.Expr, func(inner parser.Node, _ []parser.Node) error {
				if selector, ok := inner.(*parser.VectorSelector); ok {
					for _, label := range node.Grouping {
						if s[selector.Name][label] == nil {
							t.Errorf("%s:\n%s has no label %s", text, selector.Name, label)
						}
					}
				}
				return nil
			})
		case *parser.BinaryExpr:
			if m := node.VectorMatching; m != nil && len(m.MatchingLabels)+len(m.Include) > 0 {
				t.Errorf("%s: matches on labels, which this test does not check", text)
			}
		}
		return nil
	})
	for _, found := range regexp.MustCompile(`{{(.*?)}}`).FindAllStringSubmatch(legend, -1) {
		if !slices.Contains(grouping, found[1]) {
			t.Errorf("%s:\nits legend %q names a label that it does not group by", text, legend)
		}
	}
}

// checkSelector checks that a metric has the labels that are asked for, and, if
// values are, each of them.
func (s scraped) checkSelector(t *testing.T, text string, selector *parser.VectorSelector) {
	t.Helper()
	if s[selector.Name] == nil {
		t.Errorf("%s:\nthere is no metric %s", text, selector.Name)
		return
	}
	for _, matcher := range selector.LabelMatchers {
		if matcher.Name == model.MetricNameLabel || matcher.Name == "job" { // job: Prometheus adds it
			continue
		}
		values := s[selector.Name][matcher.Name]
		if values == nil {
			t.Errorf("%s:\n%s has no label %s", text, selector.Name, matcher.Name)
		}
		for value := range strings.SplitSeq(matcher.Value, "|") {
			if value != ".*" && !values[value] {
				t.Errorf("%s:\n%s has no %s=%q", text, selector.Name, matcher.Name, value)
			}
		}
	}
}

// checkVariable checks label_values(selector, label).
func (s scraped) checkVariable(t *testing.T, query string) {
	t.Helper()
	parts := regexp.MustCompile(`^label_values\((.*), (\w+)\)$`).FindStringSubmatch(query)
	if parts == nil {
		t.Fatalf("%q is not what this test checks", query)
	}
	selector, ok := parse(t, parts[1]).(*parser.VectorSelector)
	if !ok {
		t.Fatalf("%s selects no metric", query)
	}
	s.checkSelector(t, query, selector)
	if parts[2] != "job" && s[selector.Name][parts[2]] == nil {
		t.Errorf("%s: there is no such label", query)
	}
}

func parse(t *testing.T, text string) parser.Expr {
	t.Helper()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(strings.NewReplacer("$__rate_interval", "5m", "$job", ".*", "$pool", ".*").Replace(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return expr
}

// histogramPart returns the name of the histogram that a sample belongs to, if
// it can be one of a histogram's.
func histogramPart(name string) (string, bool) {
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			return base, true
		}
	}
	return "", false
}

// readDashboard reads it by Grafana's own types, in which nothing may be unknown.
//
//nolint:staticcheck // every Grafana imports this older form, by hand or from a file
func readDashboard(t *testing.T) *dashboard.Dashboard {
	t.Helper()
	runtime := cog.NewRuntime()
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())
	runtime.RegisterDataqueryVariant(grafana.VariantConfig())
	document, err := os.ReadFile("../../adapters/otelauth/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	// The strict reader says by an empty list that there was no error, and takes
	// that for one itself, so that it leaves the panels out.
	err = new(dashboard.Dashboard).UnmarshalJSONStrict(document)
	if faults, ok := errors.AsType[cog.BuildErrors](err); err != nil && (!ok || len(faults) > 0) {
		t.Fatal(err)
	}
	board := new(dashboard.Dashboard)
	if err := json.Unmarshal(document, board); err != nil {
		t.Fatal(err)
	}
	if err := board.Validate(); err != nil {
		t.Fatal(err)
	}
	return board
}

func TestTheDashboardIsOneThatGrafanaReads(t *testing.T) {
	ids, cells := map[uint32]bool{}, map[[2]uint32]bool{}
	for _, panel := range readDashboard(t).Panels {
		p := panel.Panel
		if p.Type != "timeseries" || p.Title == nil || p.Description == nil || *p.Datasource.Uid != "${datasource}" || ids[*p.Id] {
			t.Errorf("panel %d", *p.Id)
		}
		ids[*p.Id] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if x >= 24 || cells[[2]uint32{x, y}] {
					t.Fatalf("%s lies on another, or outside", *p.Title)
				}
				cells[[2]uint32{x, y}] = true
			}
		}
		for _, target := range p.Targets {
			if *target.(*grafana.Dataquery).Datasource.Uid != "${datasource}" {
				t.Errorf("%s asks another data source", *p.Title)
			}
		}
	}
	if len(ids) != 11 {
		t.Errorf("%d panels", len(ids))
	}
}
