-- Dovecot 2.3.19 and later 2.3: passwords and mailboxes from PolicyDaemon over HTTP. Loaded by lua.conf, run by Dovecot's auth-worker processes.
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
  connect_timeout_msecs = 1000,
  request_timeout_msecs = 8000,
  request_absolute_timeout_msecs = 8000,
  max_attempts = 2,
  no_auto_redirect = true,
}

local auth = dovecot.auth

-- Percent-encoded, because a password can be any octets and Dovecot cuts what it sends at the first NUL.
local function encode(text)
  return (tostring(text or ""):gsub("[^A-Za-z0-9]", function(octet) return ("%%%02X"):format(octet:byte()) end))
end

local function decode(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function read_secret()
  local file = assert(io.open(secret_file, "r"))
  local line = file:read("*l")
  file:close()
  if not line then error(secret_file .. " is empty", 0) end
  return line
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

-- Names and values, when the whole body is nothing else; else none.
local function parse(body)
  local answer = {}
  for field in (body .. "&"):gmatch("([^&]*)&") do
    local name, value = field:match("^([a-z]+)=([A-Za-z0-9%%._~-]*)$")
    if not name then return {} end
    answer[name] = decode(value)
  end
  return answer
end

-- The daemon's answer; an empty one, and a line in the log, when there is none.
local function ask_about(req, path, fields)
  local is_answered, body = pcall(ask, "POST", path, fields)
  if is_answered then return parse(body) end
  req:log_error(body)
  return {}
end

function auth_password_verify(req, password)
  local answer = ask_about(req, "/passdb", {
    login = req.user, password = password, service = req.service, client = req.remote_ip, session = req.session, secured = req.secured,
  })
  if answer.result == "ok" and answer.user then return auth.PASSDB_RESULT_OK, { nopassword = "y", user = answer.user } end
  if answer.result == "mismatch" then return auth.PASSDB_RESULT_PASSWORD_MISMATCH, "refused by PolicyDaemon" end
  if answer.result == "disabled" then return auth.PASSDB_RESULT_USER_DISABLED, "may not log in" end
  return auth.PASSDB_RESULT_INTERNAL_FAILURE, "PolicyDaemon cannot be asked"
end

function auth_userdb_lookup(req)
  local answer = ask_about(req, "/userdb", { login = req.user })
  if answer.result == "ok" and answer.user and answer.uid and answer.gid and answer.home then
    local fields = { user = answer.user, uid = answer.uid, gid = answer.gid, home = answer.home, quota_rule = answer.quota and "*:storage=" .. answer.quota .. "B", mail = answer.mail }
    return auth.USERDB_RESULT_OK, fields
  end
  if answer.result == "unknown" then return auth.USERDB_RESULT_USER_UNKNOWN, "has no mailbox" end
  return auth.USERDB_RESULT_INTERNAL_FAILURE, "PolicyDaemon cannot be asked"
end

-- No list at all, when it is not complete: doveadm then says that it failed.
function auth_userdb_iterate()
  local is_answered, body = pcall(ask, "GET", "/users")
  local users, is_complete = {}, false
  for line in (is_answered and body or ""):gmatch("([^\n]*)\n") do
    local user = line:match("^user=([A-Za-z0-9%%._~-]+)$")
    if user then users[#users + 1] = decode(user) end
    is_complete = line == "complete=yes"
  end
  if is_complete then return users end
  dovecot.i_error(is_answered and "PolicyDaemon: the list of users is not complete" or body)
  return nil
end
