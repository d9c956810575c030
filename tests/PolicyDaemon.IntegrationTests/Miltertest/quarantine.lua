-- alice is blocked with the action hold: her message goes on, and into quarantine at its end, not before.
dofile(directory .. "/common.lua")
run(function()
    local connection = open()
    mail(connection, "<alice@truenorth.local>", "alice@truenorth.local")
    expect(connection, SMFIR_CONTINUE, "MAIL")
    must(mt.rcptto(connection, "<bob@truenorth.local>"), "RCPT")
    expect(connection, SMFIR_CONTINUE, "RCPT")
    content(connection, "alice@truenorth.local")
    expect(connection, SMFIR_CONTINUE, "end")
    if not mt.eom_check(connection, MT_QUARANTINE, "policydaemon: blocked_login") then error("not in quarantine") end
    must(mt.abort(connection), "abort")

    -- The next message of the session is another.
    mail(connection, "<someone@example.org>")
    expect(connection, SMFIR_CONTINUE, "MAIL")
    must(mt.rcptto(connection, "<bob@truenorth.local>"), "RCPT")
    expect(connection, SMFIR_CONTINUE, "RCPT")
    content(connection, "someone@example.org")
    expect(connection, SMFIR_CONTINUE, "end")
    if mt.eom_check(connection, MT_QUARANTINE) then error("in quarantine without a reason") end
    must(mt.disconnect(connection), "quit")
end)
