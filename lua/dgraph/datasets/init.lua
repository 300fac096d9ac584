--- Data to learn from.
local splits = require "dgraph.datasets.split_dataset"

return {
  TupleDataset = require "dgraph.datasets.tuple_dataset",
  DictDataset = require "dgraph.datasets.dict_dataset",
  SubDataset = require "dgraph.datasets.sub_dataset",
  TransformDataset = require "dgraph.datasets.transform_dataset",
  ConcatenatedDataset = require "dgraph.datasets.concatenated_dataset",
  split_dataset = splits.split_dataset,
  split_dataset_random = splits.split_dataset_random,
  split_dataset_n = splits.split_dataset_n,
  split_dataset_n_random = splits.split_dataset_n_random,
  get_cross_validation_datasets = splits.get_cross_validation_datasets,
  get_cross_validation_datasets_random = splits.get_cross_validation_datasets_random,
  get_mnist = require "dgraph.datasets.mnist",
}
