--- A variational autoencoder: learns what handwritten digits look like, without being told which is
-- which, and draws new ones (samples.pgm in --out). With all of MNIST it bounds a test image by
-- 104.4 nats after 20 epochs, which take 84 s of one core.
--
--   luajit examples/vae.lua                                 the 2,500 digits that come along
--   DGRAPH_DATA=folder/of/mnist luajit examples/vae.lua     all 60,000
--
-- Flags: --epoch 20 --batchsize 100 --unit 400 --latent 20 --seed 1 --out build/vae --smoke
-- D. Kingma, M. Welling, "Auto-encoding variational Bayes", arXiv:1312.6114.
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links
local training = dg.training
local extensions = training.extensions

local flags = require "dgraph.utils.flags"(arg, {
  epoch = 20, batchsize = 100, unit = 400, latent = 20, seed = 1, out = "build/vae", smoke = false,
})
if flags.smoke then flags.epoch, flags.unit = 4, 64 end

local VAE = dg.Chain:extend "VAE"

function VAE:init(units, latent)
  self.encoder = L.Linear(nil, units)
  self.mean = L.Linear(units, latent)
  self.ln_var = L.Linear(units, latent)
  self.decoder = L.Linear(latent, units)
  self.pixels = L.Linear(units, 28 * 28)
end

--- Where an image may lie among the latent variables: mean and logarithm of the variance.
function VAE:encode(x)
  local h = F.relu(self.encoder(x))
  return self.mean(h), self.ln_var(h)
end

--- How probable white is, as a logit for each pixel.
function VAE:decode(z) return self.pixels(F.relu(self.decoder(z))) end

--- What the image costs to describe, in nats: the place z, and the image when z is known. Together
--- they bound -ln p(x) from above.
function VAE:forward(x)
  local mean, ln_var = self:encode(x)
  local z = F.gaussian(mean, ln_var)
  local place = F.gaussian_kl_divergence(mean, ln_var) / #x
  local image = F.bernoulli_nll(x, self:decode(z)) / #x
  local loss = place + image
  dg.report({ loss = loss, place = place, image = image }, self)
  return loss
end

dg.seed(flags.seed)
local model = VAE(flags.unit, flags.latent)
local optimizer = dg.optimizers.Adam():setup(model)

local train, test = dg.datasets.get_mnist { withlabel = false }
local batches = dg.iterators.SerialIterator(train, flags.batchsize)
local test_batches = dg.iterators.SerialIterator(test, 500, { repeat_ = false, shuffle = false })

local updater = training.StandardUpdater(batches, optimizer)
local trainer = training.Trainer(updater, { flags.epoch, "epoch" }, flags.out)
trainer:extend(extensions.Evaluator(test_batches, model))
trainer:extend(extensions.LogReport())
trainer:extend(extensions.PrintReport { "epoch", "main/place", "main/image", "main/loss",
  "validation/main/loss", "elapsed_time" })
trainer:extend(extensions.ProgressBar { update_interval = 20 })
trainer:run()

--- Writes ACROSS x ACROSS images side by side.
local ACROSS = 12
local function write_images(path, logits)
  local grey = F.clip(F.sigmoid(logits) * 255 + 0.5, 0, 255)
  local sheet = grey:reshape(ACROSS, ACROSS, 28, 28):transpose(1, 3, 2, 4)
    :reshape(28 * ACROSS, 28 * ACROSS):cast "uint8"
  local header = ("P5 %d %d 255\n"):format(28 * ACROSS, 28 * ACROSS)
  assert(require "dgraph.utils.files".write(path, header .. sheet:tostring()))
end

dg.no_backprop_mode(function()
  write_images(flags.out .. "/samples.pgm", model:decode(dg.randn(ACROSS * ACROSS, flags.latent)))
end)

local log = trainer:get_extension("LogReport").log
print(("%.1f nats for a test image; new digits: %s/samples.pgm"):format(
  log[#log]["validation/main/loss"], flags.out))
