/* mail_in.h: one mail → what the inbox takes: a message, a receipt (a bounce of ours), or nothing
 * (our own mail come back). Pure; for worker threads.
 *
 * Whatever cannot be read becomes a message that says so, with the mail attached as it came: a bad
 * mail stops nobody, and nobody misses it. */
#ifndef EMAIL_MAIL_IN_H
#define EMAIL_MAIL_IN_H

#include "email/mail.h"
#include "email/token.h"

struct mail_rules {              /* of a channel */
    struct td_strs own;          /* our addresses, lower case */
    struct td_strs form_senders; /* for these the customer stands in Reply-To */
    uint8_t key[TOKEN_KEY_BYTES];
    bool keep_raw;
    bool sent;     /* of the folder of sent mail: ours, to the customer */
    bool imported; /* history */
};
struct mail_rules *mail_rules_copy(struct td_arena *a, const struct mail_rules *r);

/* One of our addresses, with or without a token. */
bool mail_is_own(const struct mail_rules *r, struct td_str addr);

struct mail_in {
    struct td_message message;
    struct td_receipt receipt;
    bool has_message, has_receipt;
    /* What is to be stored: the files of `message`, in order; sha256 is to be set in
     * message.attachments.v[i] when it is. */
    struct {
        struct td_str *v;
        size_t n;
    } blobs;
};
/* raw: as fetched; too_large: only its headers, and its size. received_ms: when it reached the
 * mailbox. All in the arena or borrowed from raw. */
void mail_in(struct td_arena *a, const struct mail_rules *r, struct td_str raw, uint64_t too_large,
             int64_t received_ms, struct mail_in *out);
/* The same mail as a message that only says why it could not be taken, with the mail attached. */
void mail_in_unreadable(struct td_arena *a, struct td_str raw, struct td_str dedupe,
                        int64_t received_ms, const char *why, struct mail_in *out);

#endif
