-- Dovecot 2.4: passwords and mailboxes from PolicyDaemon over HTTP. Loaded by lua.conf, run by Dovecot's auth-worker processes.
--
-- The daemon says what is right and what is wrong. All that is not clearly one of its answers (nobody there, too late, an HTTP error, a word
-- that is not known here) is INTERNAL_FAILURE, which tells clients to try again, and never a wrong password or an unknown user.

-- As in listen.authHttp of the daemon.
local address = "http://127.0.0.1:10081"

-- The same secret as in listen.authHttpSecretFile, in a file of root's that nobody else can read: auth-worker processes run as root.
-- Read anew for each question, so that a new secret needs no restart here.
local secret_file = "/etc/dovecot/policydaemon-secret"

-- The daemon answers within 6 seconds.
local client = dovecot.http.client {
  connect_timeout = "1s",
  request_timeout = "8s",
  request_absolute_timeout = "8s",
  request_max_attempts = "2",
}

local passdb = dovecot.auth

-- Percent-encoded, because a password can be any octets and Dovecot cuts what it sends at the first NUL.
local function encode(text)
  return (tostring(text or ""):gsub("[^A-Za-z0-9]", function(octet) return ("%%%02X"):format(octet:byte()) end))
end

local function decode(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function read_secret()
  local file = assert(io.open(secret_file, "r"))
  local line = file:read("l")
  file:close()
  return assert(line, secret_file .. " is empty")
end

-- The body of the daemon's answer; an error for all else.
local function ask(method, path, fields)
  local request = client:request { url = address .. path, method = method }
  request:add_header("X-API-Key", read_secret())
  if fields then
    local parts = {}
    for name, value in pairs(fields) do parts[#parts + 1] = name .. "=" .. encode(value) end
    request:add_header("Content-Type", "application/x-www-form-urlencoded")
    request:set_payload(table.concat(parts, "&"))
  end
  local response = request:submit()
  if response:status() ~= 200 then error("PolicyDaemon: " .. response:status() .. " " .. response:reason(), 0) end
  return response:payload()
end

-- Names and values of an answer, with the word that it begins with.
local function ask_about(path, fields)
  local answer = {}
  for name, value in ask("POST", path, fields):gmatch("([a-z]+)=([^&]*)") do answer[name] = decode(value) end
  return answer
end

function auth_password_verify(req, password)
  local answer = ask_about("/passdb", {
    login = req.user, password = password, service = req.protocol, client = req.remote_ip, session = req.session, secured = req.secured,
  })
  if answer.result == "ok" and answer.user then return passdb.PASSDB_RESULT_OK, { nopassword = "y", user = answer.user } end
  if answer.result == "mismatch" then return passdb.PASSDB_RESULT_PASSWORD_MISMATCH, "refused by PolicyDaemon" end
  if answer.result == "disabled" then return passdb.PASSDB_RESULT_USER_DISABLED, "may not log in" end
  return passdb.PASSDB_RESULT_INTERNAL_FAILURE, "PolicyDaemon gave an answer that is not known here"
end

function auth_userdb_lookup(req)
  local answer = ask_about("/userdb", { login = req.user })
  if answer.result == "ok" and answer.user and answer.uid and answer.gid and answer.home then
    local fields = { user = answer.user, uid = answer.uid, gid = answer.gid, home = answer.home, quota_storage_size = answer.quota and answer.quota .. "B" }
    if answer.mail then fields.mail_driver, fields.mail_path = answer.mail:match("^([^:]+):(.*)$") end
    return passdb.USERDB_RESULT_OK, fields
  end
  if answer.result == "unknown" then return passdb.USERDB_RESULT_USER_UNKNOWN, "has no mailbox" end
  return passdb.USERDB_RESULT_INTERNAL_FAILURE, "PolicyDaemon gave an answer that is not known here"
end

function auth_userdb_iterate()
  local body, users = ask("GET", "/users"), {}
  if not body:find("complete=yes\n$") then error("PolicyDaemon: the list of users is not complete", 0) end
  for user in body:gmatch("user=([^\n]+)\n") do users[#users + 1] = decode(user) end
  return users
end
