--- Optimizers that are little more than a formula: their settings, what they remember of each
--- parameter, and a function.
local GradientMethod = require "dgraph.optimizers.gradient_method"
local UpdateRule = require "dgraph.optimizers.update_rule"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"

---@class dgraph.OptimizerDefinition
---@field settings any[][]  { name, default } each, in the order of the arguments
---@field states string[]  the names of what is remembered, zeros at first
---@field values? table<string, number>  what they are at first where that is not 0
---@field whole? boolean  gradients of rows become whole ones, all rows change
---@field init? fun(rule: dgraph.UpdateRule, settings: table)  called with each new rule
---@field update fun(rule: dgraph.UpdateRule, param: dgraph.Parameter, grad: dgraph.Tensor)
---@field update_all? fun(...): integer  the same for many, see UpdateRule.update_all
---@field numbers? string[]  fields of a rule that are saved with its state

--- Makes the class of an optimizer. Its arguments come by position, or by name in one table.
---@param name string
---@param definition dgraph.OptimizerDefinition
---@return table
return function(name, definition)
  local Rule = UpdateRule:extend(name .. "Rule")
  Rule.takes_rows = not definition.whole
  Rule.state_names = definition.states
  Rule.state_values = definition.values or {}
  Rule.number_names = definition.numbers or {}
  Rule.update_core = definition.update
  Rule.update_all = definition.update_all

  function Rule:init(parent)
    UpdateRule.init(self, parent)
    if definition.init then definition.init(self, self.hyperparam) end
  end

  local names = {}
  for i, setting in ipairs(definition.settings) do names[i] = setting[1] end
  Rule.setting_names = names

  local Optimizer = GradientMethod:extend(name)
  Optimizer.Rule = Rule

  function Optimizer:init(...)
    GradientMethod.init(self)
    local given = arguments.read(name, names, ...)
    for _, setting in ipairs(definition.settings) do
      local key, default = setting[1], setting[2]
      local value = given[key]
      if value == nil then value = default end
      if type(value) ~= type(default) then
        errors.raisef("%s: %s is a %s, got a %s", name, key, type(default), type(value))
      end
      self[key] = value
    end
  end

  return Optimizer
end
