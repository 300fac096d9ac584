--- Steps that change all parameters in one call of C.
--
-- They are for rules of one class that have the settings of their optimizer and no formula of their
-- own. Whether that is so is looked up again when a rule was changed (`UpdateRule.changes`), when
-- the model was, or a rule exchanged (the list of parameters). A tensor that is put into a table of
-- states leaves no trace: they are compared in each step, by code that is written out for the rules
-- there are. It branches little: what the JIT compiler takes in one piece is limited.
local UpdateRule = require "dgraph.optimizers.update_rule"
local ffi = require "ffi"
local native = require "dgraph.native"
local unroll = require "dgraph.utils.unroll"

local changes, check = UpdateRule.changes, native.check

---@class dgraph.Together
local Together = {}
Together.__index = Together

--- Whether the class of a rule has a function for many parameters that does what `update_core`
--- does, not the one of a class that it extends and whose formula it exchanged.
local function fits(Rule)
  local owner = Rule
  while owner and not rawget(owner, "update_all") do owner = rawget(owner, "_base") end
  return owner ~= nil and owner.update_core == Rule.update_core
end

local function states_code(names)
  local lines = {}
  for k, name in ipairs(names) do
    lines[k] = ('if not rawequal(tables[$i]["%s"], values[%d * $i - %d]) then return false end')
      :format(name, #names, #names - k)
  end
  return table.concat(lines, "\n")
end

--- What changes all parameters of an optimizer at once; nil where their rules do not allow it.
---@param optimizer dgraph.GradientMethod
---@param rules dgraph.UpdateRule[]
---@return dgraph.Together?
function Together.new(optimizer, rules)
  local n, Rule = #rules, rules[1] and getmetatable(rules[1])
  if not Rule or not fits(Rule) then return nil end
  local names = Rule.state_names
  return setmetatable({
    optimizer = optimizer, rules = rules, Rule = Rule, n = n, update_core = Rule.update_core,
    changes = -1, is_plain = false, counts_steps = Rule.counts_steps,
    states = ffi.new("dg_tensor *[?]", math.max(n * #names, 1)), values = {}, tables = {},
    has_states = #names > 0 and unroll("tables, values", n, states_code(names), "return true"),
    is_at = unroll("rules, t, off", n,
      "do local by = rules[$i].t - t off = off + by * by end", "return off == 0"),
    count = unroll("rules, marks", n, "rules[$i].t = rules[$i].t + marks[$i - 1]", ""),
  }, Together)
end

--- Whether a rule is no more than its class.
local function is_plain(rule, Rule, inherits)
  local settings = rule.hyperparam
  if not rule.enabled or getmetatable(rule) ~= Rule or rule.update_core ~= Rule.update_core
    or getmetatable(settings) ~= inherits or rule.master then
    return false
  end
  for _, name in ipairs(Rule.setting_names) do
    if rawget(settings, name) ~= nil then return false end
  end
  return true
end

--- Looks at the rules again.
function Together:_look()
  local inherits = UpdateRule.inherits(self.optimizer)
  self.changes, self.is_plain = changes.count, true
  for i, rule in ipairs(self.rules) do
    self.is_plain = self.is_plain and is_plain(rule, self.Rule, inherits)
    self.tables[i] = rule.state or {}
  end
end

--- Notes the state of each parameter, in Lua and for C; false where one is missing.
function Together:_read_states()
  local names, values, k = self.Rule.state_names, self.values, 0
  for i = 1, self.n do
    for j = 1, #names do
      local value = self.tables[i][names[j]]
      if not native.is_tensor(value) then return false end
      values[k + 1], self.states[k] = value, value
      k = k + 1
    end
  end
  return true
end

--- Does a step; false, with nothing done, where the rules are to be asked one by one.
---@param self dgraph.Together
---@param optimizer dgraph.GradientMethod
---@param list dgraph.LinkList
---@return boolean
function Together.update(self, optimizer, list)
  local rules, Rule = self.rules, self.Rule
  local t = rules[1].t
  if self.changes ~= changes.count then self:_look() end
  if not self.is_plain or Rule.update_core ~= self.update_core then return false end
  if self.counts_steps and not self.is_at(rules, t, 0) then return false end
  local has_states = self.has_states
  if has_states and not has_states(self.tables, self.values) and not self:_read_states() then
    return false
  end
  check(Rule.update_all(optimizer, list.n, list.handles, self.states, list.marks, t + 1))
  self.count(rules, list.marks)
  return true
end

return Together
