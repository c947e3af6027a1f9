#include "email/mime_report.h"

#include "http_provider/text.h"

struct field {
    struct td_str name, value;
};

/* One field with its folded lines joined by blanks; false at an empty line or the end. */
static bool next_field(struct td_arena *a, struct td_str s, size_t *at, struct field *out) {
    struct text t;
    text_init(&t, a, 4000);
    bool any = false;
    while (*at < s.n) {
        const char *from = s.p + *at, *end = memchr(from, '\n', s.n - *at);
        size_t n = end ? (size_t)(end - from) : s.n - *at;
        struct td_str line = text_trim((struct td_str){from, n});
        bool folded = n && (from[0] == ' ' || from[0] == '\t');
        if (any && !folded)
            break;
        *at += n + (end != NULL);
        if (!line.n && !any)
            return false;
        if (any)
            text_putc(&t, ' ');
        text_put(&t, line);
        any = true;
    }
    struct td_str whole = t.over ? td_str_cut(text_str(&t), 4000) : text_str(&t);
    const char *colon = whole.n ? memchr(whole.p, ':', whole.n) : NULL;
    if (!colon) {
        *out = (struct field){0};
        return any;
    }
    out->name = (struct td_str){whole.p, (size_t)(colon - whole.p)};
    out->value = text_trim((struct td_str){colon + 1, whole.n - out->name.n - 1});
    return true;
}

/* "rfc822; anna@example.org" */
static struct td_str after_type(struct td_str s) {
    const char *semicolon = s.n ? memchr(s.p, ';', s.n) : NULL;
    if (!semicolon)
        return s;
    size_t skip = (size_t)(semicolon - s.p) + 1;
    return text_trim((struct td_str){s.p + skip, s.n - skip});
}

static void set(struct td_str *to, struct td_str value, size_t max) {
    if (!to->n)
        *to = td_str_cut(value, max);
}

void mime_report_status(struct td_arena *a, struct td_str s, struct mail_report *out) {
    size_t at = 0;
    struct mail_report one = *out;
    bool in_recipient = false;
    while (at < s.n) {
        struct field f;
        while (next_field(a, s, &at, &f)) {
            if (text_eq_nocase(f.name, TD_STR("original-envelope-id")))
                set(&out->envelope_id, f.value, 200);
            else if (text_eq_nocase(f.name, TD_STR("final-recipient")))
                set(&one.recipient, after_type(f.value), 320), in_recipient = true;
            else if (text_eq_nocase(f.name, TD_STR("action")))
                set(&one.action, f.value, 40), in_recipient = true;
            else if (text_eq_nocase(f.name, TD_STR("status")))
                set(&one.status, f.value, 40);
            else if (text_eq_nocase(f.name, TD_STR("diagnostic-code")))
                set(&one.diagnostic, after_type(f.value), 500);
        }
        while (at < s.n && (s.p[at] == '\n' || s.p[at] == '\r'))
            at++;
        if (!in_recipient)
            continue;
        bool failed = text_eq_nocase(one.action, TD_STR("failed"));
        if (!out->action.n || (failed && !text_eq_nocase(out->action, TD_STR("failed")))) {
            one.envelope_id = out->envelope_id;
            *out = one;
        }
        one.recipient = one.action = one.status = one.diagnostic = TD_STR("");
        in_recipient = false;
    }
}

void mime_report_headers(struct td_arena *a, struct td_str s, struct mail_report *out) {
    struct field f;
    size_t at = 0;
    while (next_field(a, s, &at, &f))
        if (text_eq_nocase(f.name, TD_STR("message-id")) && f.value.n > 2 && f.value.p[0] == '<' &&
            f.value.p[f.value.n - 1] == '>')
            set(&out->original_id, (struct td_str){f.value.p + 1, f.value.n - 2}, 900);
}
