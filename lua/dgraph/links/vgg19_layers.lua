--- The network of Simonyan and Zisserman with 19 layers that learn.
--- Source: Chainer.
local VGGLayers = require "dgraph.links.vgg_layers"

---@class dgraph.VGG19Layers: dgraph.VGGLayers
---@overload fun(pretrained_model: string?): dgraph.VGG19Layers
local VGG19Layers = VGGLayers.define("VGG19Layers", { 2, 2, 4, 4, 4 })

return VGG19Layers
