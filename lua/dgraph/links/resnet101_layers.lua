--- The residual network with 101 layers that learn.
--- Source: Chainer.
local ResNetLayers = require "dgraph.links.resnet_layers"

---@class dgraph.ResNet101Layers: dgraph.ResNetLayers
---@overload fun(pretrained_model: string?, downsample_fb: boolean?): dgraph.ResNet101Layers
local ResNet101Layers = ResNetLayers.define("ResNet101Layers", { 3, 4, 23, 3 })

return ResNet101Layers
