--- Learns to balance a pole on a cart by trial: a deep Q-network.
--
-- The cart is pushed to the left or right 50 times a second; the pole may lean 12 degrees, the cart
-- roll 2.4 m. Then an episode is over, or after 200 steps. Solved is a mean of 195 steps over 100
-- episodes: with the seeds 1 to 4 after 158, 274, 260 and 406 episodes, in 4 to 8 seconds.
--
--   luajit examples/dqn_cartpole.lua
--
-- Flags: --episodes 1000 --seed 1 --smoke
-- The cart: A. Barto, R. Sutton, C. Anderson, 1983, with the constants of Gym's CartPole-v0. The
-- learning: V. Mnih et al., 2015; H. van Hasselt et al., arXiv:1509.06461 ("double Q-learning").
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links

local flags = require "dgraph.utils.flags"(arg, { episodes = 1000, seed = 1, smoke = false })
if flags.smoke then flags.episodes = 150 end

-- -- The cart ----------------------------------------------------------------------------------

local GRAVITY, CART, POLE, HALF_LENGTH, PUSH, SECONDS = 9.8, 1, 0.1, 0.5, 10, 0.02
local MASS, STEPS = CART + POLE, 200

--- Place, speed, angle and its speed, after a push to the left (1) or to the right (2).
local function move(state, action)
  local x, v, angle, w = unpack(state)
  local sin, cos = math.sin(angle), math.cos(angle)
  local force = (action == 2 and PUSH or -PUSH) + POLE * HALF_LENGTH * w * w * sin
  local turn = (GRAVITY * sin - cos * force / MASS)
    / (HALF_LENGTH * (4 / 3 - POLE * cos * cos / MASS))
  local push = (force - POLE * HALF_LENGTH * turn * cos) / MASS
  return { x + SECONDS * v, v + SECONDS * push, angle + SECONDS * w, w + SECONDS * turn }
end

local function is_over(s) return math.abs(s[1]) > 2.4 or math.abs(s[3]) > math.rad(12) end

-- -- What it remembers: the last moves, in a tensor that Lua writes to -------------------------

local CAPACITY, WIDTH = 50000, 10 -- a row: the state, the next one, the push, 1 if it went on
local memory, moves = dg.zeros(CAPACITY, WIDTH), 0
local elements = memory:pointer()

local function remember(state, next_state, action, over)
  local row = elements + moves % CAPACITY * WIDTH
  for i = 1, 4 do row[i - 1], row[i + 3] = state[i], next_state[i] end
  row[8], row[9] = action, over and 0 or 1
  moves = moves + 1
end

-- -- What it learns: the worth of each push in a state, the sum of what will come ---------------

local ALPHA, GAMMA, BATCH, FOLLOW, WARM_UP = 0.001, 0.99, 64, 0.005, 500
dg.seed(flags.seed)
local q = dg.Sequential(L.Linear(4, 64), F.tanh, L.Linear(64, 64), F.tanh, L.Linear(64, 2))
local optimizer = dg.optimizers.Adam(ALPHA):setup(q)
local slow = q:copy "copy" -- follows q; what is learned from, so that q does not run after itself

local ours, theirs = {}, {}
for param in q:params() do ours[#ours + 1] = param end
for param in slow:params() do theirs[#theirs + 1] = param end

local function follow()
  for i, param in ipairs(theirs) do param:copydata(param + FOLLOW * (ours[i] - param)) end
end

--- What q picks in the next state, as `slow` values it.
local function worth_of(next_state)
  return F.select_item(slow(next_state), F.argmax(q(next_state), 2))
end

local function lossfun()
  local rows = memory[dg.random.randint(1, math.min(moves, CAPACITY) + 1, BATCH)]
  local state, next_state = rows[{ {}, { 1, 4 } }], rows[{ {}, { 5, 8 } }]
  local action, goes_on = rows[{ {}, 9 }]:cast "int32", rows[{ {}, 10 }]
  local worth = 1 + GAMMA * goes_on * dg.no_backprop_mode(worth_of, next_state)
  return F.mean(F.huber_loss(F.select_item(q(state), action), worth, 1, "no"))
end

local function best_push(state) return F.argmax(q(dg.tensor { state }), 2):item() end

--- One episode; it learns where `curiosity` says how often to try anything.
local function play(curiosity)
  local state = dg.random.uniform(-0.05, 0.05, 4):totable()
  for step = 1, STEPS do
    local tries = curiosity and dg.random.uniform() < curiosity
    local action = tries and dg.random.randint(1, 3) or dg.scope(best_push, state)
    local next_state = move(state, action)
    local over = is_over(next_state)
    if curiosity then remember(state, next_state, action, over) end
    if curiosity and moves > WARM_UP then
      optimizer:update(lossfun)
      dg.no_backprop_mode(dg.scope, follow)
    end
    if over then return step end
    state = next_state
  end
  return STEPS
end

-- -- The training ------------------------------------------------------------------------------

local scores, sum = {}, 0
for episode = 1, flags.episodes do
  optimizer.alpha = ALPHA * math.max(0.05, 0.99 ^ episode) -- small steps keep what works
  scores[episode] = play(math.max(0.01, 0.98 ^ episode))
  sum = sum + scores[episode] - (scores[episode - 100] or 0)
  local mean = sum / math.min(episode, 100)
  local is_solved = episode >= 100 and mean >= 195
  if episode % 20 == 0 or is_solved then
    print(("episode %4d: mean of the last 100: %5.1f steps"):format(episode, mean))
  end
  if is_solved then break end
end

sum = 0
for _ = 1, 100 do sum = sum + play() end
print(("100 episodes more: %.1f steps, without trying anything new"):format(sum / 100))
