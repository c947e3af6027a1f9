/* auto_reply.h: which mails no machine may answer, and which a person should not be woken for. */
#ifndef EMAIL_AUTO_REPLY_H
#define EMAIL_AUTO_REPLY_H

#include "email/mail.h"

/* TD_AUTO_SUBMITTED, TD_LIST_MAIL, TD_BOUNCE, TD_SPAM (RFC 3834 §2, RFC 2369, 2919, 3464). */
unsigned auto_reply_flags(const struct mail *m);
/* The first header of that lower-case name, "". */
struct td_str auto_reply_header(const struct mail *m, const char *name);

#endif
