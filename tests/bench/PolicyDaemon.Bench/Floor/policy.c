/* Postfix's policy protocol: DUNNO as soon as an empty line is there. */
#include "floor.h"

static void greet(struct connection *connection) { (void) connection; }

static size_t answer(struct connection *connection, const char *octets, size_t length)
{
    static const char dunno[] = "action=DUNNO\n\n";
    if (length < 2 || octets[length - 1] != '\n' || octets[length - 2] != '\n') return 0;
    say(connection, dunno, sizeof dunno - 1);
    return length;
}
