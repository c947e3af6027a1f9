/* mailbox.h: one IMAP mailbox, watched: what is new in it goes to the inbox, once.
 *
 * The cursor "v1 <UIDVALIDITY> <UID> <newest> <begun>" (the last two in Unix seconds) says up to
 * where all is taken; it is committed with the mails themselves. The mailbox is opened read-only
 * (EXAMINE): nothing in it is ever changed. */
#ifndef EMAIL_MAILBOX_H
#define EMAIL_MAILBOX_H

#include "email/covered.h"
#include "email/imap_link.h"
#include "email/mail_in.h"

struct mailbox;
struct mailbox_options {
    struct imap_link_options link; /* owner and callbacks are the mailbox's; strings borrowed */
    struct td_str folder;
    size_t max_mail_bytes;
    int64_t poll_ms;
    const struct mail_rules *rules; /* borrowed */
    /* OAuth 2: NULL for a password. The token that counts now, NULL: none yet, asked again soon.
     * Not taken: is it worth another try? */
    const char *(*bearer)(void *owner, unsigned *number);
    bool (*bearer_not_taken)(void *owner, unsigned number);
    void *owner;
    /* NULL: the channel's own cursor, committed with the mails. Else the name of a secret that is
     * written after them: a folder beside the one that is watched. Its state is nobody's. */
    const char *cursor;
    /* History: all from since_s on that reached the folder up to until_s (both Unix s), then the
     * end is told. A batch: so many mails of it are durable. */
    bool history;
    int64_t since_s, until_s;
    struct covered covered; /* what of it was imported before; zero: nothing */
    void (*on_batch)(void *history_owner, size_t mails);
    void (*on_finished)(void *history_owner);
    void *history_owner;
};
struct mailbox *mailbox_new(struct td_host *h, const struct mailbox_options *o);
void mailbox_start(struct mailbox *m);
/* When it last came on: all that the server had was taken, or a batch of it (host's clock, ms); 0:
 * not yet. */
int64_t mailbox_moved_at_ms(const struct mailbox *m);
/* History, when its end is told: what of the folder is taken now. */
struct covered mailbox_covers(const struct mailbox *m);
bool mailbox_is_up(const struct mailbox *m); /* connected, and said so */
/* There is another token, of another account perhaps: connects anew, and tells that it is up. */
void mailbox_renew(struct mailbox *m);
/* stopped fires once, never inside. */
void mailbox_stop(struct mailbox *m, void (*stopped)(void *arg), void *arg);
void mailbox_free(struct mailbox **m); /* stopped, or never started */

#endif
