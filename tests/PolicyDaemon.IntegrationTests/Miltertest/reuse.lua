-- Several messages over one connection; a refused one between them disturbs none.
dofile(directory .. "/common.lua")
run(function()
    local connection = open()
    for round = 1, 5 do
        mail(connection, "<someone@example.org>")
        expect(connection, SMFIR_CONTINUE, "MAIL " .. round)
        must(mt.rcptto(connection, "<bob@truenorth.local>"), "RCPT")
        expect(connection, SMFIR_CONTINUE, "RCPT " .. round)
        content(connection, "someone@example.org")
        expect(connection, SMFIR_CONTINUE, "end " .. round)
        must(mt.abort(connection), "abort")
        must(mt.abort(connection), "second abort")

        mail(connection, "<alice@truenorth.local>")
        expect(connection, SMFIR_REPLYCODE, "MAIL with an address of ours and no login")
        must(mt.abort(connection), "abort after a refusal")
    end
    must(mt.disconnect(connection), "quit")
end)
