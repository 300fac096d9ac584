local dg = require "dgraph"
local classes = require "spec.support.classes"

--- README.md and all of docs, in one text.
local function documents()
  local texts = {}
  for path in io.popen("ls README.md docs/*.md"):lines() do
    for line in io.lines(path) do texts[#texts + 1] = line end
  end
  return table.concat(texts, "\n")
end

--- The names of a table that no document has: what begins with "_" is nobody's business.
local function unknown(text, names)
  local list = {}
  for name in pairs(names) do
    if type(name) == "string" and name:find "^[^_]"
      and not text:find("%f[%w_]" .. name .. "%f[^%w_]") then
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return table.concat(list, " ")
end

describe("README.md and docs", function()
  local text = documents()

  for _, name in ipairs { "functions", "random", "cuda", "dataset", "datasets", "iterators",
    "serializers", "initializers", "gradient_check", "reporter", "training", "function_hooks",
    "link_hooks", "testing" } do
    it("have all names of dg." .. name, function() assert.equal("", unknown(text, dg[name])) end)
  end

  it("have all names of dg, and all settings", function()
    assert.equal("", unknown(text, dg))
    assert.equal("", unknown(text, dg.dataset.tabular))
    assert.equal("", unknown(text, require "dgraph.config".values))
  end)

  it("have all extensions, triggers and writers", function()
    assert.equal("", unknown(text, dg.training.extensions))
    assert.equal("", unknown(text, dg.training.triggers))
    assert.equal("", unknown(text, dg.training.extensions.snapshot_writers))
  end)

  it("have all layers, optimizers and distributions", function()
    for _, folder in ipairs { "links", "optimizers", "distributions" } do
      local known = classes(dg[folder], ("lua/dgraph/%s/init.lua"):format(folder))
      assert.equal("", unknown(text, known))
    end
  end)

  it("have what tensors, layers and trainers can do", function()
    local tensor = require "dgraph.tensor"
    local own = { is = true, new = true, init = true } -- of every class
    for _, names in ipairs { tensor.methods, tensor.fields, dg.Link, dg.ChainList, dg.Sequential,
      dg.training.Trainer, dg.optimizers.Optimizer, dg.optimizers.GradientMethod } do
      local public = {}
      for name in pairs(names) do public[name] = not own[name] or nil end
      assert.equal("", unknown(text, public))
    end
  end)

  it("tell no name to be missing that is there", function()
    local tensor, config = require "dgraph.tensor", require "dgraph.config"
    local places = { dg, dg.F, dg.L, dg.Function, dg.datasets, dg.iterators, dg.serializers,
      dg.training, dg.training.extensions, dg.training.extensions.snapshot_writers,
      tensor.methods, tensor.fields, config.values }
    local count = 0
    local section = text:match "\n## What has another form, and why\n(.-)\n#"
    for names in section:gmatch "\n%- ([^:]+):" do
      for name in names:gmatch "`([%w_]+)`" do
        for _, place in ipairs(places) do assert.is_nil(place[name], name) end
        count = count + 1
      end
    end
    assert.is_true(count >= 16, count)
  end)
end)
