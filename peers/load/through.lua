-- Sends the tokens of a file, a line each, from its first to its last, as often as it
-- is told, and ends. There may be more of them than fit into memory.
dofile("result.lua")

local head, tail, file, left, tokens

-- wrk asks for a request that it does not send when it begins, and does not wait for
-- answers when it ends: so some tokens are sent once more.
local more = 1000

function init(args)
	wrk.headers["Authorization"] = "Bearer @"
	local whole = wrk.format()
	local at = whole:find("@", 1, true)
	head, tail = whole:sub(1, at - 1), whole:sub(at + 1)
	file, left = args[1], tonumber(args[2])
	tokens = io.lines(file)
end

function request()
	local token = tokens()
	if token == nil then
		left = left - 1
		tokens = io.lines(file)
		token = tokens()
	end
	if left <= 0 then
		more = more - 1
		if more == 0 then
			-- wrk sums up when it is interrupted; but where another of its threads
			-- than the first one is, it goes on sleeping.
			io.popen("(while kill -INT $PPID; do sleep 0.1; done) >/dev/null 2>&1 &"):close()
		end
	end
	return head .. token .. tail
end
