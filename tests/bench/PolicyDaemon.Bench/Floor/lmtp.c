/* LMTP: a mail store that takes everything and keeps nothing. */
#include "floor.h"

enum { COMMANDS, CONTENT };

static void say_text(struct connection *connection, const char *text) { say(connection, text, strlen(text)); }

static void greet(struct connection *connection) { say_text(connection, "220 sink\r\n"); }

static size_t answer(struct connection *connection, const char *octets, size_t length)
{
    size_t taken = 0;
    while (taken < length) {
        const char *from = octets + taken, *end;
        size_t rest = length - taken;
        if (connection->state == CONTENT) {
            if ((end = memmem(from, rest, "\r\n.\r\n", 5)) == NULL) return rest > 4 ? length - 4 : taken;
            connection->state = COMMANDS;
            taken = (size_t) (end + 5 - octets);
            say_text(connection, "250 2.0.0 stored nowhere\r\n");
            continue;
        }
        if ((end = memchr(from, '\n', rest)) == NULL) break;
        taken = (size_t) (end + 1 - octets);
        if (strncmp(from, "LHLO", 4) == 0) say_text(connection, "250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n");
        else if (strncmp(from, "DATA", 4) == 0) connection->state = CONTENT, say_text(connection, "354 go on\r\n");
        else say_text(connection, "250 2.0.0 ok\r\n");
    }
    return taken;
}
