local dg = require "dgraph"
local names = require "spec.support.expected_names"

--- The text of all specs below a folder.
local function read_all(folder)
  local texts = {}
  local list = assert(io.popen("find " .. folder .. " -name '*_spec.lua'"))
  for path in list:lines() do
    local file = assert(io.open(path))
    texts[#texts + 1] = file:read "*a"
    file:close()
  end
  list:close()
  return table.concat(texts, "\n")
end

--- Whether specs name it: as a function that they call, in a description, or in a table of cases.
local function has_spec(text, name)
  local forms = { '[FL]%.NAME%f[^%w_]', '"NAME["% ,]', "[{%s]NAME = ", '%["NAME[^"]*"%] =' }
  for _, form in ipairs(forms) do
    if text:find((form:gsub("NAME", name))) then return true end
  end
  return false
end

local function missing(list, known, text)
  local lacks = {}
  for _, name in ipairs(list) do
    if not known[name] then
      lacks[#lacks + 1] = name
    elseif not has_spec(text, name) then
      lacks[#lacks + 1] = name .. " (no spec of its own)"
    end
  end
  return table.concat(lacks, ", ")
end

describe("the names that users expect", function()
  it("are there and tried: functions", function()
    local text = read_all "spec/op" .. read_all "spec/functions"
    assert.equal("", missing(names.functions, dg.functions, text))
  end)

  it("are there and tried: links", function()
    assert.equal("", missing(names.links, dg.links, read_all "spec/links"))
  end)

  it("are there: initializers", function()
    for _, name in ipairs(names.initializers) do assert.is_truthy(dg.initializers[name], name) end
  end)
end)
