-- wrk -s bench/request.lua URL -- METHOD BODY "Header: value"...
-- Counts answers by class, and prints them in one line that bench/run reads.

local threads = {}

function setup(thread)
	table.insert(threads, thread)
end

function init(args)
	wrk.method = args[1] or "GET"
	if args[2] and args[2] ~= "" then
		wrk.body = args[2]
		wrk.headers["Content-Type"] = "application/json"
	end
	for i = 3, #args do
		local name, value = args[i]:match("^([^:]+):%s*(.*)$")
		wrk.headers[name] = value
	end
	good, bad = 0, 0
end

function response(status)
	if status >= 200 and status < 400 then
		good = good + 1
	else
		bad = bad + 1
	end
end

function done(summary, latency)
	local good, bad = 0, 0
	for _, thread in ipairs(threads) do
		good = good + thread:get("good")
		bad = bad + thread:get("bad")
	end
	local e = summary.errors
	io.write(string.format("RESULT seconds=%f good=%d bad=%d broken=%d p50=%d p99=%d\n",
		summary.duration / 1e6, good, bad, e.connect + e.read + e.write + e.timeout,
		latency:percentile(50), latency:percentile(99)))
end
