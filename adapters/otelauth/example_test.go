package otelauth_test

import (
	"context"
	"fmt"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/otelauth"
)

func newVerifier(config otelauth.Config) (*gognito.Verifier, error) {
	trace, err := otelauth.NewTrace(config)
	if err != nil {
		return nil, err
	}
	verifier, err := gognito.New(gognito.Config{
		UserPoolID: "eu-west-1_AbCdEfGhI",
		ClientIDs:  []string{"6h89qn2bfglbmvfebq9aaknqk0"},
		Trace:      trace,
	})
	if err != nil {
		return nil, err
	}
	_, err = otelauth.ObserveKeys(config, verifier)
	return verifier, err
}

func Example() {
	reader := sdkmetric.NewManualReader() // in a program: that of an exporter
	config := otelauth.Config{MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))}

	verifier, err := newVerifier(config)
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	_, _ = verifier.Verify(ctx, "not a token")

	var collected metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &collected); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range collected.ScopeMetrics[0].Metrics {
		if m.Name != "gognito.verifications" {
			continue
		}
		for _, series := range m.Data.(metricdata.Sum[int64]).DataPoints {
			reason, _ := series.Attributes.Value("gognito.reason")
			fmt.Println(reason.AsString(), series.Value)
		}
	}
	// Output: malformed 1
}
