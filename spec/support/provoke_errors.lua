--- What the lines "Errors:" of the doc comments say, provoked: for each clause of such a line (they
--- end with semicolons) a call, and how its error begins. A family's line is tried with one of its
--- functions; those that say "none" are looked after by c/tools/contract.lua.
local busted = require "busted"
local contract = dofile "c/tools/contract.lua"

local describe, it, assert = busted.describe, busted.it, busted.assert

--- The files of lua/dgraph/functions whose errors spec/functions/network_errors_spec.lua provokes;
--- errors_spec.lua has those of all others.
local NETWORK = {}
for name in ([[connection convolution criteria embedding evaluation image loss noise normalization
  pooling rnn roi sequence_loss spatial]]):gmatch "%S+" do
  NETWORK[name] = true
end

--- The names and the clauses of all lines "Errors:" of a file but those that say "none".
local function read_errors(path, found)
  local block = {}
  for line in io.lines(path) do
    local comment = line:match "^%s*%-%-%- ?(.*)$"
    if not comment then
      local _, fields = contract.split(table.concat(block, "\n"))
      local name = fields.Family and "Family: " .. fields.Family
        or line:match "declare%(?%s*\"([%w_]+)" or line:match "function F%.([%w_]+)"
      if fields.Errors and fields.Errors ~= "none." then
        local clauses = {}
        for clause in fields.Errors:gsub("%.$", ""):gmatch "[^;]+" do
          clauses[#clauses + 1] = (clause:gsub("^ ", ""))
        end
        found[#found + 1] = { name = name, clauses = clauses }
      end
      block = {}
    elseif not comment:find "^@" then
      block[#block + 1] = comment
    end
  end
end

--- What a call raises where OpenBLAS is not taken.
local function without_lapack(name, second)
  local code = ("print(select(2, pcall(dg.F.NAME, dg.ones(2, 2), %s)))"):format(
    second or "dg.ones(2, 2)")
  local pipe = io.popen("DGRAPH_BLAS=none LUA_PATH='lua/?.lua;lua/?/init.lua;;' luajit -e '"
    .. "dg = require \"dgraph\" " .. code:gsub("NAME", name) .. "' 2>&1")
  local message = pipe:read "*a"
  pipe:close()
  return message
end

local function message_of(entry)
  if type(entry[2]) == "string" then return without_lapack(entry[2], entry[3]) end
  local ok, message = pcall(entry[2], unpack(entry, 3, table.maxn(entry)))
  assert.is_false(ok)
  return message
end

--- Tries errors. An entry is the beginning of one, a function, and what that is called with; or, in
--- place of the function, the name of one that is called where OpenBLAS is not taken.
---@param is_network boolean  which of the two halves
---@param provoked table<string, table[]>  by the name of the function, or of the family: for each
---  clause an entry
return function(is_network, provoked)
  describe("the errors that the reference tells of", function()
    local lines = {}
    local list = io.popen "ls lua/dgraph/functions/*.lua"
    for path in list:lines() do
      local name = path:match "([%w_]+)%.lua$"
      if name ~= "meta" and (NETWORK[name] or false) == is_network then read_errors(path, lines) end
    end
    list:close()

    it("are all tried here, and no others", function()
      local known = {}
      for _, line in ipairs(lines) do
        local count = provoked[line.name] and #provoked[line.name] or 0
        assert.equal(#line.clauses, count, line.name .. ": " .. table.concat(line.clauses, "; "))
        known[line.name] = true
      end
      for name in pairs(provoked) do assert.is_true(known[name], name) end
    end)

    for _, line in ipairs(lines) do
      for i, clause in ipairs(line.clauses) do
        it(("are raised: %s: %s"):format(line.name, clause), function()
          local entry = provoked[line.name][i]
          local message = message_of(entry)
          assert.is_truthy(message:find(entry[1], 1, true), message)
        end)
      end
    end
  end)
end
