local formats = require "spec.fuzz.formats"
local fuzz = require "spec.fuzz.fuzz"
local mutate = require "spec.fuzz.mutate"

describe("damaged files #slow", function()
  for name in pairs(formats) do
    it("of the format " .. name .. " are refused or read, never a fault", function()
      local result = fuzz(name, 1, function(count) return count < 400 end)
      assert.is_nil(result.fault)
      assert.equal(400, result.runs)
      assert.is_true(result.accepted > 0 and result.accepted < 400)
    end)
  end

  it("are the same for the same seed", function()
    local function make(seed)
      return mutate.text(mutate.random(seed), ("text 12 "):rep(9), { "word" }, "other")
    end
    assert.equal(make(5), make(5))
    assert.not_equal(make(5), make(6))
  end)

  it("are found out when a reader asks for too much, fails, or says nothing", function()
    local buffer = require "dgraph.utils.buffer"
    for message, read in pairs {
      ["a buffer of"] = function() return buffer.free(buffer.new(2 ^ 22)) or true end,
      ["an error: x"] = function() error("x", 0) end,
      ["neither a value"] = function() return nil end,
      ["bytes of Lua"] = function()
        local list = {}
        for i = 1, 2 ^ 18 do list[i] = { i } end
        return list
      end,
    } do
      local count = 0
      formats.bad = {
        texts = function() return { "text" } end, words = { "w" }, growth = 4,
        read = function(...)
          count = count + 1
          if count == 1 then return true end -- the whole text
          return read(...)
        end,
      }
      local result = fuzz("bad", 1, function(runs) return runs < 3 end)
      formats.bad = nil
      assert.matches(message, result.fault)
    end
  end)
end)
