--- What datasets are made of.
local concat = require "dgraph.dataset.concat"

return {
  DatasetMixin = require "dgraph.dataset.mixin",
  concat_examples = concat.concat_examples,
  to_device = concat.to_device,
}
