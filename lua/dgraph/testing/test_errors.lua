--- What a failing test raises: `testing.FunctionTestError` is the metatable of such an error, whose
--- text is its field `message`.

local function define(name)
  local TestError = { name = name }
  TestError.__index = TestError
  function TestError:__tostring() return self.message end
  return TestError
end

return {
  ---@class dgraph.FunctionTestError
  ---@field message string
  FunctionTestError = define "FunctionTestError",

  ---@class dgraph.LinkTestError
  ---@field message string
  LinkTestError = define "LinkTestError",
}
