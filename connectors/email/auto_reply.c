#include "email/auto_reply.h"

#include "http_provider/text.h"

struct td_str auto_reply_header(const struct mail *m, const char *name) {
    return td_header(m->headers.v, m->headers.n, name);
}

static bool any_list_header(const struct mail *m) {
    for (size_t i = 0; i < m->headers.n; i++)
        if (td_str_starts(m->headers.v[i].name, TD_STR("list-")))
            return true;
    return false;
}

/* Rows that make a mail automatic. value NULL: the header alone does; "!x": anything but x. */
static const struct {
    const char *header, *value;
    unsigned flags;
} rows[] = {
    {"auto-submitted", "!no", TD_AUTO_SUBMITTED},
    {"x-auto-response-suppress", "!none", TD_AUTO_SUBMITTED},
    {"x-autoreply", NULL, TD_AUTO_SUBMITTED},
    {"x-autorespond", NULL, TD_AUTO_SUBMITTED},
    {"x-autoresponder", NULL, TD_AUTO_SUBMITTED},
    {"x-auto-reply-from", NULL, TD_AUTO_SUBMITTED},
    {"x-mail-autoreply", NULL, TD_AUTO_SUBMITTED},
    {"x-loop", NULL, TD_AUTO_SUBMITTED},
    {"feedback-id", NULL, TD_AUTO_SUBMITTED},
    {"return-path", "<>", TD_AUTO_SUBMITTED},
    {"precedence", "bulk", TD_AUTO_SUBMITTED},
    {"precedence", "junk", TD_AUTO_SUBMITTED},
    {"precedence", "auto_reply", TD_AUTO_SUBMITTED},
    {"precedence", "list", TD_AUTO_SUBMITTED | TD_LIST_MAIL},
    {"x-spam-flag", "yes", TD_SPAM},
};

static bool fits(struct td_str found, const char *value) {
    if (!value)
        return found.n > 0;
    bool other = value[0] == '!';
    const char *word = value + other;
    /* "auto-replied; owner-email=…" (RFC 5436): the keyword is what stands before a semicolon */
    const char *end = found.n ? memchr(found.p, ';', found.n) : NULL;
    found = text_trim(end ? (struct td_str){found.p, (size_t)(end - found.p)} : found);
    return found.n && text_eq_nocase(found, td_str_of(word)) != other;
}

unsigned auto_reply_flags(const struct mail *m) {
    unsigned flags = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fits(auto_reply_header(m, rows[i].header), rows[i].value))
            flags |= rows[i].flags;
    if (any_list_header(m))
        flags |= TD_LIST_MAIL | TD_AUTO_SUBMITTED;
    if (m->report.is_delivery)
        flags |= TD_BOUNCE | TD_AUTO_SUBMITTED;
    if (m->report.is_feedback || text_starts_nocase(m->from.addr, "mailer-daemon@"))
        flags |= TD_AUTO_SUBMITTED;
    return flags;
}
