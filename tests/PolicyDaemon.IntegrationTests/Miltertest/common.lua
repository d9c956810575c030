-- What the scripts beside this one share. Each is run by miltertest(8) with -D socket=ADDRESS -D directory=HERE.

reply_names = {}
reply_names[SMFIR_CONTINUE] = "continue"
reply_names[SMFIR_REPLYCODE] = "replycode"
reply_names[SMFIR_ACCEPT] = "accept"

function expect(connection, wanted, what)
    local reply = mt.getreply(connection)
    if reply ~= wanted then
        error(what .. ": " .. (reply_names[reply] or tostring(reply)) .. " instead of " .. (reply_names[wanted] or tostring(wanted)))
    end
end

function must(result, what)
    if result ~= nil then error(what .. " failed") end
end

-- One step of a message, unless it was negotiated away.
function step(say, ...)
    local said, result = pcall(say, ...)
    if not said and not string.find(result, "negotiated SMFIP_NO", 1, true) then error(result) end
    if said then must(result, "step") end
end

-- miltertest says nothing about an error of a script, and its exit code is 1.
function run(script)
    local passed, what = pcall(script)
    if passed then return end
    mt.echo(what)
    error(what)
end

-- An SMTP session from outside.
function open()
    local connection = mt.connect(socket)
    if connection == nil then error("nobody listens at " .. socket) end
    must(mt.macro(connection, SMFIC_CONNECT, "{daemon_name}", "smtp", "{client_addr}", "192.0.2.7"), "macros of the connection")
    must(mt.conninfo(connection, "mail.example.org", "192.0.2.7"), "connection")
    must(mt.helo(connection, "mail.example.org"), "HELO")
    return connection
end

function mail(connection, sender, login)
    if login ~= nil then must(mt.macro(connection, SMFIC_MAIL, "{auth_authen}", login), "macros of MAIL") end
    must(mt.mailfrom(connection, sender), "MAIL")
end

-- Header, body and end of a message that has recipients.
function content(connection, author)
    step(mt.header, connection, "From", author)
    step(mt.header, connection, "Subject", "test")
    step(mt.eoh, connection)
    step(mt.bodystring, connection, "one line\r\n")
    must(mt.eom(connection), "end of message")
end
