-- Sends what wrk's command line says, and tells the result.
dofile("result.lua")
