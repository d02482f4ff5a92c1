-- Tells the result in a line that the program reads. counted is a list of status and
-- count by turns, or nothing.
local threads = {}

function setup(thread) table.insert(threads, thread) end

function done(summary, latency)
	local errors = summary.errors
	local counted = "null"
	for _, thread in ipairs(threads) do
		counted = thread:get("counted") or counted
	end
	io.write(string.format('result {"Requests":%d,"Faults":%d,"Refused":%d,"Micros":%d,"P99":%d,"Counted":%s}\n',
		summary.requests, errors.connect + errors.read + errors.write + errors.timeout, errors.status,
		summary.duration, latency:percentile(99), counted))
end
