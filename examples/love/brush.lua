--- What all drawing is made of: colours, letters, and discs that are smooth without multisampling.
local brush = {}

brush.COLOURS = {
  night = { 0.035, 0.045, 0.075 }, field = { 0.058, 0.074, 0.118 }, edge = { 0.16, 0.20, 0.30 },
  text = { 0.90, 0.93, 0.98 }, dim = { 0.50, 0.56, 0.68 },
  player = { 0.62, 0.92, 1.00 }, spark = { 1.00, 0.78, 0.36 },
  creature = { 0.98, 0.38, 0.46 }, learn = { 0.55, 0.56, 1.00 }, game = { 0.35, 0.78, 0.66 },
}

local SIZE = 128
local disc, glow, fonts

--- A round picture whose opacity is a function of the distance from its middle, 0 to 1.
local function round(opacity)
  local data = love.image.newImageData(SIZE, SIZE)
  data:mapPixel(function(x, y)
    local dx, dy = (x + 0.5) / SIZE * 2 - 1, (y + 0.5) / SIZE * 2 - 1
    return 1, 1, 1, math.max(0, math.min(1, opacity(math.sqrt(dx * dx + dy * dy))))
  end)
  return love.graphics.newImage(data, { mipmaps = true })
end

function brush.load()
  disc = round(function(r) return (0.96 - r) * SIZE / 2 end)
  glow = round(function(r) return math.max(0, 1 - r) ^ 2 end)
  fonts = {}
  for name, size in pairs { small = 12, normal = 14, large = 30, title = 22 } do
    fonts[name] = love.graphics.newFont(size)
  end
end

function brush.colour(name, opacity)
  local c = brush.COLOURS[name]
  love.graphics.setColor(c[1], c[2], c[3], opacity or 1)
end

function brush.disc(x, y, radius)
  local scale = radius / (SIZE / 2 * 0.96)
  love.graphics.draw(disc, x, y, 0, scale, scale, SIZE / 2, SIZE / 2)
end

--- Light that adds up.
function brush.glow(x, y, radius)
  love.graphics.setBlendMode "add"
  love.graphics.draw(glow, x, y, 0, radius / (SIZE / 2), radius / (SIZE / 2), SIZE / 2, SIZE / 2)
  love.graphics.setBlendMode "alpha"
end

function brush.text(text, x, y, font, width, align)
  love.graphics.setFont(fonts[font or "normal"])
  love.graphics.printf(text, x, y, width or 1000, align or "left")
end

return brush
