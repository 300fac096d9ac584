--- The layers that come with dgraph; each file is read when its layer is first used.
local FILES = {
  Linear = "linear",
  Bilinear = "bilinear",
  EmbedID = "embed_id",
  CRF1d = "crf1d",
  NegativeSampling = "negative_sampling",
  BinaryHierarchicalSoftmax = "binary_hierarchical_softmax",
  Classifier = "classifier",
}

---@class dgraph.links
---@field Linear dgraph.Linear
---@field Bilinear dgraph.Bilinear
---@field EmbedID dgraph.EmbedID
---@field CRF1d dgraph.CRF1d
---@field NegativeSampling dgraph.NegativeSampling
---@field BinaryHierarchicalSoftmax dgraph.BinaryHierarchicalSoftmax
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
