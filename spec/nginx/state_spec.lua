-- What was learnt outlives workers, reloads, upgrades, and all of nginx.
local nginx = require "spec.support.nginx"

-- The service with one model of a matrix; `more` goes into the options of the model, `service`
-- into those of the service.
local function configuration(more, service)
  return ([[
    local setup = function(more, service)
      local options = {
        state = "state", open = true, fsync = "always", checkpoint_every = 3600,
        models = { m = {
          build = function(dg)
            dg.seed(7)
            local Fragile = dg.Link:extend "Fragile"
            function Fragile:init() self.l = dg.links.Linear(3, 2) end
            function Fragile:forward(x)
              local file = dg.config.train and io.open(ngx.config.prefix() .. "die")
              if file then
                local ffi = require "ffi"
                self.l.W:fill(77) -- half a step
                ffi.cdef "int kill(int, int); int getpid(void);"
                ffi.C.kill(ffi.C.getpid(), 9)
              end
              return self.l(x)
            end
            return Fragile()
          end,
          optimizer = { "Adam", { alpha = 0.01 } }, inputs = { shape = { 3 } }, targets = {},
        } },
      }
      for key, value in pairs(more) do options.models.m[key] = value end
      for key, value in pairs(service) do options[key] = value end
      require("resty.dgraph").setup(options)
    end
    setup({ %s }, { %s })]]):format(more or "", service or "")
end

local INSTANCES = { { 1, 2, 3 }, { -1, 0.5, 0 } }

local describe_here = nginx.is_here and describe or pending

describe_here("lua-resty-dgraph's state #slow", function()
  local server

  local function begin(more, service, options)
    server = nginx.new(configuration(more, service), options)
    assert(server:start())
  end
  after_each(function()
    if server then server:remove() end
    server = nil
  end)

  local function train(i)
    return server:post("/v1/models/m:train", { instances = { { i % 3, i % 5, 1 } },
      targets = { { i % 2, -1 } } })
  end

  local function learn(count)
    for i = 1, count do
      local response = train(i)
      assert.equal(200, response.status, response.body)
    end
  end

  local function answer()
    return server:post("/v1/models/m:predict", { instances = INSTANCES }).body
  end
  local function status() return server:get("/dgraph/status").json.models[1] end
  local function files(pattern)
    local pipe = io.popen(("ls %s/state/m/%s 2>/dev/null"):format(server.prefix, pattern))
    local list = {}
    for line in pipe:lines() do list[#list + 1] = line end
    pipe:close()
    return list
  end
  local function wait_for_checkpoint(version)
    assert(nginx.wait(function() return status().checkpoint.version >= version end))
  end

  it("is bit for bit what it was after kill -9 of everything", function()
    begin("exact = true", "", { workers = 2 })
    wait_for_checkpoint(1)
    local first = answer()
    learn(30)
    local before = answer()
    assert.not_equal(first, before)
    server:kill()
    assert(server:start())
    assert.equal(before, answer())
    local now = status()
    assert.same({ 30, 30 }, { now.steps, now.journal.replayed })
    learn(5)
    before = answer()
    server:kill()
    assert(server:start())
    assert.same({ before, 35 }, { answer(), status().steps })
  end)

  it("goes on from a checkpoint and what came behind it", function()
    begin("", "checkpoint_every = 1")
    learn(10)
    assert(nginx.wait(function() return status().checkpoint.steps == 10 end))
    local version = status().checkpoint.version
    server:configure(configuration())
    server:reload()
    learn(7)
    local before = answer()
    assert.truthy(status().checkpoint.version >= version)
    server:kill()
    assert(server:start())
    local now = status()
    assert.same({ before, 17 }, { answer(), now.steps })
    assert.truthy(now.journal.replayed <= 7)
  end)

  it("stays in memory when a worker is killed, and when nginx reloads", function()
    begin("", "", { workers = 2 })
    learn(10)
    local before = answer()
    for _, pid in ipairs(server:children()) do
      nginx.kill(pid, 9)
      assert(nginx.wait(function() return #server:children() == 2 end))
    end
    assert.same({ before, 10 }, { answer(), status().steps })
    server:reload()
    assert.same({ before, 10 }, { answer(), status().steps })
    learn(10)
    server:reload()
    assert.same({ 20, 0 }, { status().steps, status().journal.replayed })
  end)

  it("has running means, dropout, and an optimizer's numbers in it", function()
    begin([[exact = true, optimizer = { "NAdam" }, build = function(dg)
      dg.seed(7)
      return dg.Sequential(dg.L.Linear(3, 8), dg.L.BatchNormalization(8), dg.F.tanh,
        dg.L.Linear(8, 2))
    end]], "", { workers = 2 })
    local first = answer()
    for i = 1, 30 do
      assert.equal(200, server:post("/v1/models/m:train", {
        instances = { { i, 1, 2 }, { 0, i % 4, 1 } }, targets = { { 1, 0 }, { 0, 1 } },
      }).status)
    end
    local before = answer()
    assert.not_equal(first, before)
    -- Both workers answer the same: their running means are one.
    for _ = 1, 10 do assert.equal(before, answer()) end
    server:reload()
    assert.equal(before, answer())
    server:kill()
    assert(server:start())
    assert.same({ before, 30 }, { answer(), status().steps })
    local header = nginx.wait(function()
      return nginx.read(server.prefix .. "/state/m/checkpoint.safetensors")
    end)
    assert.truthy(header:find("avg_mean", 1, true) and header:find("optimizer/", 1, true))
  end)

  it("is nobody else's to read or write", function()
    begin("", "checkpoint_every = 1")
    learn(1)
    assert(nginx.wait(function() return status().checkpoint.version == 1 end))
    learn(1)
    assert(nginx.wait(function() return status().checkpoint.version == 2 end))
    local pipe = io.popen("stat -c %a " .. server.prefix .. "/state/m/*")
    local modes = pipe:read "*a"
    pipe:close()
    assert.truthy(select(2, modes:gsub("\n", "")) >= 4, modes) -- checkpoints, journal, lock
    assert.equal("", (modes:gsub("600\n", "")))
  end)

  it("stays in memory without a state folder, too", function()
    server = nginx.new((configuration():gsub('state = "state", ', "")))
    assert(server:start())
    learn(3)
    local before = answer()
    server:reload()
    assert.same({ before, 3 }, { answer(), status().steps })
    assert.falsy(status().checkpoint)
  end)

  it("goes over to a new binary", function()
    begin()
    learn(10)
    local before, old = answer(), server.master
    nginx.kill(old, 12) -- USR2
    assert(nginx.wait(function() return nginx.exists(server.prefix .. "/nginx.pid.oldbin") end))
    assert(nginx.wait(function()
      server.master = tonumber(nginx.read(server.prefix .. "/nginx.pid") or "")
      return server.master and server.master ~= old and #server:children() == 1
    end))
    nginx.kill(old, 3) -- QUIT
    assert(nginx.wait(function()
      return not nginx.exists(server.prefix .. "/nginx.pid.oldbin")
    end))
    assert.same({ before, 10, 0 }, { answer(), status().steps, status().journal.replayed })
    learn(1)
    assert.equal(11, status().steps)
  end)

  it("leaves out what was cut off at the end of a journal", function()
    begin()
    wait_for_checkpoint(1)
    learn(10)
    server:kill()
    local path = files("journal-*")[1]
    local text = nginx.read(path)
    nginx.write(path, text:sub(1, -5))
    assert(server:start())
    assert.equal(9, status().steps)
    server:kill()
    nginx.write(path, text .. ("\0"):rep(4096))
    assert(server:start())
    assert.equal(10, status().steps)
  end)

  it("does not start from a journal that is damaged elsewhere, unless it is told to", function()
    begin()
    wait_for_checkpoint(1)
    learn(10)
    server:kill()
    local path = files("journal-*")[1]
    local text = nginx.read(path)
    local middle = math.floor(#text / 2)
    nginx.write(path, text:sub(1, middle) .. "XXXX" .. text:sub(middle + 5))
    local started, message = server:start()
    assert.falsy(started)
    assert.truthy(message:find("damaged at byte", 1, true), message)
    server:configure(configuration("", "skip_damaged = true"))
    assert(server:start())
    local now = status()
    assert.truthy(now.steps >= 3 and now.steps <= 6)
    assert.equal(1, now.journal.damaged)
  end)

  it("takes the checkpoint before, and all that came behind it, where one is damaged", function()
    begin("", "checkpoint_every = 1")
    learn(10)
    assert(nginx.wait(function() return status().checkpoint.steps == 10 end))
    learn(10)
    assert(nginx.wait(function() return status().checkpoint.steps == 20 end))
    local before = answer()
    server:kill()
    local path = server.prefix .. "/state/m/checkpoint.safetensors"
    nginx.write(path, nginx.read(path):sub(1, -9) .. "damaged!")
    assert(server:start())
    assert.same({ before, 20, 10 }, { answer(), status().steps, status().journal.replayed })
  end)

  it("does not start where options have become less than what a journal holds", function()
    begin("batch = 8, step = 8")
    wait_for_checkpoint(1)
    local instances, targets = {}, {}
    for i = 1, 8 do instances[i], targets[i] = { i / 8, 1, 0 }, { 0, 1 } end
    assert.equal(200, server:post("/v1/models/m:train",
      { instances = instances, targets = targets }).status)
    local before = answer()
    server:kill()
    server:configure(configuration("batch = 4"))
    local started, message = server:start()
    assert.falsy(started)
    assert.truthy(message:find("must not become less", 1, true), message)
    server:configure(configuration())
    assert(server:start())
    assert.equal(before, answer())
  end)

  it("refuses a model of other shapes", function()
    begin()
    wait_for_checkpoint(1)
    server:kill()
    server:configure(configuration("build = function(dg) return dg.links.Linear(3, 4) end"))
    local started, message = server:start()
    assert.falsy(started)
    assert.truthy(message:find("other shapes", 1, true), message)
    server:configure(configuration())
    assert(server:start())
  end)

  it("is not learnt where it cannot be kept", function()
    begin()
    wait_for_checkpoint(1)
    local before = answer()
    os.execute(("mv %s/state %s/gone"):format(server.prefix, server.prefix))
    local response = train(1)
    assert.equal(503, response.status)
    assert.truthy(response.json.error:find("nothing is learnt", 1, true))
    assert.falsy(response.json.error:find(server.prefix, 1, true))
    assert.equal("1", response.headers["retry-after"])
    assert.same({ before, 0 }, { answer(), status().steps })
    os.execute(("mv %s/gone %s/state"):format(server.prefix, server.prefix))
    assert.equal(200, train(1).status)
  end)

  it("tells why there is no checkpoint, stays ready, and tries again", function()
    begin("", "checkpoint_every = 3")
    wait_for_checkpoint(1)
    learn(1)
    os.execute(("mv %s/state %s/gone"):format(server.prefix, server.prefix))
    assert(nginx.wait(function() return server:log():find "no checkpoint: [^\n]*No such file" end))
    assert.truthy(status().checkpoint.failures >= 1)
    assert.equal(200, server:get("/v2/health/ready").status)
    os.execute(("mv %s/gone %s/state"):format(server.prefix, server.prefix))
    assert(nginx.wait(function() return status().checkpoint.failures_in_a_row == 0 end))
    assert.equal(200, train(2).status)
    local before, steps = answer(), status().steps
    server:kill()
    assert(server:start())
    assert.same({ before, steps }, { answer(), status().steps })
  end)

  it("belongs to one server at a time", function()
    begin()
    learn(10)
    local second = nginx.new(configuration("", ("state = %q"):format(server.prefix .. "/state")))
    finally(function() second:remove() end)
    assert(second:start())
    local response = second:post("/v1/models/m:train", { instances = { { 1, 1, 1 } },
      targets = { { 1, 1 } } })
    assert.equal(503, response.status)
    assert.equal(503, second:get("/v2/health/ready").status)
    learn(2)
    local before = answer()
    server:quit()
    assert(nginx.wait(function() return second:get("/v2/health/ready").status == 200 end))
    assert.same({ before, 12 }, {
      second:post("/v1/models/m:predict", { instances = INSTANCES }).body,
      second:get("/dgraph/status").json.models[1].steps,
    })
  end)

  it("is restored where a worker died within a step of the exact mode", function()
    begin("exact = true", "", { workers = 2 })
    learn(10)
    local before = answer()
    nginx.write(server.prefix .. "/die", "")
    assert.is_nil(train(1))
    os.remove(server.prefix .. "/die")
    assert(nginx.wait(function() return #server:children() == 2 end))
    assert.equal(200, train(2).status)
    assert.equal(1, status().guard.recoveries)
    local after = answer()
    assert.not_equal(before, after)
    server:kill()
    assert(server:start())
    assert.equal(after, answer())
    server:remove()
    -- What was cut off was on record, so it was learnt by the recovery; then what came next.
    begin("exact = true")
    learn(10)
    train(1)
    train(2)
    assert.equal(after, answer())
  end)
end)
