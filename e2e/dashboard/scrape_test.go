package dashboard_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/gognito/gognito/adapters/otelauth"
)

// scraped is what a Prometheus server gets: by the name of a sample, by the name
// of a label, the values.
type scraped map[string]map[string]map[string]bool

// scrape runs everything with the exporter for Prometheus, and reads its page.
func scrape(t *testing.T) scraped {
	t.Helper()
	registry := prometheus.NewRegistry()
	exported, err := exporter.New(exporter.WithRegisterer(registry))
	if err != nil {
		t.Fatal(err)
	}
	runEverything(t, otelauth.Config{MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(exported))})

	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError}))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text := expfmt.NewTextParser(model.LegacyValidation)
	families, err := text.TextToMetricFamilies(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response.Status, err)
	}
	all := scraped{}
	for name, family := range families {
		if !strings.HasPrefix(name, "gognito_") {
			continue
		}
		names := []string{name}
		if family.GetType() == dto.MetricType_HISTOGRAM {
			names = []string{name + "_bucket", name + "_count", name + "_sum"}
		}
		for _, name := range names {
			all[name] = labelsOf(family, strings.HasSuffix(name, "_bucket"))
		}
	}
	if len(all) != 11 { // two histograms of three names, and five others
		t.Errorf("scraped: %q", slices.Sorted(maps.Keys(all)))
	}
	return all
}

func labelsOf(family *dto.MetricFamily, buckets bool) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for _, m := range family.GetMetric() {
		for _, label := range m.GetLabel() {
			if all[label.GetName()] == nil {
				all[label.GetName()] = map[string]bool{}
			}
			all[label.GetName()][label.GetValue()] = true
		}
	}
	if buckets {
		all["le"] = map[string]bool{}
	}
	return all
}
