--- What datasets are made of.
local concat = require "dgraph.dataset.concat"
local download = require "dgraph.dataset.download"

return {
  DatasetMixin = require "dgraph.dataset.mixin",
  TabularDataset = require "dgraph.dataset.tabular.tabular_dataset",
  tabular = require "dgraph.dataset.tabular",
  concat_examples = concat.concat_examples,
  to_device = concat.to_device,
  get_dataset_root = download.get_dataset_root,
  set_dataset_root = download.set_dataset_root,
  get_dataset_directory = download.get_dataset_directory,
  cached_download = download.cached_download,
  cache_or_load_file = download.cache_or_load_file,
}
