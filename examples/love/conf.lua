function love.conf(t)
  t.identity = "dgraph-foresight"
  t.version = "11.0"
  t.window.title = "Foresight"
  t.window.width, t.window.height = 1120, 680
  t.window.minwidth, t.window.minheight = 560, 340
  t.window.resizable = true
  t.window.vsync = 1
  for _, name in ipairs { "audio", "joystick", "physics", "sound", "touch", "video" } do
    t.modules[name] = false
  end
end
