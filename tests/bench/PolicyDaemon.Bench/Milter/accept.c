/*
 * A filter that accepts everything, on libmilter: what a milter costs that does not think. It is shown what the daemon is shown, the
 * envelope, the header and the end of the message, and not the body.
 *
 * Usage: accept unix:/path
 */
#include <stdio.h>
#include <libmilter/mfapi.h>

static sfsistat envelope(SMFICTX *context, char **arguments)
{
    (void) context;
    (void) arguments;
    return SMFIS_CONTINUE;
}

static sfsistat header(SMFICTX *context, char *name, char *value)
{
    (void) context;
    (void) name;
    (void) value;
    return SMFIS_CONTINUE;
}

static sfsistat end_of_message(SMFICTX *context)
{
    (void) context;
    return SMFIS_CONTINUE;
}

static sfsistat negotiate(SMFICTX *context, unsigned long actions, unsigned long steps, unsigned long unused2, unsigned long unused3,
    unsigned long *wanted_actions, unsigned long *wanted_steps, unsigned long *wanted2, unsigned long *wanted3)
{
    (void) context;
    (void) actions;
    (void) unused2;
    (void) unused3;
    *wanted_actions = SMFIF_QUARANTINE;
    *wanted_steps = (SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOBODY | SMFIP_NOEOH | SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NR_HDR) & steps;
    *wanted2 = *wanted3 = 0;
    return SMFIS_CONTINUE;
}

int main(int count, char **arguments)
{
    struct smfiDesc filter = {
        .xxfi_name = "accept", .xxfi_version = SMFI_VERSION, .xxfi_flags = SMFIF_QUARANTINE, .xxfi_envfrom = envelope, .xxfi_envrcpt = envelope,
        .xxfi_header = header, .xxfi_eom = end_of_message, .xxfi_negotiate = negotiate,
    };
    if (count != 2 || smfi_setconn(arguments[1]) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS) {
        fprintf(stderr, "usage: accept unix:/path\n");
        return 2;
    }
    return smfi_main() == MI_SUCCESS ? 0 : 1;
}
