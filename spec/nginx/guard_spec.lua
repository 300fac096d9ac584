-- No client can spoil a model, or keep others waiting.
local nginx = require "spec.support.nginx"
local client = require "spec.support.http_client"

local SETUP = [[
  require("resty.dgraph").setup {
    open = true, state = "state", checkpoint_every = 3600,
    models = {
      window = {
        build = function(dg)
          local link = dg.links.Linear(1, 1)
          link.W:fill(2)
          link.b:fill(0)
          return link
        end,
        optimizer = { "SGD", 0.1 }, inputs = { shape = { 1 } }, targets = {},
        holdout = {
          every = 10, size = 8, tolerance = 0.5,
          instances = { { 1 }, { -1 }, { 0.5 } }, targets = { { 2 }, { -2 }, { 1 } },
        },
      },
      broken = {
        build = function(dg)
          local Broken = dg.Link:extend "Broken"
          function Broken:init() self.l = dg.links.Linear(1, 1) end
          function Broken:forward(x)
            if not dg.config.train and io.open(ngx.config.prefix() .. "break") then
              os.remove(ngx.config.prefix() .. "break")
              self.l.W.data:fill(1 / 0)
            end
            return self.l(x)
          end
          return Broken()
        end,
        optimizer = { "SGD", 0.01 }, inputs = { shape = { 1 } }, targets = {},
      },
      wide = {
        build = function(dg)
          local Slow = dg.Link:extend "Slow"
          function Slow:init() self.l = dg.links.Linear(2, 1) end
          function Slow:forward(x)
            local clock = require "dgraph.utils.clock"
            local finish = clock() + 0.004 * (dg.config.train and 1 or 0)
            while clock() < finish do end
            return self.l(x)
          end
          return Slow()
        end,
        optimizer = { "SGD", 0.01 }, inputs = { shape = { 2 } }, targets = {}, step = 1,
        budget_us = 1000, gather_us = 3000, batch = 200,
      },
      bad = {
        build = function(dg)
          local Bad = dg.Link:extend "Bad"
          function Bad:init() self.l = dg.links.Linear(1, 1) end
          function Bad:forward(x)
            if x:item() == 13 then error "/secret/path is unlucky" end
            return self.l(x)
          end
          return Bad()
        end,
        inputs = { shape = { 1 } },
      },
    },
    seconds = 4,
  }]]

local describe_here = nginx.is_here and describe or pending

describe_here("lua-resty-dgraph's guard #slow", function()
  local server

  setup(function()
    server = nginx.new(SETUP)
    assert(server:start())
  end)
  teardown(function() server:remove() end)

  local function train(model, instances, targets)
    return server:post("/v1/models/" .. model .. ":train",
      { instances = instances, targets = targets })
  end
  local function predict(model, instances)
    return server:post("/v1/models/" .. model .. ":predict", { instances = instances })
  end
  local function status(name)
    for _, model in ipairs(server:get("/dgraph/status").json.models) do
      if model.name == name then return model end
    end
  end

  it("takes a model back that became worse for what is held out", function()
    assert(nginx.wait(function() return status("window").checkpoint.version > 0 end))
    local version = status("window").checkpoint.version
    local before = predict("window", { { 1 } }).body
    for _ = 1, 5 do assert.equal(200, train("window", { { 1 } }, { { -50 } }).status) end
    assert.not_equal(before, predict("window", { { 1 } }).body)
    assert(nginx.wait(function() return status("window").guard.rollbacks == 1 end))
    assert.equal(before, predict("window", { { 1 } }).body)
    local guard = status("window").guard
    assert.equal(5, guard.rolled_back_steps)
    assert.truthy(guard.window_loss > guard.good_loss)
    assert.truthy(server:log():find "held out rose")
    -- What was taken back does not come again from the journal.
    assert(nginx.wait(function() return status("window").checkpoint.version > version end))
    server:kill()
    assert(server:start())
    assert.equal(before, predict("window", { { 1 } }).body)
  end)

  it("goes on where learning does no harm, and holds examples out", function()
    local held_out = 0
    for i = 1, 30 do
      local response = train("window", { { i % 3 - 1 } }, { { 2.1 * (i % 3 - 1) } })
      assert.equal(200, response.status)
      if response.json.held_out then held_out = held_out + 1 end
    end
    local rollbacks = status("window").guard.rollbacks
    nginx.sleep(1.2)
    local now = status "window"
    assert.same({ 3, 27, rollbacks }, { held_out, now.examples % 27 == 0 and 27 or now.examples,
      now.guard.rollbacks })
    assert.equal(6, now.guard.window)
  end)

  it("takes a model back whose parameters are not finite", function()
    assert.equal(200, train("broken", { { 1 } }, { { 1 } }).status)
    assert(nginx.wait(function() return status("broken").guard.good_steps == 1 end))
    local before = predict("broken", { { 1 } }).body
    nginx.write(server.prefix .. "/break", "")
    assert.equal(400, predict("broken", { { 1 } }).status)
    assert.truthy(nginx.wait(function() return predict("broken", { { 1 } }).body == before end))
    assert.equal(1, status("broken").guard.rollbacks)
  end)

  it("tells nobody what went wrong inside of a model", function()
    local response = predict("bad", { { 13 } })
    assert.same({ 500, "the model cannot do with this" }, { response.status, response.json.error })
    assert.truthy(server:log():find "/secret/path")
    assert.equal(200, predict("bad", { { 12 } }).status)
  end)

  it("learns long requests in slices, others come in between", function()
    local instances, targets = {}, {}
    for i = 1, 20 do instances[i], targets[i] = { 1, i / 200 }, { 0 } end
    local long = server:connect()
    local body = require "cjson".encode { instances = instances, targets = targets }
    long:send(("POST /v1/models/wide:train HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s")
      :format(#body, body))
    local between, steps = 0, nil
    assert(nginx.wait(function()
      steps = status("wide").steps
      if steps > 0 and steps < 20 then between = between + 1 end
      return steps == 20
    end), steps)
    assert.truthy(between > 1, between)
    assert.equal(200, long:receive().status)
    long:close()
  end)

  it("gives up on requests that take too long", function()
    local instances, targets = {}, {}
    for i = 1, 200 do instances[i], targets[i] = { 1, i / 200 }, { 0 } end
    local response = train("wide", instances, targets)
    assert.equal(503, response.status)
    assert.truthy(response.json.error:find "out of time %(%d+ instances were learnt%)")
  end)

  it("predicts for several requests at once", function()
    local connections = {}
    for i = 1, 12 do
      connections[i] = server:connect()
      local body = ("{\"instances\":[[%d,1],[0,%s]]}"):format(i, i == 7 and "\"x\"" or "1")
      connections[i]:send(("POST /v1/models/wide:predict HTTP/1.1\r\nHost: x\r\n"
        .. "Content-Length: %d\r\n\r\n%s"):format(#body, body))
    end
    for i = 1, 12 do
      local response = connections[i]:receive()
      connections[i]:close()
      if i == 7 then
        assert.equal(400, response.status)
      else
        assert.equal(200, response.status)
        local alone = predict("wide", { { i, 1 }, { 0, 1 } })
        assert.equal(alone.body, response.body)
      end
    end
  end)

  it("does not wait for slow bodies", function()
    local slow = client.connect(server.port)
    slow:send "POST /v1/models/wide:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    assert.equal(200, server:get("/v2/health/live").status)
    local response = slow:receive()
    assert.truthy(response == nil or response.status == 408)
    slow:close()
  end)
end)
