-- What a service can be given, and what it says when that is wrong.
local nginx = require "spec.support.nginx"

local MODEL = [[build = function(dg) return dg.L.Linear(2, 1) end, inputs = { shape = { 2 } },
  optimizer = { "SGD" }, targets = {}]]

local function setup_of(service, model)
  return ('require("resty.dgraph").setup { models = { m = { %s } }, %s }'):format(model or MODEL,
    service or "")
end

local describe_here = nginx.is_here and describe or pending

describe_here("lua-resty-dgraph's options #slow", function()
  local server
  after_each(function()
    if server then server:remove() end
    server = nil
  end)

  local function begin(service, model, options)
    server = nginx.new(setup_of(service, model), options)
    return server:start()
  end

  local function train(token)
    return server:post("/v1/models/m:train", { instances = { { 1, 2 } }, targets = { { 1 } } },
      token and { Authorization = "Bearer " .. token }).status
  end

  it("keep learning closed unless they say who may", function()
    assert(begin())
    assert.same({ 403, 403 }, { train(), train "0123456789abcdef" })
    assert.equal(200, server:post("/v1/models/m:predict", { instances = { { 1, 2 } } }).status)
    assert.equal("closed", server:get("/dgraph/status").json.server.learning)
  end)

  it("open learning to everybody but pages of other sites", function()
    assert(begin "open = true")
    assert.equal(200, train())
    local function from(origin)
      return server:post("/v1/models/m:train", { instances = { { 1, 2 } }, targets = { { 1 } } },
        { Origin = origin }).status
    end
    assert.same({ 200, 403, 403, 403 }, {
      from "http://localhost", from "https://evil.example", from "null", from "http://localhost:1",
    })
  end)

  it("keep a reader's room to what a request can hold", function()
    assert(begin("open = true, body = 1000", [[inputs = { shape = { 300 } }, batch = 1000,
      build = function(dg) return dg.L.Linear(300, 1) end]]))
    local row = {}
    for i = 1, 300 do row[i] = 1 end
    local body = require("cjson").encode { instances = { row } }
    assert.equal(200, server:post("/v1/models/m:predict", body).status)
    local response = server:post("/v1/models/m:predict", '{"instances":[[1],[1],[1],[1],[1]]}')
    assert.same({ 413, "5 instances are more than 4" }, { response.status, response.json.error })
  end)

  it("take the token out of a file", function()
    server = nginx.new(setup_of 'token_file = ngx.config.prefix() .. "token"')
    nginx.write(server.prefix .. "/token", "file-0123456789abcdef\n")
    assert(server:start())
    assert.same({ 401, 401, 200 },
      { train(), train "0123456789abcdef", train "file-0123456789abcdef" })
  end)

  it("take the token out of the environment", function()
    require("ffi").C.setenv("SPEC_DGRAPH_TOKEN", "environment-0123456789", 1)
    assert(begin 'token_env = "SPEC_DGRAPH_TOKEN"')
    assert.same({ 401, 200 }, { train(), train "environment-0123456789" })
  end)

  it("hide everything but health from those without the token", function()
    assert(begin 'token = "0123456789abcdef", private = true')
    local header = { Authorization = "Bearer 0123456789abcdef" }
    for _, path in ipairs {
      "/v1/models", "/v1/models/m", "/v1/models/m/metadata", "/v2/models/m", "/metrics",
      "/dgraph/status",
    } do
      assert.equal(401, server:get(path).status, path)
      assert.equal(200, server:get(path, header).status, path)
    end
    local body = { instances = { { 1, 2 } } }
    assert.equal(401, server:post("/v1/models/m:predict", body).status)
    assert.equal(200, server:post("/v1/models/m:predict", body, header).status)
    assert.equal(401, server:post("/v2/models/m/infer", {}).status)
    assert.equal(200, server:get("/v2/health/live").status)
  end)

  it("are refused with a reason where they make no sense", function()
    for _, case in ipairs {
      { "opne = true", MODEL, 'unknown option "opne"' },
      { "open = 1", MODEL, "open is a boolean, got a number" },
      { 'fsync = "never"', MODEL, "fsync is" }, { "body = 0", MODEL, "body is 0" },
      { 'token = "short"', MODEL, "shorter than 16" },
      { 'token = "one with blanks in it"', MODEL, "no bearer token" },
      { 'token_file = "/nowhere"', MODEL, "token_file" },
      { 'token_env = "NOT_SET_ANYWHERE"', MODEL, "NOT_SET_ANYWHERE" },
      { "", "inputs = { shape = { 1 } }", "either file or build" },
      { "", "file = '/nowhere', inputs = { shape = { 1 } }", "/nowhere" },
      { "", "build = function() end", "inputs are missing" },
      { "", "build = function() end, inputs = {}", "either shape or sparse" },
      { "", "build = function() end, inputs = { shape = { 1.5 } }", "axis 1" },
      { "", "build = function(dg) return dg.L.Linear(2, 1) end, inputs = { shape = { 3 } }",
        "model m" },
      { "", MODEL:gsub('"SGD"', '"Sgd"'), "no optimizer Sgd" },
      { "", MODEL:gsub('"SGD"', '"LBFGS"'), "history of its own" },
      { "", MODEL .. ', loss = "no_such"', "no function F.no_such" },
      { "", MODEL .. ", step = 0", "step is 0" },
    } do
      local started, message = begin(case[1], case[2])
      assert.falsy(started)
      assert.truthy(message:find(case[3], 1, true), message)
      server:remove()
    end
    server = nil
  end)

  it("can be tried by nginx -t without touching the state", function()
    assert(begin 'open = true, state = "state"')
    for _ = 1, 5 do assert.equal(200, train()) end
    local function listing()
      local pipe = io.popen(("ls -l --time-style=full-iso %s/state/m"):format(server.prefix))
      local text = pipe:read "*a"
      pipe:close()
      return text
    end
    assert(nginx.wait(function()
      return server:get("/dgraph/status").json.models[1].checkpoint.version > 0
    end))
    local before
    assert(nginx.wait(function() -- until the journals that the checkpoint has replaced are gone
      local seen = before
      before = listing()
      if before == seen then return true end
      nginx.sleep(0.3)
    end))
    assert.equal(0, os.execute(("PATH=$PATH:/usr/sbin nginx -t -p %s/ -c nginx.conf 2>/dev/null")
      :format(server.prefix)))
    assert.equal(before, listing())
    assert.equal(200, train())
  end)

  it("serve a model from a file, by its path alone", function()
    local dg = require "dgraph"
    dg.seed(3)
    local net = dg.Sequential(dg.L.Linear(2, 3), dg.F.tanh, dg.L.Linear(3, 2))
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    assert(dg.serializers.save_model(path, net))
    assert(begin("", ("file = %q, inputs = { shape = { 2 } }"):format(path)))
    local wanted = net(dg.tensor { { 0.5, -1 } }):totable()[1]
    local got = server:post("/v1/models/m:predict", { instances = { { 0.5, -1 } } })
    for i, p in ipairs(got.json.predictions[1]) do
      assert.truthy(math.abs(p - wanted[i]) < 1e-6)
    end
  end)
end)

describe("lua-resty-dgraph's rockspec", function()
  it("names all modules", function()
    local folder = "rocks/lua-resty-dgraph/"
    local rock = {}
    setfenv(assert(loadfile(folder .. "lua-resty-dgraph-scm-1.rockspec")), rock)()
    local pipe = io.popen("cd " .. folder .. " && find lib -name '*.lua'")
    local count = 0
    for path in pipe:lines() do
      local name = path:match "^lib/(.*)%.lua$":gsub("/", ".")
      assert.equal(path, rock.build.modules[name])
      count = count + 1
    end
    pipe:close()
    for _ in pairs(rock.build.modules) do count = count - 1 end
    assert.equal(0, count)
  end)
end)
