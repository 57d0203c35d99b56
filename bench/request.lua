-- wrk -s bench/request.lua URL -- METHOD BODY "Header: value"...
-- Counts answers by class, and prints them in one line that bench/run reads.

local threads = {}

function setup(thread)
	thread:set("first", 1000 * #threads)
	table.insert(threads, thread)
end

function init(args)
	wrk.method = args[1] or "GET"
	if args[2] and args[2] ~= "" then
		wrk.body = args[2]
		wrk.headers["Content-Type"] = "application/json"
	end
	body = args[2] and args[2]:find("%d", 1, true) and args[2]
	turn = 0
	for i = 3, #args do
		local name, value = args[i]:match("^([^:]+):%s*(.*)$")
		wrk.headers[name] = value
	end
	good, bad = 0, 0
end

-- "%d" in a body is a number that goes round: people upload files of many names, and two at once seldom the same.
function request()
	if not body then
		return wrk.format()
	end
	turn = (turn + 1) % 1000
	return wrk.format(nil, nil, nil, (body:gsub("%%d", first + turn)))
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
