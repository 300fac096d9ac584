local dg = require "dgraph"
local state = require "dgraph.training.state"

--- What comes back from a file.
local function carry(save, load)
  local path, result = os.tmpname(), nil
  assert(dg.serializers.save_npz(path, { serialize = function(_, s) save(s) end }))
  assert(dg.serializers.load_npz(path, {
    serialize = function(_, serializer) result = load(serializer) end,
  }))
  os.remove(path)
  return result
end

describe("state", function()
  it("keeps every byte of a text", function()
    for _, text in ipairs { "", "one", "\0\n\255 ü" } do
      assert.equal(text, carry(function(s) state.text(s, "key", text) end,
        function(s) return state.text(s, "key", "other") end))
    end
  end)

  it("keeps records with all bits of their numbers, and empty ones between others", function()
    local function carried(records, before)
      return carry(function(s) state.records(s, "key", records) end,
        function(s) return state.records(s, "key", before) end)
    end
    local records = { { a = 0.1, b = -math.huge }, {}, { ["c\n/"] = 1e-310, [""] = -0.5 } }
    assert.same(records, carried(records, {}))
    assert.same({}, carried({}, { { x = 1 } }))
  end)

  it("passes over objects that have no state", function()
    assert.is_nil(carry(function(s) state.object(s, print) end,
      function(s) return state.object(s, {}) end))
  end)
end)
