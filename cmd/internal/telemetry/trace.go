package telemetry

import "strings"

// traceID returns the trace's ID from a traceparent field (W3C Trace Context, section
// 3.2.2), or "" if the field is not valid to the byte.
func traceID(traceparent string) string {
	const zeros = "00000000000000000000000000000000"
	if len(traceparent) != 55 || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-' {
		return ""
	}
	version, trace, parent, flags := traceparent[:2], traceparent[3:35], traceparent[36:52], traceparent[53:]
	for _, field := range []string{version, trace, parent, flags} {
		if strings.Trim(field, "0123456789abcdef") != "" {
			return ""
		}
	}
	if version == "ff" || trace == zeros || parent == zeros[:16] {
		return ""
	}
	return trace
}
