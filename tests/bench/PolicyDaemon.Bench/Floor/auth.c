/* Dovecot's auth client protocol: everybody is let in. */
#include "floor.h"

static void greet(struct connection *connection)
{
    static unsigned number;
    char text[256];
    say(connection, text, (size_t) snprintf(text, sizeof text,
        "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t%u\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n", ++number));
}

static size_t answer(struct connection *connection, const char *octets, size_t length)
{
    size_t taken = 0;
    for (const char *end; (end = memchr(octets + taken, '\n', length - taken)) != NULL; taken = (size_t) (end + 1 - octets)) {
        char text[128];
        const char *line = octets + taken;
        if (strncmp(line, "AUTH\t", 5) == 0)
            say(connection, text, (size_t) snprintf(text, sizeof text, "OK\t%lu\tuser=alice@truenorth.local\n", strtoul(line + 5, NULL, 10)));
    }
    return taken;
}
