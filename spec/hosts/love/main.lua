function love.load()
  io.write(dofile(os.getenv "DGRAPH_ROOT" .. "/spec/hosts/learn.lua"))
  love.event.quit()
end
