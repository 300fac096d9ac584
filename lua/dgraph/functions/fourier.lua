--- Fourier transforms, by small matrix products.
--
-- What is transformed lies as [2, n, c]: the real and the imaginary parts, the places, and as many
-- columns as there are. With n = m r the place j is j1 r + j2, the frequency k is k1 + k2 m, and
--
--     y[k] = sum over j2 of w_r^(j2 k2) (w_n^(j2 k1) sum over j1 of w_m^(j1 k1) x[j])
--
-- with w_n = exp(-2 pi i / n): a product with one small matrix, which takes both parts at once, for
-- all columns; factors; and r places of m times as many columns. J. W. Cooley, J. W. Tukey, "An
-- algorithm for the machine calculation of complex Fourier series", 1965. Products that are larger
-- than the shortest algorithms ask for cost less than more passes over memory do. Where a number of
-- places has no small factor it becomes a convolution of a length that has: L. Bluestein, "A linear
-- filtering approach to the computation of the discrete Fourier transform", 1970.
local Function = require "dgraph.function"
local check = require "dgraph.check"
local checks = require "dgraph.functions.loss_checks"
local config = require "dgraph.config"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local scopes = require "dgraph.scope"

-- The largest matrices, in places: of factors, and of primes, for which a convolution costs more.
local FACTOR, PRIME = 64, 256

-- -- Constants, in float64 on the host before they go where they are wanted ---------------------

-- What matrices and factors were made last, by what they are, and how many elements they may have
-- in all: 32 MiB of float64, what a million places take. They are forgotten when memory is short.
local made, count, clock, LIMIT = {}, 0, 0, 2 ^ 22

native.on_shortage(function() made, count = {}, 0 end)

--- Forgets the constants that were not used for longest, but never the last one.
local function make_room(newest)
  while count > LIMIT do
    local oldest
    for key, entry in pairs(made) do
      if key ~= newest and (not oldest or entry.used < made[oldest].used) then oldest = key end
    end
    if not oldest then return end
    count, made[oldest] = count - made[oldest].size, nil
  end
end

--- Constants in the dtype of a tensor and where it is; `make` gives a list of them for n and m.
local function constants(kind, n, m, like, make)
  local key = ("%s %d %d %s %s"):format(kind, n, m, like.dtype, tostring(like.device))
  local entry = made[key]
  if not entry then
    entry = { size = 0, list = make(n, m) }
    for i, x in ipairs(entry.list) do
      entry.list[i] = x:cast(like.dtype):to(like.device):keep()
      entry.size = entry.size + x.size
    end
    made[key], count = entry, count + entry.size
    make_room(key)
  end
  clock = clock + 1
  entry.used = clock
  return unpack(entry.list)
end

local function range(n) return create.arange(n, { dtype = "float64", device = "cpu" }) end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- exp(-2 pi i p / n) of positions p, below n, as `times` wants it.
  local function turns(p, n)
    local angle = p * (2 * math.pi / n)
    local sine = F.sin(angle)
    return { F.expand_dims(F.cos(angle), 1), F.stack { sine, -sine } }
  end

  --- The matrix that transforms n places: of the real parts above the imaginary ones.
  local function make_matrix(n)
    local angle = F.mod(F.outer(range(n), range(n)), n) * (2 * math.pi / n)
    local c, s = F.cos(angle), F.sin(angle)
    return { F.concat({ F.concat({ c, s }, 2), F.concat({ -s, c }, 2) }, 1) }
  end

  --- w^(j k) of m frequencies k and r places j, for all columns.
  local function make_factors(m, r)
    return turns(F.reshape(F.outer(range(m), range(r)), { m, r, 1 }), m * r)
  end

  --- exp(-pi i j^2 / n) of n places j, for all columns. The squares are exact, and so are their
  --- rests.
  local function make_chirp(n)
    local p = F.mod(F.square(range(n)), 2 * n)
    return turns(F.reshape(p, { n, 1 }), 2 * n)
  end

  --- x times constants: their real parts, and their imaginary parts with both signs.
  local function times(x, real, imag) return x * real + F.flip(x, 1) * imag end

  --- The factor of n to go on with; nil where there is none. Those that make few and equal steps
  --- are best.
  local function factor_of(n)
    if n <= FACTOR then return n end
    local steps = math.ceil(math.log(n) / math.log(FACTOR) - 1e-9)
    for m = math.ceil(n ^ (1 / steps) - 1e-9), FACTOR do
      if n % m == 0 then return m end
    end
    for m = FACTOR, 2, -1 do
      if n % m == 0 then return m end
    end
    for m = FACTOR + 1, PRIME do
      if n % m == 0 then return m end
    end
  end

  --- The smallest of some lengths with small factors that is not below n.
  local function even_length(n)
    local best = math.huge
    for _, odd in ipairs { 1, 3, 5, 9, 15 } do
      local length = odd
      while length < n do length = 2 * length end
      best = math.min(best, length)
    end
    return best
  end

  local transform

  --- What a convolution of `length` places multiplies by: the transform of exp(pi i j^2 / n) for
  --- all differences j of two of n places, divided by the length.
  local function make_kernel(n, length)
    local cosine, sine = unpack(make_chirp(n))
    local right = F.concat({ cosine, sine[{ { 1, 1 } }] }, 1) -- exp(+pi i j^2 / n), [2, n, 1]
    local gap = create.zeros({ 2, length - 2 * n + 1, 1 }, { dtype = "float64", device = "cpu" })
    local left = F.flip(right[{ {}, { 2, n } }], 2)
    local y = transform(F.concat({ right, gap, left }, 2), length, 1) / length
    local imag = y[2]
    return { y[{ { 1, 1 } }], F.stack { -imag, imag } }
  end

  --- x of n places by a convolution: y[k] = c[k] sum over j of (x[j] c[j]) / c[k - j], where c[j]
  --- is exp(-pi i j^2 / n).
  local function convolved(x, n, c)
    local length = even_length(2 * n - 1)
    local real, imag = constants("chirp", n, 0, x, make_chirp)
    local padded = F.pad(times(x, real, imag), { { 0, 0 }, { 0, length - n }, { 0, 0 } },
      "constant")
    local y = times(transform(padded, length, c), constants("kernel", n, length, x, make_kernel))
    -- The transform of exchanged parts has those of the way back exchanged.
    y = F.flip(transform(F.flip(y, 1), length, c), 1)
    return times(y[{ {}, { 1, n } }], real, imag)
  end

  --- The transform of x: [2, n, c], as which it may be reshaped; so is what it gives.
  function transform(x, n, c)
    if n == 1 then return x end
    local m = factor_of(n)
    if not m then return convolved(x, n, c) end
    local r = n / m
    local y = F.matmul(constants("matrix", m, 0, x, make_matrix), F.reshape(x, { 2 * m, r * c }))
    if r == 1 then return F.reshape(y, { 2, n, c }) end
    y = times(F.reshape(y, { 2, m, r, c }), constants("factors", m, r, x, make_factors))
    y = F.reshape(F.transpose(y, { 1, 3, 2, 4 }), { 2, r, m * c }) -- the only strided pass
    return F.reshape(transform(y, r, m * c), { 2, n, c })
  end

  --- The transform along the last axis of both parts, times `scale`; the way back is the way there
  --- with the parts exchanged.
  local function both_parts(real, imag, is_inverse, scale)
    if is_inverse then real, imag = imag, real end
    local shape = real.shape
    local n, rows = shape[#shape], 1
    for i = 1, #shape - 1 do rows = rows * shape[i] end
    local parts = {}
    for i, part in ipairs { real, imag } do
      parts[i] = F.transpose(F.reshape(part, { rows, n }))
    end
    local y = rows == 0 and F.stack(parts) or transform(F.stack(parts), n, rows)
    for i = 1, 2 do
      local part = F.transpose(y[i])
      parts[i] = F.reshape(scale == 1 and F.copy(part) or part * scale, shape)
    end
    if is_inverse then return parts[2], parts[1] end
    return parts[1], parts[2]
  end

  -- The operators, by whether they are the way back. Both are linear, so that their gradients need
  -- no numbers: with y = F x of a symmetric F, gx = conj(F) gy, which is the other one of the two.
  local operators = { [false] = Function:extend "fft", [true] = Function:extend "ifft" }

  for is_inverse, operator in pairs(operators) do
    function operator:forward(real, imag, scale)
      self.scale = scale
      local function run() return scopes.scope(both_parts, real, imag, is_inverse, scale) end
      if config.values.autocast then return config.autocast(false, run) end
      return run()
    end

    function operator:backward(greal, gimag)
      greal = greal or create.zeros_like(gimag)
      gimag = gimag or create.zeros_like(greal)
      return operators[not is_inverse](greal, gimag, self.scale)
    end
  end

  local function check_pair(who, x)
    local _, parts = check.tensors(x, who, "x")
    if parts ~= 2 then
      errors.raisef("%s: wanted a real and an imaginary part, got %d tensors", who, parts)
    end
    local real, imag = x[1], x[2]
    checks.alike(who, real, imag)
    local ndim = real.ndim
    if ndim == 0 or real:dim(ndim) == 0 then
      errors.raisef("%s: there is nothing to transform along the last axis", who)
    end
    return real, imag, real:dim(ndim)
  end

  --- Transforms a pair; floats of 16 bits as float32.
  local function apply(who, x, is_inverse)
    local real, imag, n = check_pair(who, x)
    local dtype, scale = real.dtype, is_inverse and 1 / n or 1
    if dtype == "float32" or dtype == "float64" then
      return operators[is_inverse](real, imag, scale)
    end
    real, imag = operators[is_inverse](F.cast(real, "float32"), F.cast(imag, "float32"), scale)
    return F.cast(real, dtype), F.cast(imag, dtype)
  end

  --- Family: Fourier transforms
  --- Shapes: x: two tensors of one shape, ... x n; real, imag: the same.
  --- Dtypes: x: floats, one for both; real and imag have it.
  --- Errors: other than two tensors; no element along the last axis.
  --- Source: Chainer.

  --- The discrete Fourier transform along the last axis: y[k] = sum over j of x[j] exp(-2 pi i j k
  --- / n), j and k from 0. `x` is a pair of tensors, the real and the imaginary parts, and two come
  --- back: `F.ifft { F.fft { real, imag } }` is x again. Takes the time of n log n for every n.
  --- Autocast does not concern it.
  ---@return dgraph.Tensor real
  ---@return dgraph.Tensor imag
  declare("fft(x: tensors)", function(x) return apply("F.fft", x, false) end, 2)

  --- The way back from `fft`: y[j] = 1 / n sum over k of x[k] exp(2 pi i j k / n).
  ---@return dgraph.Tensor real
  ---@return dgraph.Tensor imag
  declare("ifft(x: tensors)", function(x) return apply("F.ifft", x, true) end, 2)
end
