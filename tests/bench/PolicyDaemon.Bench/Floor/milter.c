/*
 * The milter protocol: goes on with everything. Asks for what the daemon is shown, the envelope, the header and the end of the message, and not for
 * the body; the numbers are those of mfdef.h (SMFIP_NOCONNECT, NOHELO, NOBODY, NOEOH, NR_HDR, NOUNKNOWN, NODATA; SMFIF_QUARANTINE).
 */
#include "floor.h"

static void greet(struct connection *connection) { (void) connection; }

static size_t answer(struct connection *connection, const char *octets, size_t length)
{
    static const char negotiated[] = "\0\0\0\x0dO\0\0\0\x06\0\0\0\x20\0\0\x03\xd3", go_on[] = "\0\0\0\x01" "c";
    size_t taken = 0;
    while (length - taken >= 5) {
        uint32_t size;
        memcpy(&size, octets + taken, sizeof size);
        size = ntohl(size);
        if (length - taken < 4 + (size_t) size) break;
        switch (octets[taken + 4]) {
        case 'O': say(connection, negotiated, sizeof negotiated - 1); break;
        case 'M': case 'R': case 'E': say(connection, go_on, sizeof go_on - 1); break;
        default: break;
        }
        taken += 4 + (size_t) size;
    }
    return taken;
}
