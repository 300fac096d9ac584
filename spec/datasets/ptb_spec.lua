local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"

describe("get_ptb_words", function()
  local source

  setup(function()
    source = folder.new()
    folder.write(source .. "/ptb.train.txt", " the cat <unk> \n the N \n")
    folder.write(source .. "/ptb.valid.txt", " a cat \n")
    folder.write(source .. "/ptb.test.txt", " the dog \n")
  end)

  teardown(function() folder.remove(source) end)

  it("numbers words as they come, and ends lines", function()
    local train, valid, test = datasets.get_ptb_words { folder = source }
    assert.same({ 1, 2, 3, 4, 1, 5, 4 }, train:totable())
    assert.same({ 6, 2, 4 }, valid:totable())
    assert.same({ 1, 7, 4 }, test:totable())
    assert.equal("int32", train.dtype)
    assert.equal("int64", datasets.get_ptb_words { folder = source, dtype = "int64" }.dtype)
  end)

  it("has a vocabulary", function()
    assert.same({ the = 1, cat = 2, ["<unk>"] = 3, ["<eos>"] = 4, N = 5, a = 6, dog = 7 },
      datasets.get_ptb_words_vocabulary { folder = source })
  end)

  it("tells what is missing", function()
    local done, message = pcall(function() datasets.get_ptb_words { folder = "/nowhere" } end)
    assert.is_false(done)
    assert.matches("^spec/datasets/ptb_spec.lua:%d+: get_ptb_words: /nowhere/ptb.train.txt is not",
      message)
  end)
end)
