--- The network of Simonyan and Zisserman with 16 layers that learn.
--- Source: Chainer.
local VGGLayers = require "dgraph.links.vgg_layers"

---@class dgraph.VGG16Layers: dgraph.VGGLayers
---@overload fun(pretrained_model: string?): dgraph.VGG16Layers
local VGG16Layers = VGGLayers.define("VGG16Layers", { 2, 2, 3, 3, 3 })

return VGG16Layers
