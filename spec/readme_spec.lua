-- Runs the code that README.md, CONTRIBUTING.md and docs show: what it prints stands behind "-->".

local PRELUDE = "local dg = require 'dgraph'\nlocal F, L = dg.functions, dg.links\n"

--- The blocks of one language, with the numbers of their first lines.
local function blocks(path, language)
  local list, current, number = {}, nil, 0
  for line in io.lines(path) do
    number = number + 1
    if line == "```" and current then
      current.text = table.concat(current, "\n") .. "\n"
      list[#list + 1], current = current, nil
    elseif line == "```" .. language then
      current = { line = number + 1 }
    elseif current then
      current[#current + 1] = line
    end
  end
  return list
end

--- What a block of Lua prints, in lines.
local function printed(block, name)
  local lines = {}
  local function print_(...)
    local words = {}
    for i = 1, select("#", ...) do words[i] = tostring((select(i, ...))) end
    lines[#lines + 1] = table.concat(words, "\t")
  end
  local code = block.text:find "require" and block.text or PRELUDE .. block.text
  local chunk = assert(loadstring(code, "=" .. name))
  setfenv(chunk, setmetatable({ print = print_ }, { __index = _G }))()
  return lines
end

local function promised(block)
  local lines = {}
  for text in block.text:gmatch "%-%->%s?([^\n]*)" do lines[#lines + 1] = text end
  return lines
end

for _, path in ipairs {
  "README.md", "CONTRIBUTING.md", "docs/speed.md", "docs/mixed.md", "docs/capture.md",
  "docs/onnx.md", "docs/distributions.md", "docs/testing.md",
  "docs/chainer.md",
} do
  describe(path, function()
    for _, block in ipairs(blocks(path, "lua")) do
      it("prints what it promises in line " .. block.line, function()
        assert.same(promised(block), printed(block, path .. ":" .. block.line))
      end)
    end

    for _, block in ipairs(blocks(path, "c")) do
      if block.text:find "int main" then
        it("shows a program in line " .. block.line .. " that compiles and runs", function()
          local base = os.tmpname()
          local source = assert(io.open(base .. ".c", "w"))
          source:write(block.text)
          source:close()
          local pipe = io.popen(("cc -Wall -Wextra -Werror -Ic %s.c -Lbuild -ldgraph "
            .. "-Wl,-rpath,$PWD/build -o %s 2>&1 && %s"):format(base, base, base))
          local output = pipe:read "*a"
          pipe:close()
          os.remove(base)
          os.remove(base .. ".c")
          assert.equal("30 11 2\n", output)
        end)
      end
    end
  end)
end

describe("README.md", function()
  it("names functions that exist, in rows that stand there once", function()
    local dg = require "dgraph"
    local tensor = require "dgraph.tensor"
    local things = { -- what the backquotes of a row begin with
      dg = dg, x = setmetatable({}, { __index = function(_, name)
        return tensor.fields[name] or tensor.methods[name]
      end }), layer = dg.L.Linear(1, 1), list = dg.Sequential(), optimizer = dg.optimizers.SGD(),
      trainer = dg.training.Trainer, dataset = dg.dataset.tabular.from_data { 1 },
    }
    local place, missing, count, section, rows, twice = nil, {}, 0, nil, {}, {}
    for line in io.lines "README.md" do
      section = line:match "^## (.*)" or section
      local title, names = line:match "^| ([^|]+) | ([%w_ ]+) |$"
      if section ~= "What there is" then names = nil end
      if names and rows[title] then twice[#twice + 1] = title end
      if names then rows[title] = true end
      local thing, rest = (title or ""):match "`(%a+)[.:]([%w_.]*)`"
      if thing then
        place = things[thing]
        for part in rest:gmatch "[%w_]+" do place = place[part] end
      end
      for name in (names or ""):gmatch "[%w_]+" do
        count = count + 1
        if place[name] == nil then missing[#missing + 1] = title .. ": " .. name end
      end
    end
    assert.same({}, missing)
    assert.same({}, twice)
    assert.is_true(count > 150)
  end)
end)
