--- Data to learn from.
local cifar = require "dgraph.datasets.cifar"
local fashion_mnist = require "dgraph.datasets.fashion_mnist"
local image_dataset = require "dgraph.datasets.image_dataset"
local kuzushiji_mnist = require "dgraph.datasets.kuzushiji_mnist"
local ptb = require "dgraph.datasets.ptb"
local splits = require "dgraph.datasets.split_dataset"
local zipped = require "dgraph.datasets.zipped_image_dataset"

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
  TextDataset = require "dgraph.datasets.text_dataset",
  ImageDataset = image_dataset.ImageDataset,
  LabeledImageDataset = image_dataset.LabeledImageDataset,
  ZippedImageDataset = zipped.ZippedImageDataset,
  MultiZippedImageDataset = zipped.MultiZippedImageDataset,
  LabeledZippedImageDataset = zipped.LabeledZippedImageDataset,
  read_image = require "dgraph.datasets.read_image",
  read_libsvm = require "dgraph.datasets.libsvm",
  read_csv = require "dgraph.datasets.csv",
  get_mnist = require "dgraph.datasets.mnist",
  get_fashion_mnist = fashion_mnist.get_fashion_mnist,
  get_fashion_mnist_labels = fashion_mnist.get_fashion_mnist_labels,
  get_kuzushiji_mnist = kuzushiji_mnist.get_kuzushiji_mnist,
  get_kuzushiji_mnist_labels = kuzushiji_mnist.get_kuzushiji_mnist_labels,
  get_cifar10 = cifar.get_cifar10,
  get_cifar100 = cifar.get_cifar100,
  get_svhn = require "dgraph.datasets.svhn",
  get_ptb_words = ptb.get_ptb_words,
  get_ptb_words_vocabulary = ptb.get_ptb_words_vocabulary,
  get_tinyshakespeare = require "dgraph.datasets.tinyshakespeare",
}
