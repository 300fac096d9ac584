--- The page at /dgraph/: one HTML text without outside resources, which reads /dgraph/status. It is
--- put together once, when this module is loaded, from the files in page/ beside it.
local folder = debug.getinfo(1, "S").source:match "^@(.-)[^/\\]*$" .. "page/"

local SCRIPTS = { "helpers.js", "chart.js", "attempt.js", "view.js", "live.js" }

local function read(name)
  local file = assert(io.open(folder .. name, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local scripts = {}
for i, name in ipairs(SCRIPTS) do scripts[i] = read(name) end

local parts = {
  style = read "page.css",
  script = '(() => {\n"use strict";\n' .. table.concat(scripts, "\n") .. "})();\n",
}

return (read "page.html":gsub("@(%l+)@", parts))
