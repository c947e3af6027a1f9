/* mail.h: one mail that came in, taken apart: what mime_in.c makes and mail_in.c turns into a
 * message.
 *
 * All strings are UTF-8 without control characters (texts keep line feeds and tabs), and live in
 * the arena that the mail was parsed into. Ids come without angle brackets. */
#ifndef EMAIL_MAIL_H
#define EMAIL_MAIL_H

#include <tandem/provider.h>

struct mail_limits {
    size_t max_depth, max_parts, max_headers;
    size_t max_bytes;                      /* decoded, all parts together */
    size_t max_text, max_html, max_quoted; /* together far below the size of a command */
    size_t max_files, max_addresses;
};
#define MAIL_LIMITS                                                                                \
    ((struct mail_limits){.max_depth = 20,                                                         \
                          .max_parts = 200,                                                        \
                          .max_headers = 500,                                                      \
                          .max_bytes = (size_t)64 * 1024 * 1024,                                   \
                          .max_text = 12000,                                                       \
                          .max_html = 18000,                                                       \
                          .max_quoted = 6000,                                                      \
                          .max_files = 40,                                                         \
                          .max_addresses = 40})

struct mail_file {
    struct td_str name, type, content_id;
    struct td_str bytes;
};
struct mail_report {      /* multipart/report, RFC 3464 and 5965 */
    bool is_delivery;     /* about a mail that we, or somebody in our name, sent */
    bool is_feedback;     /* a complaint */
    struct td_str action; /* "failed", "delayed", "delivered", "relayed", "expanded" */
    struct td_str status; /* "5.1.1" */
    struct td_str diagnostic, recipient, envelope_id;
    struct td_str original_id; /* Message-ID of the mail meant */
};
struct mail {
    struct td_str message_id, in_reply_to, subject;
    struct td_strs references; /* the oldest first */
    struct td_address from, reply_to;
    struct {
        struct td_address *v;
        size_t n;
    } to, cc, delivered_to;
    int64_t at_ms;           /* its Date; 0: none, or nonsense */
    struct td_str text;      /* what is new in it */
    struct td_str html;      /* the same, sanitized; empty: there is no HTML */
    struct td_str quoted;    /* what it quotes */
    struct td_str full_text; /* the whole when `text` had to be cut; else empty */
    struct {
        struct td_pair *v;
        size_t n;
    } headers; /* names lower case, values decoded, in their order */
    struct {
        struct mail_file *v;
        size_t n;
    } files;
    struct mail_report report;
    bool is_encrypted, is_signed;
    const char *cut; /* why something of it is missing here; NULL: nothing is */
};

#endif
