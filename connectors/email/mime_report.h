/* mime_report.h: the machine-readable parts of a delivery report (RFC 3464 §2). Pure. */
#ifndef EMAIL_MIME_REPORT_H
#define EMAIL_MIME_REPORT_H

#include "email/mail.h"

/* message/delivery-status: the first recipient that failed counts, else the first of all. */
void mime_report_status(struct td_arena *a, struct td_str s, struct mail_report *out);
/* text/rfc822-headers: the Message-ID of the mail meant. */
void mime_report_headers(struct td_arena *a, struct td_str s, struct mail_report *out);

#endif
