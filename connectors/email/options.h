/* options.h: a mail channel's settings: the table, its check, and what they come to. */
#ifndef EMAIL_OPTIONS_H
#define EMAIL_OPTIONS_H

#include "email/imap_link.h"
#include "email/mail_in.h"
#include "email/smtp.h"
#include <tandem/oauth.h>

extern const struct td_setting options_table[];

struct options { /* strings live as long as the arena; secrets are in it, so wipe it */
    const char *address, *domain, *from_name;
    bool receives, sends, plus_address, subject_token, html, file_sent;
    bool by_oauth;
    struct td_oauth oauth; /* when by_oauth */
    int64_t timeout_ms;
    struct imap_link_options imap;
    struct td_str folder, sent_folder; /* sent: "" none */
    size_t max_mail_bytes;
    int64_t poll_ms;
    struct smtp_target smtp; /* without trust */
    struct mail_rules rules; /* without key */
};
int options_check(const struct td_settings *s, struct td_error *err);
void options_read(struct td_arena *a, const struct td_settings *s, struct options *out);

#endif
