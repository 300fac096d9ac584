local ffi = require "ffi"
local dg = require "dgraph"
local counts = require "spec.support.counts"
local folder = require "dgraph.training.folder"
local settle = require "spec.support.settle"
local support = require "spec.support.training"

ffi.cdef [[
int spec_kill(int process, int signal) asm("kill");
int spec_getpid(void) asm("getpid");
int spec_waitpid(int process, int *status, int options) asm("waitpid");
int spec_usleep(unsigned microseconds) asm("usleep");
]]

local extensions, Trainer = dg.training.extensions, dg.training.Trainer
local writers = extensions.snapshot_writers

describe("snapshot writers", function()
  local out
  before_each(function()
    out = support.folder()
    folder.make(out)
  end)
  after_each(function()
    os.execute("rm -rf " .. out)
    assert.equal(-1, ffi.C.spec_waitpid(-1, nil, 1)) -- no process is left behind
  end)

  local function trainer_of(stop, options, trigger)
    local updater, model = support.updater()
    local trainer = Trainer(updater, { stop, "iteration" }, out)
    trainer:extend(extensions.snapshot(options), { trigger = trigger or { 1, "iteration" } })
    return trainer, model
  end

  local function names(start)
    local list = folder.list(out, start or "snapshot")
    table.sort(list)
    return list
  end

  local function load(name)
    local trainer, model = trainer_of(9)
    assert(dg.serializers.load_npz(out .. "/" .. name, trainer, { strict = false }))
    return trainer, support.bits(model)
  end

  --- Waits until a file is there.
  local function wait_for(path)
    for _ = 1, 500 do
      if io.open(path) then return end
      ffi.C.spec_usleep(20000)
    end
    error "the file that was waited for has not come"
  end

  describe("SimpleWriter", function()
    it("saves before it comes back, with what savefun is given", function()
      local model = dg.L.Linear(2, 2)
      writers.SimpleWriter()("a.npz", out, model)
      writers.SimpleWriter(nil, { compression = false })("b.npz", out, model)
      assert.is_true(#support.read(out .. "/b.npz") > #support.read(out .. "/a.npz"))
      local seen
      writers.SimpleWriter(function(...) seen = { ... } end, 7)("c", out, model)
      assert.same({ out .. "/c", model, 7 }, seen)
      assert.error_matches(function() writers.SimpleWriter(3) end,
        "^SimpleWriter: wanted a function, got 3")
      assert.error_matches(function() writers.SimpleWriter()("a", out .. "/none", model) end,
        "^snapshot: .*none/a")
    end)
  end)

  describe("Writer", function()
    it("is the base of other writers, which say when it saves", function()
      local Late = writers.Writer:extend "Late"
      function Late:__call(...) self.waiting = { ... } end
      function Late:finalize() self:save(unpack(self.waiting)) end
      local late = Late()
      trainer_of(2, { writer = late, n_retains = 1 }):run()
      assert.same({ "snapshot_iter_2" }, names())
      assert.error_matches(function() writers.Writer()("a", out, {}) end, "Writer has no method")
    end)
  end)

  it("may be functions; savefun is for the usual one", function()
    local seen = {}
    trainer_of(2, { writer = function(name, where, target)
      seen[#seen + 1] = { name, where, target.updater.iteration }
    end, n_retains = 1 }):run()
    assert.same({ { "snapshot_iter_1", out, 1 }, { "snapshot_iter_2", out, 2 } }, seen)
    assert.error_matches(function()
      extensions.snapshot { savefun = print, writer = print }
    end, "^snapshot: savefun and writer exclude each other")
    assert.error_matches(function() extensions.snapshot { writer = 3 } end,
      "^snapshot: writer: wanted a function, got 3")
    local _, object = support.updater()
    extensions.snapshot_object(object, "a", { writer = print })
  end)

  describe("ProcessWriter", function()
    it("writes what the usual one does", function()
      local whole, model = trainer_of(3, { n_retains = 2, writer = writers.ProcessWriter() })
      whole:run()
      assert.same({ "snapshot_iter_2", "snapshot_iter_3" }, names())
      local trainer, bits = load "snapshot_iter_3"
      assert.equal(3, trainer.updater.iteration)
      assert.equal(support.bits(model), bits)
    end)

    it("writes what was there at the snapshot, while the training goes on", function()
      local own = ffi.C.spec_getpid()
      local function savefun(path, target)
        if ffi.C.spec_getpid() == own then return nil, "this is no other process" end
        wait_for(out .. "/go")
        return dg.serializers.save_npz(path, target)
      end
      local trainer, model = trainer_of(3, { writer = writers.ProcessWriter(savefun) },
        function(each) return each.updater.iteration == 1 end)
      local then_bits
      trainer:extend(function(each)
        if each.updater.iteration == 1 then then_bits = support.bits(model) end
        if each.updater.iteration < 3 then return end
        assert.same({}, names())
        io.open(out .. "/go", "w"):close()
      end, { trigger = { 1, "iteration" }, name = "go" })
      trainer:run()
      assert.same({ "snapshot_iter_1" }, names())
      assert.equal(1, load("snapshot_iter_1").updater.iteration)
      assert.equal(then_bits, select(2, load "snapshot_iter_1"))
      assert.not_equal(then_bits, support.bits(model))
    end)

    it("tells what went wrong at the next snapshot, which is written, or at the end", function()
      local model = dg.L.Linear(2, 2)
      local writer = writers.ProcessWriter()
      writer("a", out .. "/none", model)
      local done, message = pcall(writer, "b", out, model)
      assert.is_false(done)
      assert.matches("^spec/training/snapshot_writers_spec.lua:%d+: snapshot: .*none/a", message)
      writer:finalize()
      assert.same({ "b" }, names "b")
      assert.error_matches(function() trainer_of(1, {
        writer = writers.ProcessWriter(function() error "not today" end),
      }):run() end, "not today")
    end)

    it("notices that its process was killed", function()
      local writer = writers.ProcessWriter(function()
        ffi.C.spec_kill(ffi.C.spec_getpid(), 9)
      end)
      writer("a", out, dg.L.Linear(2, 2))
      assert.error_matches(function() writer:finalize() end,
        "snapshot: the process that writes a was ended by signal 9")
      writer:finalize()
    end)

    it("writes once more at an error where that is wanted", function()
      local trainer = trainer_of(5, { snapshot_on_error = true, writer = writers.ProcessWriter() },
        { 1, "epoch" })
      trainer:extend(function() error "stop here" end, { trigger = { 2, "iteration" } })
      assert.error_matches(function() trainer:run() end, "stop here")
      assert.same({ "snapshot_iter_2" }, names())
    end)

    it("leaves nothing behind", function()
      local model = dg.L.Linear(2, 2)
      local writer = writers.ProcessWriter()
      writer("a", out, model)
      writer:finalize()
      settle()
      local before = counts()
      for _ = 1, 3 do writer("a", out, model) end
      writer:finalize()
      settle()
      assert.same(before, counts())
    end)
  end)
end)
