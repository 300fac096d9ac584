--- The layers that come with dgraph; each file is read when its layer is first used.
local FILES = {
  Linear = "linear",
  EmbedID = "embed_id",
  Classifier = "classifier",
}

---@class dgraph.links
---@field Linear dgraph.Linear
---@field EmbedID dgraph.EmbedID
---@field Classifier dgraph.Classifier
local links = {}

return setmetatable(links, {
  __index = function(_, name)
    local file = FILES[name]
    if not file then return nil end
    local link = require("dgraph.links." .. file)
    rawset(links, name, link)
    return link
  end,
})
