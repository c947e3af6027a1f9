/* filing.h: a mail that was sent, put into the folder of sent mail (IMAP APPEND, RFC 3501 §6.3.11),
 * for providers that do not do so themselves. Blocking: for worker threads. */
#ifndef EMAIL_FILING_H
#define EMAIL_FILING_H

#include "email/imap_link.h"

enum { FILING_MS = 20000 }; /* all in all */

/* o: owner and callbacks are not used. The mail is marked as read. NULL: it is there; else why it
 * may not be, a sentence without secrets that lives for ever. */
const char *filing_put(const struct imap_link_options *o, const char *folder, struct td_str mail);

#endif
