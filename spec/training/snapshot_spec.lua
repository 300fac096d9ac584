local dg = require "dgraph"
local folder = require "dgraph.training.folder"
local support = require "spec.support.training"

local extensions, Trainer = dg.training.extensions, dg.training.Trainer

describe("snapshot", function()
  local out
  before_each(function() out = support.folder() end)
  after_each(function() os.execute("rm -rf " .. out) end)

  local function trainer_of(stop, options, trigger)
    local updater, model = support.updater()
    local trainer = Trainer(updater, { stop, "iteration" }, out)
    trainer:extend(extensions.snapshot(options), { trigger = trigger })
    return trainer, model
  end

  local function names()
    local list = folder.list(out, "")
    table.sort(list)
    return list
  end

  it("is taken once in an epoch, after everything else", function()
    local trainer = trainer_of(10)
    trainer:run()
    assert.same({ "snapshot_iter_10", "snapshot_iter_5" }, names())
    local snapshot = trainer:get_extension "Snapshot"
    assert.equal(-100, snapshot.priority)
    assert.same({ 1, "epoch" }, snapshot.trigger)
  end)

  it("is loaded by load_npz: the training goes on as it would have", function()
    local whole, model = trainer_of(12, nil, { 4, "iteration" })
    whole:run()
    local rest, other = trainer_of(12, nil, { 4, "iteration" })
    assert(dg.serializers.load_npz(out .. "/snapshot_iter_4", rest))
    assert.equal(4, rest.updater.iteration)
    rest:run()
    assert.equal(support.bits(model), support.bits(other))
    assert.is_true(rest.elapsed_time > 0)
  end)

  it("keeps the newest only, by the numbers in their names", function()
    trainer_of(12, { n_retains = 2 }, { 1, "iteration" }):run()
    assert.same({ "snapshot_iter_11", "snapshot_iter_12" }, names())
  end)

  it("leaves files of other names alone", function()
    folder.make(out)
    assert(dg.serializers.savez(out .. "/snapshot_iter_1.old", {}))
    trainer_of(3, { n_retains = 1, filename = "snapshot_iter_{.updater.iteration}.npz" },
      { 1, "iteration" }):run()
    assert.same({ "snapshot_iter_1.old", "snapshot_iter_3.npz" }, names())
  end)

  it("loads the newest by itself, before anything else is initialized", function()
    trainer_of(9, {}, { 1, "iteration" }):run()
    local trainer, seen = trainer_of(11, { autoload = true }), nil
    trainer:extend(dg.training.make_extension { -- a trigger without a state in the file
      trigger = function() return false end,
      initializer = function(each) seen = each.updater.iteration end,
    }(function() end))
    trainer:run()
    assert.equal(9, seen)
    assert.equal(11, trainer.updater.iteration)
    trainer = trainer_of(1, { autoload = true, filename = "none" })
    trainer:run()
    assert.equal(1, trainer.updater.iteration)
  end)

  it("stops at once where the training was over", function()
    trainer_of(5):run()
    local trainer = trainer_of(5, { autoload = true })
    trainer:run()
    assert.equal(5, trainer.updater.iteration)
  end)

  it("says what a snapshot of another training lacks", function()
    trainer_of(1, {}, { 1, "iteration" }):run()
    local trainer = trainer_of(2, { autoload = true })
    trainer:extend(extensions.LogReport())
    assert.error_matches(function() trainer:run() end, "missing: extensions/LogReport")
  end)

  it("says which snapshot is damaged", function()
    folder.make(out)
    local file = assert(io.open(out .. "/snapshot_iter_3", "w"))
    file:write "no archive"
    file:close()
    assert.error_matches(function() trainer_of(5, { autoload = true }):run() end,
      "snapshot: .*snapshot_iter_3")
  end)

  it("is taken at an error where that is wanted, and not where a condition says no", function()
    local function failing(options)
      local trainer = trainer_of(5, options)
      trainer:extend(function() error "stop here" end, { trigger = { 2, "iteration" } })
      assert.error_matches(function() trainer:run() end, "stop here")
    end
    failing {}
    assert.same({}, names())
    failing { snapshot_on_error = true }
    assert.same({ "snapshot_iter_2" }, names())
    trainer_of(5, { condition = function() return false end }):run()
    assert.same({ "snapshot_iter_2" }, names())
  end)

  it("tells when it cannot write", function()
    local trainer = trainer_of(5, { filename = "no/such/folder" })
    assert.error_matches(function() trainer:run() end, "snapshot: .*no/such/folder")
    trainer = trainer_of(5, { filename = "{.updater.age}" })
    assert.error_matches(function() trainer:run() end, "a trainer has no updater.age")
    assert.error_matches(function()
      extensions.snapshot { filename = function() end, n_retains = 1 }
    end, "not a function")
  end)

  it("of an object saves that alone", function()
    local updater, model = support.updater()
    local trainer = Trainer(updater, { 5, "iteration" }, out)
    trainer:extend(extensions.snapshot_object(model, "model_{.updater.epoch}.npz"))
    trainer:extend(extensions.snapshot_object(model, function(each)
      return "at" .. each.updater.iteration
    end, { savefun = function(path, target)
      return dg.serializers.save_npz(path, target, false)
    end }))
    trainer:run()
    assert.same({ "at5", "model_1.npz" }, names())
    local _, other = support.updater()
    assert(dg.serializers.load_npz(out .. "/model_1.npz", other))
    assert.equal(support.bits(model), support.bits(other))
  end)

  it("makes a killed training end as if it had run through #slow", function()
    local lua = os.getenv "DGRAPH_LUA" or "luajit"
    local function start(place, flags)
      return io.popen(("exec %s spec/training/snapshot_child.lua %s 45 %s"):format(lua, place,
        flags))
    end
    local pipe = start(out .. "-whole", "")
    local whole = pipe:read "*a"
    pipe:close()
    os.execute("rm -rf " .. out .. "-whole")
    assert.matches("LogReport 45 %S+\n.*means 44 ", whole)

    for _, last in ipairs { 10, 26 } do
      pipe = start(out, "slowly")
      local pid = assert(tonumber(pipe:read "*l"))
      local first = tonumber(pipe:read "*l")
      assert.is_true(last == 10 and first == 1 or last ~= 10 and first > 1, first)
      repeat local line = pipe:read "*l" until tonumber(line) >= last
      os.execute("kill -9 " .. pid)
      local rest = pipe:read "*a"
      pipe:close()
      assert.is_nil(rest:find "LogReport", rest) -- it was killed before its end
    end
    pipe = start(out, "")
    local resumed = pipe:read "*a"
    pipe:close()
    assert.equal(whole, resumed)
  end)
end)
