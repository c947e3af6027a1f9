/* doctor.h: looks at one channel from one end to the other and says what to mend.
 *
 * Steps follow from the channel's settings: names, connections, certificates, logins, what the
 * server can do, the DNS records that receivers of mail ask for, the public address of hooks, the
 * state that is committed. Each is ok, failed or skipped, with what was found and, where something
 * is to be done, the fix in one sentence. Nothing is sent to a customer and nothing is changed; no
 * secret stands in what it says.
 *
 * It blocks: for a worker's thread, or a command line. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "config/config.h"
#include "model/entity.h"

enum doctor_state { DOCTOR_OK, DOCTOR_FAILED, DOCTOR_SKIPPED };
extern const char *const doctor_state_names[];

struct doctor_step {
    const char *name; /* "imap tls" */
    uint32_t state;   /* enum doctor_state */
    struct td_str found, fix;
};

enum { DOCTOR_STEPS_MAX = 40, DOCTOR_TOTAL_MS = 60000 };
struct doctor_report {
    struct td_arena *arena; /* the caller's */
    struct doctor_step v[DOCTOR_STEPS_MAX];
    size_t n;
};

struct doctor_input {
    const struct config_channel *channel; /* lives during the call */
    const struct chan *chan;              /* as committed; NULL: nothing is */
    const uint8_t *key;                   /* the installation's, 32 bytes: whose hooks are they? */
    const char *dns;  /* "ADDRESS:PORT" instead of the system's resolver; NULL: that */
    const char *dkim; /* the selector; NULL: the usual ones are tried */
};
void doctor_run(const struct doctor_input *in, struct doctor_report *out);

/* The answer to a hook with the header `x-tandem-doctor: nonce`: 64 hexadecimal digits that only
 * this installation can make. */
#define DOCTOR_HEADER "x-tandem-doctor"
enum { DOCTOR_NONCE_MAX = 64 };
void doctor_proof(const uint8_t key[32], struct td_str nonce, char out[65]);

#endif
