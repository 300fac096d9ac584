--- Data to learn from.
return {
  TupleDataset = require "dgraph.datasets.tuple_dataset",
  get_mnist = require "dgraph.datasets.mnist",
}
