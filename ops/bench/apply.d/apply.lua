-- Applies for chains, and writes down which ones were given: wrk -s apply.lua URL -- TENANT-KEY OUT-FOLDER
local threads = {}

function setup(thread)
    threads[#threads + 1] = thread
    thread:set("number", #threads)
end

function init(args)
    wrk.method = "POST"
    wrk.headers["Authorization"] = "Bearer " .. args[1]
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = '{"blueprint": "litecoin-regtest", "parameters": {"nodes": 1}}'
    out = io.open(args[2] .. "/" .. number, "w")
end

function response(status, headers, body)
    out:write(status, " ", body:match('"chain":%s*"([^"]+)"') or "none", "\n")
end

function done(summary, latency, requests)
    for _, share in ipairs({50, 90, 99}) do
        io.write(string.format("p%d %.3f\n", share, latency:percentile(share) / 1000))
    end
    io.write(string.format("seconds %.3f\n", summary.duration / 1000000))
    io.write(string.format("broken %d\n", summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
