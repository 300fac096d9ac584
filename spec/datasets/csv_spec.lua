local datasets = require "dgraph.datasets"
local folder = require "spec.support.folder"

describe("read_csv", function()
  local place

  setup(function() place = folder.new() end)

  teardown(function() folder.remove(place) end)

  local function read(text, opts)
    folder.write(place .. "/table.csv", text)
    return datasets.read_csv(place .. "/table.csv", opts)
  end

  it("gives tensors of numbers and arrays of strings, by name", function()
    local columns, names = read "x,name,n\r\n1.5,a,3\r\n-2e1,b,\r\n"
    assert.same({ "x", "name", "n" }, names)
    assert.same({ { 1.5, -20 }, "float32", { "a", "b" } },
      { columns.x:totable(), columns.x.dtype, columns.name })
    local n = columns.n:totable()
    assert.equal(3, n[1])
    assert.is_true(n[2] ~= n[2])
    assert.same({ { 1.5 }, { "a" } }, { datasets.DictDataset { x = columns.x, name = columns.name }
      :batch({ 1 }).x:totable(), datasets.DictDataset(columns):batch({ 1 }).name })
  end)

  it("reads quotes, delimiters and ends of lines inside of them", function()
    local columns = read('a,"b,""c"\n"1, 2","x\ny"\n"","say ""hi"""\n')
    assert.same({ "1, 2", "" }, columns.a)
    assert.same({ "x\ny", 'say "hi"' }, columns['b,"c'])
  end)

  it("goes without a header, by another delimiter, and unpacks", function()
    folder.write(place .. "/packed.csv.gz", "\239\187\1911;2\n\n3;x")
    local columns, names = datasets.read_csv(place .. "/packed.csv.gz",
      { header = false, delimiter = ";" })
    assert.same({ { 1, 2 }, { 1, 3 }, { "2", "x" } },
      { names, columns[1]:totable(), columns[2] })
    for _, delimiter in ipairs { "\t", "|", "^", "]" } do
      assert.same({ 4 }, read("3" .. delimiter .. "4", { header = false, delimiter = delimiter })[2]
        :totable())
    end
  end)

  it("takes dtypes, one for all or by name", function()
    assert.equal("int32", read("a,b\n1,2", { dtype = "int32" }).b.dtype)
    local columns = read("a,b\n1,2", { dtype = { a = "int64" } })
    assert.same({ "int64", "float32" }, { columns.a.dtype, columns.b.dtype })
    assert.matches('column a: "1.5" in row 2 is no int64',
      select(2, read("a\n1\n1.5", { dtype = "int64" })))
    assert.matches("is no int64", select(2, read("a,b\n1,1\n,1", { dtype = "int64" })))
  end)

  it("keeps what only looks like a number", function()
    assert.same({ "0x1f", "2" }, read("a\n0x1f\n2").a)
    assert.same({ "", "" }, read("a,b\n,1\n,2").a)
  end)

  it("tells which record is wrong", function()
    local function message(text) return select(2, read(text)) end
    assert.matches("table.csv: record 3 has 1 fields where the ones before have 2",
      message "a,b\n1,2\n3")
    assert.matches("record 2: a quote is not closed", message 'a\n"x')
    assert.matches("record 1: text stands behind a closing quote", message '"a"b\n')
    assert.matches('two columns have the name "a"', message "a,a\n")
    assert.matches("No such file", select(2, datasets.read_csv(place .. "/nothing")))
    for _, delimiter in ipairs { "", ",,", "a", '"', "\n", 3 } do
      assert.has_error(function() read("a", { delimiter = delimiter }) end)
    end
    assert.has_error(function() read("a", { dtype = "number" }) end)
    assert.has_error(function() datasets.read_csv(nil) end)
  end)

  it("reads an empty file, and one with names only", function()
    assert.same({}, (read ""))
    assert.same({ a = {} }, (read "a\n"))
  end)
end)
