/* recipients.h: to whom else a mail of ours goes, and under which subject: what a person may say.
 * Nothing that could end a header or an SMTP command gets through (RFC 5321 §4.1.2, RFC 5322 §3.4).
 */
#ifndef CORE_RECIPIENTS_H
#define CORE_RECIPIENTS_H

#include "core/act.h"
#include <tandem/message.h>

enum { RECIPIENTS_MAX = 50, SUBJECT_MAX = 900 };

/* local@domain in printable ASCII without the marks of a list or a header. Pure. */
bool recipients_address_ok(struct td_str addr);
/* No control characters, at most SUBJECT_MAX bytes. Pure. */
bool recipients_subject_ok(struct td_str subject);
/* Puts to, cc, bcc and subject of the command into the mail; the customer himself is always its
 * first recipient. false: refused as "invalid", with a sentence that names what is wrong. */
bool recipients_take(struct core *c, const struct act *act, const struct target *t,
                     struct td_message *m);

#endif
