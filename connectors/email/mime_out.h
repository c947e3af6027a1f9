/* mime_out.h: our reply → the bytes of a mail (RFC 5322, 2045, 2047). By GMime; for any thread. */
#ifndef EMAIL_MIME_OUT_H
#define EMAIL_MIME_OUT_H

#include <tandem/arena.h>
#include <tandem/error.h>
#include <tandem/message.h>

struct mime_file {
    struct td_str name, type, content_id, bytes;
};
struct mime_mail {
    struct td_address from, to;
    struct {
        const struct td_address *v;
        size_t n;
    } more_to, cc, bcc;     /* bcc: of the envelope alone */
    struct td_str reply_to; /* an address; empty: none */
    struct td_str subject, text, message_id, in_reply_to;
    struct td_strs references;
    int64_t at_ms;
    bool automatic; /* Auto-Submitted: auto-replied (RFC 3834) */
    bool html;      /* an HTML form of the text beside it */
    struct {
        const struct mime_file *v;
        size_t n;
    } files;
};
/* *out in the arena, with CR LF. TD_EINVAL with a sentence: an address that is none, or a control
 * character in what goes into a header. */
int mime_out(struct td_arena *a, const struct mime_mail *m, struct td_str *out,
             struct td_error *err);
/* local@domain, and nothing that could end a header or an SMTP command. */
bool mime_address_ok(struct td_str addr);

#endif
