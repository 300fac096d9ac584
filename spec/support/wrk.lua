-- wrk, which sends one request over and over, and what it measured.
local nginx = require "spec.support.nginx"

local wrk = {}

--- Starts it; `wrk.figures` waits for it.
function wrk.start(server, path, body, seconds, connections)
  local script = server.prefix .. "/wrk.lua"
  nginx.write(script, ("wrk.method = 'POST'\nwrk.body = %q\n"):format(body))
  return io.popen(("wrk -t1 -c%d -d%ds --latency -s %s http://127.0.0.1:%d%s"):format(
    connections or 8, seconds, script, server.port, path))
end

--- Requests a second and latencies, of what wrk prints.
function wrk.figures(pipe)
  local text = pipe:read "*a"
  pipe:close()
  return {
    rate = tonumber(text:match "Requests/sec:%s+([%d.]+)"),
    requests = tonumber(text:match "(%d+) requests in"), p50 = text:match "50%%%s+(%S+)",
    p99 = text:match "99%%%s+(%S+)",
    failed = text:match "Non%-2xx[^\n]*" or text:match "Socket errors[^\n]*",
  }
end

function wrk.print(name, figure)
  print(("%-28s %8.0f requests/s, p50 %s, p99 %s %s"):format(name, figure.rate, figure.p50,
    figure.p99, figure.failed or ""))
end

--- A handler that only decodes and encodes the same JSON, with as many digits as a prediction has,
--- and one that does nothing.
wrk.HANDLERS = [[
    location = /empty { content_by_lua_block { ngx.print "" } }
    location = /json {
      content_by_lua_block {
        local cjson = require "cjson.safe"
        ngx.req.read_body()
        local request = cjson.decode(ngx.req.get_body_data())
        local text = cjson.encode { predictions = { { 0.123456789 * #request.instances } } }
        ngx.header.content_type, ngx.header.content_length = "application/json", #text
        ngx.print(text)
      }
    }]]

return wrk
