-- An abort after each stage; the message after it is like the first.
dofile(directory .. "/common.lua")
run(function()
    local connection = open()
    local stages = {
        function() mail(connection, "<someone@example.org>") expect(connection, SMFIR_CONTINUE, "MAIL") end,
        function() must(mt.rcptto(connection, "<bob@truenorth.local>"), "RCPT") expect(connection, SMFIR_CONTINUE, "RCPT") end,
        function() step(mt.data, connection) end,
        function() step(mt.header, connection, "From", "someone@example.org") end,
        function() step(mt.eoh, connection) end,
        function() step(mt.bodystring, connection, "one line\r\n") end,
        function() must(mt.eom(connection), "end of message") expect(connection, SMFIR_CONTINUE, "end") end,
    }
    must(mt.abort(connection), "abort before any message")
    for last = 1, #stages do
        for stage = 1, last do stages[stage]() end
        must(mt.abort(connection), "abort after stage " .. last)
    end
    must(mt.disconnect(connection), "quit")
end)
