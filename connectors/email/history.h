/* history.h: mails from before the channel began, on request (<tandem/import.h>): by a mailbox of
 * its own, beside the one that is watched, resumed where it was. */
#ifndef EMAIL_HISTORY_H
#define EMAIL_HISTORY_H

#include "email/mailbox.h"

struct history;
/* `o`: of the mailbox that is watched; its link, folder and rules are those of history too. */
struct history *history_new(struct td_host *h, const struct mailbox_options *o);
void history_start(struct history *x);
/* stopped fires once, never inside. */
void history_stop(struct history *x, void (*stopped)(void *arg), void *arg);
void history_free(struct history **x); /* stopped, or never started */

#endif
