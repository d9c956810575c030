-- Many recipients: those that do not exist are refused, each for itself.
dofile(directory .. "/common.lua")
run(function()
    local connection = open()
    mail(connection, "<someone@example.org>")
    expect(connection, SMFIR_CONTINUE, "MAIL")
    for number = 1, 500 do
        must(mt.rcptto(connection, "<bob+" .. number .. "@truenorth.local>"), "RCPT")
        expect(connection, SMFIR_CONTINUE, "recipient " .. number)
        must(mt.rcptto(connection, "<nobody" .. number .. "@truenorth.local>"), "RCPT")
        expect(connection, SMFIR_REPLYCODE, "unknown recipient " .. number)
    end
    content(connection, "someone@example.org")
    expect(connection, SMFIR_CONTINUE, "end")
    must(mt.disconnect(connection), "quit")
end)
