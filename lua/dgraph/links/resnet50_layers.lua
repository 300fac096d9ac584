--- The residual network with 50 layers that learn.
--- Source: Chainer.
local ResNetLayers = require "dgraph.links.resnet_layers"

---@class dgraph.ResNet50Layers: dgraph.ResNetLayers
---@overload fun(pretrained_model: string?, downsample_fb: boolean?): dgraph.ResNet50Layers
local ResNet50Layers = ResNetLayers.define("ResNet50Layers", { 3, 4, 6, 3 })

return ResNet50Layers
