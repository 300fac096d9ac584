local dataset = require "dgraph.dataset"
local download = require "dgraph.dataset.download"
local folder = require "spec.support.folder"
local md5 = require "dgraph.utils.md5"

--- Serves a folder at a port of 127.0.0.1 that is free; returns the URL and the process's id.
local function serve(path)
  local pipe = io.popen(([[python3 -u -c '
import functools, http.server, os, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory="%s")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(os.getpid(), server.server_port, flush=True)
os.close(1)
server.serve_forever()
' 2>/dev/null & cat < /dev/null]]):format(path))
  local id, port = pipe:read("*n", "*n")
  return ("http://127.0.0.1:%d"):format(port), id, pipe
end

-- What is #slow runs curl, which does not start where the address sanitizer is preloaded.

describe("the dataset root", function()
  after_each(function() dataset.set_dataset_root(nil) end)

  it("is what it is set to, or a folder of the user", function()
    local usual = os.getenv "DGRAPH_DATASET_ROOT" or os.getenv "HOME" .. "/.dgraph/dataset"
    assert.equal(usual, dataset.get_dataset_root())
    dataset.set_dataset_root "/somewhere"
    assert.equal("/somewhere", dataset.get_dataset_root())
    assert.equal("/somewhere/a/b", dataset.get_dataset_directory("a/b", false))
    dataset.set_dataset_root(nil)
    assert.equal(usual, dataset.get_dataset_root())
    assert.has_error(function() dataset.set_dataset_root(3) end)
  end)

  it("makes folders, and says why it cannot", function()
    local root = folder.new()
    dataset.set_dataset_root(root)
    assert.equal(root .. "/a/b", dataset.get_dataset_directory "a/b")
    assert.equal(root .. "/a/b", dataset.get_dataset_directory "a/b")
    assert.equal(0, folder.count(root .. "/a/b"))
    folder.write(root .. "/file", "x")
    local path, message = dataset.get_dataset_directory "file/c"
    assert.is_nil(path)
    assert.matches("cannot make the folder " .. root .. "/file/c: ", message, 1, true)
    folder.remove(root)
  end)
end)

describe("cached_download", function()
  local root, source

  before_each(function()
    root, source = folder.new(), folder.new()
    dataset.set_dataset_root(root)
  end)

  after_each(function()
    dataset.set_dataset_root(nil)
    folder.remove(root)
    folder.remove(source)
  end)

  it("fetches a file once #slow", function()
    folder.write(source .. "/it's here", "content\0\n")
    local url = "file://" .. source .. "/it's%20here"
    local path = assert(dataset.cached_download(url, md5 "content\0\n"))
    assert.equal("content\0\n", folder.read(path))
    folder.remove(source)
    assert.equal(path, dataset.cached_download(url))
    assert.equal(1, folder.count(root .. "/_dl_cache"))
  end)

  it("fetches over HTTP #slow", function()
    folder.write(source .. "/data.bin", ("0123456789"):rep(10000))
    local url, id, pipe = serve(source)
    local path, message = dataset.cached_download(url .. "/data.bin",
      md5(("0123456789"):rep(10000)))
    local missing, why = dataset.cached_download(url .. "/nothing")
    os.execute("kill " .. id)
    pipe:close()
    assert.is_nil(message)
    assert.equal(100000, #folder.read(path))
    assert.is_nil(missing)
    assert.matches("/nothing: curl: .*404", why)
    local stopped, reason = dataset.cached_download(url .. "/data.bin?again")
    assert.is_nil(stopped)
    assert.matches("127.0.0.1", reason)
    assert.equal(1, folder.count(root .. "/_dl_cache"))
  end)

  it("leaves nothing behind when the sum is wrong or there is no file #slow", function()
    folder.write(source .. "/data", "changed")
    local path, message = dataset.cached_download("file://" .. source .. "/data", md5 "data")
    assert.is_nil(path)
    assert.matches("has the MD5 sum " .. md5 "changed" .. ", wanted " .. md5 "data", message)
    assert.is_nil((dataset.cached_download("file://" .. source .. "/nothing")))
    assert.is_nil((dataset.cached_download("--version")))
    assert.is_nil((dataset.cached_download("scp://localhost/etc/passwd")))
    assert.equal(0, folder.count(root .. "/_dl_cache"))
  end)

  it("tells when the folder cannot be made", function()
    dataset.set_dataset_root "/dev/null/x"
    local path, message = dataset.cached_download "file:///etc/hostname"
    assert.is_nil(path)
    assert.matches("cannot make the folder", message)
  end)
end)

describe("cache_or_load_file", function()
  it("creates once and loads from then on", function()
    local root = folder.new()
    dataset.set_dataset_root(root)
    local created = 0
    local function creator(path)
      created = created + 1
      folder.write(path, "value")
      return "value"
    end
    for _ = 1, 3 do
      assert.equal("value", dataset.cache_or_load_file("sub/file", creator, folder.read))
    end
    assert.equal(1, created)
    assert.has_error(function()
      dataset.cache_or_load_file("sub/other", function(path)
        folder.write(path, "half")
        error("stopped", 0)
      end, folder.read)
    end, "stopped")
    assert.equal(1, folder.count(root .. "/sub"))
    dataset.set_dataset_root(nil)
    folder.remove(root)
  end)
end)

describe("locate", function()
  it("prefers a folder of the user, and files that are unpacked there #slow", function()
    local root, own = folder.new(), folder.new()
    dataset.set_dataset_root(root)
    local list, url = { { "a.gz", md5 "x" } }, "file:///nowhere"
    local paths, message = download.locate("set", list, url, { folder = own })
    assert.is_nil(paths)
    assert.equal(own .. "/a.gz is not there", message)
    folder.write(own .. "/a.gz", "x")
    assert.equal(own .. "/a.gz", download.locate("set", list, url, { folder = own })["a.gz"])
    folder.write(own .. "/a", "x")
    assert.equal(own .. "/a", download.locate("set", list, url, { folder = own })["a.gz"])
    assert.is_nil((download.locate("set", list, url, { download = false })))
    assert.is_nil((download.locate("set", list, url, {})))
    local mirrored = { url = "file://" .. own .. "/" }
    assert.is_nil((download.locate("set", list, url, mirrored)))
    mirrored.checksum = false
    assert.equal(root .. "/set/a.gz", download.locate("set", list, url, mirrored)["a.gz"])
    assert.equal(root .. "/set/a.gz", download.locate("set", list, url, {})["a.gz"])
    dataset.set_dataset_root(nil)
    folder.remove(root)
    folder.remove(own)
  end)
end)
