--- The residual network with 152 layers that learn.
--- Source: Chainer.
local ResNetLayers = require "dgraph.links.resnet_layers"

---@class dgraph.ResNet152Layers: dgraph.ResNetLayers
---@overload fun(pretrained_model: string?, downsample_fb: boolean?): dgraph.ResNet152Layers
local ResNet152Layers = ResNetLayers.define("ResNet152Layers", { 3, 8, 36, 3 })

return ResNet152Layers
