--- The names of a link's parameters in files, sorted: { "/W", "/linear/b" }.
---@param link dgraph.Link
---@return string[]
return function(link)
  local list = {}
  for name in link:namedparams() do list[#list + 1] = name end
  table.sort(list)
  return list
end
