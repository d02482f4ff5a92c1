-- Counts each status. wrk itself counts those of 400 and above only.
dofile("result.lua")

local statuses = {}

function response(status)
	statuses[status] = (statuses[status] or 0) + 1
	local list = {}
	for code, count in pairs(statuses) do
		table.insert(list, string.format('"%d":%d', code, count))
	end
	counted = "{" .. table.concat(list, ",") .. "}"
end
