--- Sends hostile requests: each must be refused in the documented form, with no worker dead and the
--- parameters bit for bit as they were.
--
--     luajit spec/nginx/scripts/hostile.lua [COUNT]   # 1000
package.path = "?.lua;lua/?.lua;lua/?/init.lua;" .. package.path

local client = require "spec.support.http_client"
local json = require "cjson.safe"
local nginx = require "spec.support.nginx"

local SETUP = [[
  require("resty.dgraph").setup {
    token = "a-token-of-good-length", body = 65536,
    models = {
      dense = {
        build = function(dg)
          return dg.Sequential(dg.L.Linear(4, 8), dg.F.tanh, dg.L.Linear(8, 3))
        end,
        optimizer = { "Adam" }, inputs = { shape = { 4 } }, targets = { classes = 3 }, batch = 50,
      },
      sparse = {
        build = function() return require "resty.dgraph.sparse_linear"(100) end,
        optimizer = { "FTRL" }, inputs = { sparse = 100 }, targets = { binary = true }, batch = 50,
      },
    },
  }]]

--- Tells the bits of all tensors.
local EXTRA = [[
    location = /bits {
      content_by_lua_block {
        local ffi = require "ffi"
        for _, model in ipairs { "dense", "sparse" } do
          local memory = require("resty.dgraph").model(model).region
          ngx.print(ngx.md5(ffi.string(memory.live, memory.tensor_bytes)), " ")
        end
      }
    }]]

local TOKEN = "Bearer a-token-of-good-length"

local function random_of(list) return list[math.random(#list)] end

local function numbers(count)
  local odd = {
    "1e39", "-1e39", "1e999", "1e308", "null", "true", "\"1\"", "[]", "{}", "[1]", "NaN", "nan",
    "Infinity", "-Infinity", "0x10", "1e", "--1", "\"\\u0000\"", "1.7976931348623157e309",
  }
  local list, at = {}, math.random(count)
  for i = 1, count do list[i] = i == at and random_of(odd) or tostring(math.random(100)) end
  return table.concat(list, ",")
end

local function body_of(instances, targets)
  return ('{"instances":%s,"targets":%s}'):format(instances, targets or "[1]")
end

--- What can be wrong with a body, whatever the model.
local BODIES = {
  function() return "" end,
  function() return ("["):rep(math.random(60000)) end,
  function() return ('{"a":'):rep(math.random(20, 5000)) .. "1" end,
  function() return body_of("[[1,2,3,4]]"):sub(1, math.random(20)) end,
  function() return body_of("[[" .. numbers(4) .. "]]") end,
  function() return body_of("[[" .. ("1,"):rep(math.random(5, 3000)) .. "1e]]") end,
  function() return body_of("[" .. ("[1,2,3,4],"):rep(60) .. "[1,2,3,4]]") end,
  function()
    return body_of(random_of { "null", "1", "\"x\"", "{}", "[]", "[null]", "[1e400]" })
  end,
  function() return body_of("[[1,2,3,4]]", random_of {
    "null", "[]", "[4]", "[0.5]", "[1e300]", "[\"1\"]", "[1,1]", "[null]", "[[]]", "{}", "[-1]",
  }) end,
  function()
    local bytes = {}
    for i = 1, math.random(200) do bytes[i] = string.char(math.random(0, 255)) end
    return "\1" .. table.concat(bytes)
  end,
  function() return (" "):rep(65537 + math.random(1000)) end,
  function()
    return body_of("[[" .. random_of { "0", "101", "1.5", "-1", "1e18", "9e99" } .. "]]")
  end,
}

local function post(model, action, body, token)
  return ("POST /v1/models/%s:%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n"
    .. "Content-Length: %d\r\n\r\n%s"):format(model, action, token or TOKEN, #body, body)
end

local function infer(fields, extra)
  local body = ('{"inputs":[{"name":"input",%s}]}'):format(fields) .. (extra or "")
  local header = ""
  if extra then
    header = ("Inference-Header-Content-Length: %d\r\n"):format(math.random(-5, 200))
  end
  return ("POST /v2/models/dense/infer HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s")
    :format(header, #body, body)
end

--- What can be wrong with a request.
local REQUESTS = {
  function() return post(random_of { "dense", "sparse" }, "train", random_of(BODIES)()) end,
  function() return post(random_of { "dense", "sparse" }, "train", random_of(BODIES)()) end,
  function() return post(random_of { "dense", "sparse" }, "train", random_of(BODIES)()) end,
  function()
    return post("dense", "train", body_of("[[1,2,3,4]]"), random_of {
      "", "Bearer", "Bearer x", "Bearer a-token-of-good-lengti", "Basic YTpi", TOKEN .. "x",
      "Bearer " .. ("x"):rep(5000),
    })
  end,
  function()
    return ("%s %s HTTP/1.1\r\nHost: x\r\n\r\n"):format(
      random_of { "GET", "POST", "PUT", "DELETE" }, random_of {
        "/v1/models/../../../etc/passwd", "/v1/models/..%2f..%2fetc%2fpasswd", "/v1/models/%00",
        "/v1/models/dense:train/../../x", "/v1/models/" .. ("a"):rep(3000), "/dgraph/error",
        "/v1/models/dense:train%0d%0aX-A: b", "/dgraph/../state", "/v2/models//infer", "//",
        "/.git",
      })
  end,
  function()
    return infer(random_of {
      '"shape":[1,4],"datatype":"FP32","data":[1,2,3]',
      '"shape":[1e9,4],"datatype":"FP32","data":[1]',
      '"shape":[-1,4],"datatype":"FP32","data":[1,2,3,4]', '"shape":[],"datatype":"FP32","data":[]',
      '"shape":[1,4],"datatype":"BYTES","data":["a","b","c","d"]', '"shape":"x","datatype":"FP32"',
      '"shape":[1,4],"datatype":"FP32","data":[1,2,3,1e40]',
      '"shape":[1,4],"datatype":"FP64","parameters":{"binary_data_size":1e18}',
    })
  end,
  function()
    return infer('"shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}',
      ("\255"):rep(16))
  end,
  function() return random_of { "BLAH\r\n\r\n", "\0\0\0\r\n\r\n",
    "GET  / HTTP/1.1\r\n\r\n", "POST /v1/models/dense:train HTTP/1.1\r\nHost: x\r\n"
      .. "Content-Length: -5\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n" }
  end,
}

local function is_refused(response)
  if not response or not response.status then return false end
  if response.status < 400 or response.status > 499 then return false end
  local body = json.decode(response.body)
  return type(body) == "table" and type(body.error) == "string" and next(body, "error") == nil
    and not body.error:find("%.lua") and not body.error:find "stack traceback"
end

local function workers_text(server) return table.concat(server:children(), " ") end

--- Sends them; gives how many were refused as they should be, and what else came.
---@param count integer
---@return table report
local function run(count)
  local server = nginx.new(SETUP, { workers = 2, extra = EXTRA })
  local ok, report = pcall(function()
    assert(server:start())
    local before, workers = server:get("/bits").body, workers_text(server)
    local refused, others = 0, {}
    for _ = 1, count do
      local request = random_of(REQUESTS)()
      local connection = client.connect(server.port, 5)
      connection:send(request)
      local response = connection:receive()
      connection:close()
      if is_refused(response) then
        refused = refused + 1
      else
        local shown = request:sub(1, 300):gsub("[^%g \n]", "?")
        others[#others + 1] = ("%s\n-> %s %s"):format(shown,
          tostring(response and response.status), response and response.body or "nothing")
      end
    end
    -- One that never sends its body: the connection is closed, or answered by 408.
    local slow = client.connect(server.port, 10)
    slow:send(post("dense", "train", body_of "[[1,2,3,4]]"):sub(1, -10))
    local response = slow:receive()
    slow:close()
    return {
      count = count, refused = refused, others = others,
      slow = response == nil or response.status == 408,
      same_workers = workers_text(server) == workers,
      same_bits = server:get("/bits").body == before,
      is_alive = server:get("/v2/health/ready").status == 200,
    }
  end)
  server:remove()
  if not ok then error(report, 0) end
  return report
end

if arg and (arg[0] or ""):find "hostile.lua$" then
  local report = run(tonumber(arg[1]) or 1000)
  for i = 1, math.min(20, #report.others) do print(report.others[i]) end
  print(("%d of %d refused; workers %s; parameters %s; slow body %s"):format(report.refused,
    report.count, report.same_workers and "alive" or "DIED",
    report.same_bits and "unchanged" or "CHANGED", report.slow and "refused" or "NOT refused"))
  local good = report.refused == report.count and report.same_workers and report.same_bits
  os.exit(good and report.slow and report.is_alive and 0 or 1)
end

return run
