local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"
local TextDataset = datasets.TextDataset

describe("TextDataset", function()
  local place

  setup(function()
    place = folder.new()
    folder.write(place .. "/en", "one\ntwo words\r\n\nfour")
    folder.write(place .. "/de", "eins\nzwei\ndrei\nvier\n")
    folder.write(place .. "/short", "x\n")
  end)

  teardown(function() folder.remove(place) end)

  it("gives the lines of a file", function()
    local lines = TextDataset(place .. "/en")
    assert.same({ 4, "one", "two words", "", "four" }, { #lines, lines[1], lines[2], lines[3],
      lines[4] })
    assert.same({ "four", "one" }, lines:batch { 4, 1 })
    assert.equal("TextDataset of 4 examples", tostring(lines))
  end)

  it("gives the lines of several files side by side", function()
    local lines = TextDataset { place .. "/en", place .. "/de" }
    assert.same({ "two words", "zwei" }, lines[2])
    local en, de = lines:batch { 4, 1 }
    assert.same({ { "four", "one" }, { "vier", "eins" } }, { en, de })
  end)

  it("leaves out what the filter does", function()
    local lines = TextDataset({ place .. "/en", place .. "/de" },
      { filter_func = function(en, de) return en ~= "" and de ~= "eins" end })
    assert.same({ 2, { "two words", "zwei" }, { "four", "vier" } }, { #lines, lines[1], lines[2] })
    assert.has_error(function()
      TextDataset(place .. "/en", { filter_func = function() error("stop", 0) end })
    end, "stop")
  end)

  it("refuses files of different lengths, and those that are not there", function()
    assert.has_error(function() TextDataset { place .. "/en", place .. "/short" } end)
    for _, bad in ipairs { place .. "/nothing", place, {}, 3 } do
      local done, message = pcall(function() TextDataset(bad) end)
      assert.is_false(done)
      assert.matches("^spec/datasets/text_dataset_spec.lua:%d+: TextDataset: ", message)
    end
    assert.has_error(function() return TextDataset(place .. "/en")[5] end)
  end)

  it("notices that a file has become shorter", function()
    folder.write(place .. "/changing", "a\nb\n")
    local lines = TextDataset(place .. "/changing")
    folder.write(place .. "/changing", "a\n")
    assert.has_error(function() return lines[2] end)
  end)
end)
