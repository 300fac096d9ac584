local dg = require "dgraph"
local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"
local SerialIterator = require "dgraph.iterators".SerialIterator

describe("read_libsvm", function()
  local place

  setup(function()
    place = folder.new()
    folder.write(place .. "/rows", "+1 1:0.5 3:-2e1\n-1\n# a comment\n\n0 2:1 # another\n")
    folder.write(place .. "/packed.gz", "1 1:1\r\n2 2:2")
  end)

  teardown(function() folder.remove(place) end)

  it("reads rows, empty ones included", function()
    local data = assert(datasets.read_libsvm(place .. "/rows"))
    assert.same({ { 1, 3, 2 }, { 0.5, -20, 1 }, { 1, 3, 3 }, { 1, -1, 0 }, 3, 3 }, {
      data.indices:totable(), data.values:totable(), data.offsets:totable(),
      data.labels:totable(), data.n_features, #data,
    })
    assert.same({ "int64", "float32", "int64", "float32" },
      { data.indices.dtype, data.values.dtype, data.offsets.dtype, data.labels.dtype })
  end)

  it("reads numbers as tonumber does", function()
    local words = { "0.1", "-12.5", "+3", "1e3", "123456789.123456", "0.3000000000000000444",
      "1e-320", ".5", "7.", "9007199254740993", "0x10", "-0" }
    local features = {}
    for i, word in ipairs(words) do features[i] = i .. ":" .. word end
    folder.write(place .. "/numbers", "12.25 " .. table.concat(features, "\t") .. " \r\n 2\n")
    local data = assert(datasets.read_libsvm(place .. "/numbers", { dtype = "float64" }))
    local values = data.values:totable()
    for i, word in ipairs(words) do assert.equal(tonumber(word), values[i]) end
    assert.same({ { 12.25, 2 }, { 1, 13 } }, { data.labels:totable(), data.offsets:totable() })
  end)

  it("reads packed files, other dtypes, features from 0", function()
    local data = assert(datasets.read_libsvm(place .. "/packed.gz", { zero_based = true,
      n_features = 10, dtype = "float64", label_dtype = "int32" }))
    assert.same({ { 2, 3 }, "float64", "int32", 10, { 1, 2 } }, { data.indices:totable(),
      data.values.dtype, data.labels.dtype, data.n_features, data.labels:totable() })
  end)

  it("rounds to floats of 16 bits", function()
    local data = assert(datasets.read_libsvm(place .. "/rows",
      { dtype = "float16", label_dtype = "bfloat16" }))
    assert.same({ { 0.5, -20, 1 }, { 1, -1, 0 }, "float16", "bfloat16" },
      { data.values:to("float32"):totable(), data.labels:to("float32"):totable(),
        data.values.dtype, data.labels.dtype })
  end)

  it("is a dataset whose batches go into F.embedding_bag", function()
    local data = assert(datasets.read_libsvm(place .. "/rows"))
    local indices, values, offsets, labels = data:batch { 3, 2, 1, 3 }
    assert.same({ { 2, 1, 3, 2 }, { 1, 0.5, -20, 1 }, { 1, 2, 2, 4 }, { 0, -1, 1, 0 } },
      { indices:totable(), values:totable(), offsets:totable(), labels:totable() })
    local W = dg.tensor { { 1, 10 }, { 2, 20 }, { 3, 30 } }
    local y = dg.F.embedding_bag(indices, W, offsets, "sum", true, values)
    assert.same({ { 2, 20 }, { 0, 0 }, { -59.5, -595 }, { 2, 20 } }, y:totable())
    local one = data[1]
    assert.same({ { 1, 3 }, { 0.5, -20 }, 1 },
      { one[1]:totable(), one[2]:totable(), one[3]:item() })
    local rows = 0
    for _, _, begins in SerialIterator(data, 2, { repeat_ = false }) do
      rows = rows + begins.size
    end
    assert.equal(3, rows)
    assert.has_error(function() data:batch { 4 } end)
  end)

  it("tells which line is wrong", function()
    local function message(text, opts)
      folder.write(place .. "/bad", text)
      return select(2, datasets.read_libsvm(place .. "/bad", opts))
    end
    assert.matches("/bad: line 2: \"x\" is no number", message "1 1:1\nx 1:1")
    assert.matches("line 1: \"1\" is not feature:value", message "1 1")
    assert.matches("line 1: \"2:y\" is not feature:value", message "1 2:y")
    assert.matches("line 1: \"%-2:1\" is not feature:value", message "1 -2:1")
    assert.matches("line 1: feature 2 comes after 2", message "1 2:1 2:1")
    assert.matches("line 1: features count from 1", message "1 0:1")
    assert.matches("feature 3 is more than n_features, 2", message("1 3:1", { n_features = 2 }))
    assert.matches("more than 4 bytes", message("1 3:1", { limit = 4 }))
    assert.matches("No such file", select(2, datasets.read_libsvm(place .. "/nothing")))
    assert.has_error(function() datasets.read_libsvm(3) end)
    assert.has_error(function() datasets.read_libsvm("x", { other = 1 }) end)
  end)

  it("reads a file without rows", function()
    folder.write(place .. "/empty", "")
    local data = assert(datasets.read_libsvm(place .. "/empty"))
    assert.same({ 0, 0 }, { #data, data.indices.size })
  end)
end)
