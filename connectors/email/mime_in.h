/* mime_in.h: the bytes of a mail → struct mail (RFC 5322, 2045–2049, 2231, 3462). By GMime.
 *
 * Pure but for memory: may run on any thread after mime_in_init. What is malformed is read as far
 * as it goes: only an empty input is an error. What goes beyond a limit is left out, and `cut` says
 * so; the raw mail, which is kept, has it. */
#ifndef EMAIL_MIME_IN_H
#define EMAIL_MIME_IN_H

#include "email/mail.h"

void mime_in_init(void); /* once or more, on one thread, before the first mail */
int mime_in(struct td_arena *a, struct td_str raw, const struct mail_limits *limits,
            struct mail *out, struct td_error *err);

#endif
