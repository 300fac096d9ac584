local dg = require "dgraph"
local F, L = dg.F, dg.L

local function seed()
  local x = dg.Variable { 5 }
  x.name = "x"
  return x ^ 2 + x
end

describe("computational_graph", function()
  it("shows a tree as text", function()
    assert.equal(table.concat({
      "#1 add  float32 1",
      "├─ #2 square  float32 1",
      "│  └─ x  float32 1",
      "└─ x  float32 1",
    }, "\n"), dg.computational_graph(seed()):text())
  end)

  it("shows what is used twice once", function()
    local x = dg.Variable { 2 }
    local h = F.exp(x)
    local text = tostring(dg.computational_graph(h * F.sin(h)))
    assert.equal(1, select(2, text:gsub("#%d+ exp", "")))
    assert.is_truthy(text:find("exp  float32 1  (#2 above)", 1, true))
  end)

  it("names parameters by their paths in a model", function()
    local model = dg.Chain { l1 = L.Linear(3, 2) }
    local graph = dg.computational_graph(model.l1(dg.rand(4, 3)), { model = model })
    assert.is_truthy(graph:dot():find('"/l1/W\\nfloat32 2x3"', 1, true))
  end)

  it("is DOT, with results on the way as nodes where that is asked for", function()
    local dot = dg.computational_graph(seed(), { rankdir = "LR" }):dot()
    assert.is_truthy(dot:find "rankdir=LR")
    assert.equal(2, select(2, dot:gsub("shape=box", "")))
    assert.equal(0, select(2, dot:gsub("octagon", "")))
    local build = dg.computational_graph.build_computational_graph
    local all = build(seed(), { variables = true }):dump()
    assert.equal(2, select(2, all:gsub("octagon", "")))
  end)

  it("takes several results, and a leaf", function()
    local x = dg.Variable { 2 }
    local graph = dg.computational_graph { F.exp(x), F.sin(x) }
    assert.same({ 3, 2 }, { #graph.nodes, #graph.outputs })
    assert.equal("float32 1", dg.computational_graph(x):text())
  end)

  it("follows a chain of any length", function()
    local y = dg.Variable { 1 }
    for _ = 1, 20000 do y = y + 1 end
    assert.equal(20001, #dg.computational_graph(y).nodes)
  end)

  it("is drawn by Graphviz", function()
    local svg = assert(dg.computational_graph(seed()):svg())
    assert.is_truthy(svg:find "<svg" and svg:find ">square<")
    local path = os.tmpname() .. ".svg"
    assert(dg.computational_graph(seed()):save(path))
    local file = assert(io.open(path))
    assert.is_truthy(file:read "*a":find "</svg>")
    file:close()
    os.remove(path)
  end)

  it("refuses what is no tensor", function()
    assert.error_matches(function() dg.computational_graph(1) end,
      "dg.computational_graph: wanted a tensor or a list of tensors, got 1")
    assert.error_matches(function() dg.computational_graph({}) end, "wanted a tensor or a list")
    assert.error_matches(function() dg.computational_graph(seed(), { rank = 1 }) end,
      "unknown option \"rank\"")
  end)

  it("shows the lines that made nodes, in debug mode", function()
    local graph = dg.using_config("debug", true, function()
      return dg.computational_graph(dg.Variable { 5 } ^ 2)
    end)
    assert.matches("^#1 square  float32 1  spec/computational_graph_spec.lua:%d+\n└─ float32 1$",
      graph:text())
    assert.matches('label="square", .-, tooltip="spec/computational_graph_spec.lua:%d+"%];',
      graph:dot())
  end)
end)
