/* sending.h: one reply on its way: its files read, the mail made and given to the mail server on a
 * worker, the verdict told. */
#ifndef EMAIL_SENDING_H
#define EMAIL_SENDING_H

#include "email/grant.h"
#include "email/options.h"
#include <tandem/connector.h>

struct sending_context { /* lives as long as the instance; a late thread may outlive both */
    struct td_host *host;
    const struct options *options;
    uint8_t key[TOKEN_KEY_BYTES];
    struct smtp_trust *trust;
    struct grant *grant; /* NULL: the password */
    size_t pending;
    void (*on_idle)(struct sending_context *c); /* the last pending one was done */
};
int sending_start(struct sending_context *c, struct td_send *s);
void sending_cancel(struct td_send *s);

/* What the mail is made of, without its files; for tests too. */
struct mime_mail;
void sending_compose(struct td_arena *a, const struct options *o,
                     const uint8_t key[TOKEN_KEY_BYTES], const struct td_message *m,
                     const struct td_address *to, int64_t now_ms, struct mime_mail *out);

#endif
