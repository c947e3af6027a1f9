#include "email/mail_in.h"

#include "email/auto_reply.h"
#include "email/mime_in.h"
#include "http_provider/crypto.h"
#include "http_provider/text.h"

struct mail_rules *mail_rules_copy(struct td_arena *a, const struct mail_rules *r) {
    struct mail_rules *x = TD_ARENA_NEW(a, struct mail_rules);
    *x = *r;
    struct td_strs *lists[] = {&x->own, &x->form_senders};
    for (size_t k = 0; k < 2; k++) {
        struct td_str *v = TD_ARENA_ARRAY(a, struct td_str, lists[k]->n);
        for (size_t i = 0; i < lists[k]->n; i++)
            v[i] = td_arena_dup(a, lists[k]->v[i]);
        lists[k]->v = v;
    }
    return x;
}

/* Ours, or one of ours with a token (help+…@acme.example). */
bool mail_is_own(const struct mail_rules *r, struct td_str addr) {
    const char *at = addr.n ? memrchr(addr.p, '@', addr.n) : NULL;
    const char *plus = at ? memchr(addr.p, '+', (size_t)(at - addr.p)) : NULL;
    for (size_t i = 0; i < r->own.n; i++) {
        struct td_str own = r->own.v[i];
        size_t head = plus ? (size_t)(plus - addr.p) : 0;
        size_t tail = at ? (size_t)(addr.p + addr.n - at) : 0;
        if (text_eq_nocase(own, addr))
            return true;
        if (plus && own.n == head + tail &&
            text_eq_nocase((struct td_str){own.p, head}, (struct td_str){addr.p, head}) &&
            text_eq_nocase((struct td_str){own.p + head, tail}, (struct td_str){at, tail}))
            return true;
    }
    return false;
}

/* Whom it went to beside us: an answer to all is an answer to them. */
static size_t keep_others(const struct mail_rules *r, struct td_address *v, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!mail_is_own(r, v[i].addr))
            v[kept++] = v[i];
    return kept;
}

static bool is_among(struct td_strs list, struct td_str addr) {
    for (size_t i = 0; i < list.n; i++)
        if (text_eq_nocase(list.v[i], addr))
            return true;
    return false;
}

/* The same mail delivered twice, fetched again, or found again after UIDVALIDITY changed is one:
 * its Message-ID and what follows the headers. A reused Message-ID with other words is another. */
static struct td_str dedupe_of(struct td_arena *a, struct td_str message_id, struct td_str raw) {
    uint8_t hash[32];
    const char *body = raw.n ? memmem(raw.p, raw.n, "\r\n\r\n", 4) : NULL;
    size_t skip = body && message_id.n ? (size_t)(body - raw.p) : 0;
    size_t rest = raw.n - skip;
    char *both = td_arena_alloc(a, message_id.n + rest + 1);
    if (message_id.n)
        memcpy(both, message_id.p, message_id.n);
    if (rest)
        memcpy(both + message_id.n, raw.p + skip, rest);
    crypto_sha256((struct td_str){both, message_id.n + rest}, hash);
    struct td_str hex = text_hex(a, hash, 16);
    return td_arena_printf(a, "mail:%.*s", TD_FMT(hex));
}

/* ---- files ---- */

static void add_file(struct td_arena *a, struct mail_in *out, struct td_str name,
                     struct td_str type, struct td_str content_id, struct td_str bytes) {
    struct td_attachment *f = &out->message.attachments.v[out->message.attachments.n++];
    *f = (struct td_attachment){
        .name = name, .type = type, .bytes = bytes.n, .content_id = content_id};
    f->sha256 = TD_STR("");
    out->blobs.v[out->blobs.n++] = bytes;
    (void)a;
}

static void make_room(struct td_arena *a, struct mail_in *out, size_t files) {
    out->message.attachments.v = TD_ARENA_ARRAY(a, struct td_attachment, files);
    out->blobs.v = TD_ARENA_ARRAY(a, struct td_str, files);
}

static void add_raw(struct td_arena *a, struct mail_in *out, struct td_str raw) {
    add_file(a, out, TD_STR("original.eml"), TD_STR("message/rfc822"), TD_STR(""), raw);
}

static void add_files(struct td_arena *a, const struct mail_rules *r, const struct mail *m,
                      struct td_str raw, struct mail_in *out) {
    make_room(a, out, m->files.n + 2);
    for (size_t i = 0; i < m->files.n; i++) {
        const struct mail_file *f = &m->files.v[i];
        if (f->bytes.n)
            add_file(a, out, f->name, f->type, f->content_id, f->bytes);
    }
    if (m->full_text.n)
        add_file(a, out, TD_STR("whole-text.txt"), TD_STR("text/plain"), TD_STR(""), m->full_text);
    bool needed = m->cut || m->is_encrypted || m->is_signed || (!m->text.n && !m->html.n);
    if (r->keep_raw || needed)
        add_raw(a, out, raw);
}

/* ---- which conversation ---- */

static bool by_token(const struct mail_rules *r, const struct mail *m, struct td_message *out) {
    uint64_t conv = 0;
    for (size_t i = 0; !conv && i < m->delivered_to.n; i++)
        conv = token_of_address(r->key, m->delivered_to.v[i].addr);
    for (size_t i = 0; !conv && i < m->to.n; i++)
        conv = token_of_address(r->key, m->to.v[i].addr);
    for (size_t i = 0; !conv && i < m->cc.n; i++)
        conv = token_of_address(r->key, m->cc.v[i].addr);
    if (!conv)
        conv = token_of_message_id(r->key, m->in_reply_to, NULL);
    for (size_t i = m->references.n; !conv && i-- > 0;)
        conv = token_of_message_id(r->key, m->references.v[i], NULL);
    if (conv)
        out->matched = TD_MATCH_TOKEN;
    else if ((conv = token_of_subject(r->key, m->subject)) != 0)
        out->matched = TD_MATCH_SUBJECT;
    out->conv = conv;
    return conv != 0;
}

/* ---- bounces ---- */

static bool as_receipt(const struct mail_rules *r, const struct mail *m, struct mail_in *out) {
    static const struct {
        const char *action;
        int state; /* −1: no news */
    } actions[] = {{"failed", TD_R_BOUNCED},
                   {"delivered", TD_R_DELIVERED},
                   {"delayed", -1},
                   {"relayed", -1},
                   {"expanded", -1}};
    struct td_str message;
    if (!m->report.is_delivery || !token_of_message_id(r->key, m->report.original_id, &message))
        return false;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (!text_eq_nocase(m->report.action, td_str_of(actions[i].action)))
            continue;
        out->has_receipt = actions[i].state >= 0;
        out->receipt = (struct td_receipt){.external_id = m->report.original_id,
                                           .message_id = message,
                                           .state = (uint32_t)actions[i].state,
                                           .code = m->report.status,
                                           .text = m->report.diagnostic,
                                           .at = m->at_ms};
        return true;
    }
    return false;
}

/* ---- the message ---- */

static struct td_address sender_of(const struct mail_rules *r, const struct mail *m) {
    if (m->reply_to.addr.n && is_among(r->form_senders, m->from.addr))
        return m->reply_to;
    if (m->from.addr.n)
        return m->from;
    return (struct td_address){TD_STR("email"), TD_STR("unknown@invalid"), TD_STR("")};
}

static struct td_str with_notice(struct td_arena *a, const struct mail *m, uint64_t too_large) {
    if (too_large)
        return td_arena_printf(
            a,
            "[This mail has %llu bytes, more than this channel takes (max_mail). "
            "It stays in the mailbox.]",
            (unsigned long long)too_large);
    if (m->cut)
        return td_arena_printf(a, "%.*s\n\n[Not all of this mail is shown: %s. It is attached.]",
                               TD_FMT(m->text), m->cut);
    return m->text;
}

void mail_in_unreadable(struct td_arena *a, struct td_str raw, struct td_str dedupe,
                        int64_t received_ms, const char *why, struct mail_in *out) {
    *out = (struct mail_in){.has_message = true};
    struct td_message *x = &out->message;
    x->from = (struct td_address){TD_STR("email"), TD_STR("unreadable@invalid"), TD_STR("")};
    x->subject = TD_STR("A mail that could not be read");
    x->text = td_arena_printf(a, "[A mail could not be read: %s. It is attached as it came.]", why);
    x->dedupe = dedupe.n ? dedupe : dedupe_of(a, TD_STR(""), raw);
    x->provider_at = received_ms;
    x->flags = TD_AUTO_SUBMITTED;
    make_room(a, out, 1);
    if (raw.n)
        add_raw(a, out, raw);
}

/* Ours, by other means than Tandem: the first whom it went to is the customer. A list is none. */
static bool as_sent(struct td_arena *a, struct td_message *x) {
    if (!x->to.n && x->cc.n) {
        x->to.v = TD_ARENA_NEW(a, struct td_address);
        x->to.v[0] = x->cc.v[0];
        x->to.n = 1;
        x->cc.v++;
        x->cc.n--;
    }
    x->direction = TD_OUT;
    return x->to.n > 0;
}

void mail_in(struct td_arena *a, const struct mail_rules *r, struct td_str raw, uint64_t too_large,
             int64_t received_ms, struct mail_in *out) {
    struct mail m;
    struct td_error err = {0};
    *out = (struct mail_in){0};
    if (mime_in(a, raw, &MAIL_LIMITS, &m, &err) != TD_OK) {
        struct td_str why = td_arena_dup(a, td_str_of(err.text));
        mail_in_unreadable(a, raw, TD_STR(""), received_ms, why.p, out);
        out->has_message = !r->sent; /* whose it was cannot be told */
        out->message.flags |= r->imported ? TD_IMPORTED : 0u;
        return;
    }
    if (token_of_message_id(r->key, m.message_id, NULL))
        return; /* our own words */
    if (as_receipt(r, &m, out)) {
        out->has_receipt &= !r->sent && !r->imported; /* news of them, if it is news */
        return;
    }
    struct td_message *x = &out->message;
    out->has_message = true;
    by_token(r, &m, x); /* looks at all addresses, ours too */
    x->from = sender_of(r, &m);
    x->to.v = m.to.v;
    x->to.n = keep_others(r, m.to.v, m.to.n);
    x->cc.v = m.cc.v;
    x->cc.n = keep_others(r, m.cc.v, m.cc.n);
    x->subject = m.subject;
    x->text = with_notice(a, &m, too_large);
    x->html = m.html;
    x->quoted = m.quoted;
    x->external_id = m.message_id;
    x->in_reply_to = m.in_reply_to;
    x->references = m.references;
    x->language = td_str_cut(auto_reply_header(&m, "content-language"), 16);
    x->provider_at = m.at_ms ? m.at_ms : received_ms;
    x->flags = auto_reply_flags(&m);
    if (is_among(r->own, x->from.addr))
        x->flags |= TD_AUTO_SUBMITTED; /* from ourselves: never answered by a machine */
    if (r->imported)
        x->flags |= TD_IMPORTED;
    x->dedupe = dedupe_of(a, m.message_id, raw);
    if ((r->sent || (r->imported && is_among(r->own, m.from.addr))) && !as_sent(a, x)) {
        out->has_message = false; /* to ourselves alone */
        return;
    }
    if (too_large)
        make_room(a, out, 1);
    else
        add_files(a, r, &m, raw, out);
}
