local contract = dofile "c/tools/contract.lua"

local FAMILY = "Family: sums\nShapes: x: any; y: the same.\nDtypes: floats; y has x's.\n"
  .. "Errors: none.\nSource: NumPy."

local function item(name, text, line)
  return { name = name, line = line or 1, block = { text = text, listed = {}, classes = {} } }
end

local function family(text) return item(nil, text) end

--- What contract.check says of the items of a file.
local function complaints(items, lines)
  local module, list = { path = "f.lua", items = items }, {}
  contract.resolve(module)
  contract.check(module, lines or { "" }, function(what) list[#list + 1] = what end)
  return list
end

describe("contract", function()
  it("takes the lines of a family where a function has none of its own", function()
    local own = item("F.b", "Text.\nDtypes: any; y has\nx's.")
    local items = { family(FAMILY), item("F.a", "Text."), own, family "Family: others" }
    items[5] = item("F.c", "Text.")
    assert.same({
      "f.lua:1: F.c has no line \"Shapes:\"", "f.lua:1: F.c has no line \"Dtypes:\"",
      "f.lua:1: F.c has no line \"Errors:\"", "f.lua:1: F.c has no line \"Source:\"",
    }, complaints(items))
    assert.equal("floats; y has x's.", items[2].contract.Dtypes)
    assert.equal("any; y has x's.", own.contract.Dtypes)
    assert.equal("NumPy.", own.contract.Source)
    assert.equal("Text.", own.text)
  end)

  it("wants names of dtypes", function()
    local items = { family(FAMILY), item("F.a", "Dtypes: what fits.") }
    assert.same({ "f.lua:1: F.a: its line \"Dtypes:\" names none" }, complaints(items))
  end)

  it("does not believe that nothing is refused where an error is raised", function()
    local lines = {
      "  declare(\"a(x)\", function(x)", "    errors.raise \"no\"", "  end)",
      "  declare(\"b(x)\", function(x)", "    return x", "  end)",
      "  local function other() errors.raise \"no\" end",
    }
    local items = { family(FAMILY), item("F.a", "", 1), item("F.b", "", 4) }
    assert.same({ "f.lua:1: F.a raises errors of its own, its line \"Errors:\" says none" },
      complaints(items, lines))
    items = { family(FAMILY), item("F.a", "Errors: all x.", 1) }
    assert.same({}, complaints(items, lines))
  end)

  it("shows the text of C where Lua has none, and both where they are wanted", function()
    local only_c = { text = "", from_c = "In C.", called = "dg_a" }
    local both = { text = "In Lua.", from_c = "Text.", called = "dg_a" }
    assert.equal("In C.", contract.text(only_c, true))
    assert.equal("In Lua.", contract.text(both))
    assert.is_truthy(contract.text(both, true):find("`dg_a`: Text.", 1, true))
  end)

  it("wants of layers a source, arguments with types and results with shapes", function()
    local class = { kind = "class", name = "dgraph.A", rest = "dgraph.A: dgraph.Link", listed = {
      { tag = "field", text = "W dgraph.Parameter" },
      { tag = "field", text = "b dgraph.Parameter  out" },
    } }
    local links = { kind = "class", name = "dgraph.links", rest = "dgraph.links", listed = {
      { tag = "field", text = "A dgraph.A" }, { tag = "field", text = "B dgraph.B" },
    } }
    local init, forward = item("A:init", ""), item("A:forward", "")
    init.signature, forward.signature = "A:init(size)", "A:forward(x)"
    local head = { block = { text = "", listed = {}, classes = { class } } }
    local files = {
      { path = "links.lua", text = "", items = { { block = { classes = { links } } } } },
      { path = "a.lua", text = "A layer.", items = { head, init, forward } },
    }
    local list = {}
    local function complain(what) list[#list + 1] = what end
    contract.check_links(files, complain)
    table.sort(list)
    assert.same({
      "a.lua: field not explained: W dgraph.Parameter",
      "a.lua: forward: not explained: x, what it returns",
      "a.lua: init: not explained: size",
      "a.lua: no line \"Source:\"",
      "lua/dgraph/links: no ---@class dgraph.B",
    }, list)

    list, links.listed[2] = {}, nil
    files[2].text, class.listed[1].text = "A layer.\nSource: Chainer.", "W dgraph.Parameter  in"
    init.block.listed[1] = { tag = "param", text = "size integer" }
    forward.block.listed = {
      { tag = "param", text = "x dgraph.Tensor  batch" },
      { tag = "return", text = "dgraph.Tensor  batch" },
    }
    contract.check_links(files, complain)
    assert.same({}, list)
  end)
end)
