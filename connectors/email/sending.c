/* Happy path: sending_start copies the message → its files come from the store → job: mime_out,
 * smtp_deliver → done(verdict).
 *
 * With file_sent the thread puts a copy into the folder of sent mail once the server has taken the
 * mail; that it could not is logged, and changes no verdict.
 *
 * Failure modes: a file is gone: permanent. No worker: the send is refused, and comes again.
 * Cancelled or overdue before a thread took it: temporary, and it is made sure that none will;
 * later: unknown, for the thread cannot be stopped. It has copies of all that it uses. */
#include "email/sending.h"

#include "email/filing.h"
#include "email/mime_out.h"
#include "http_provider/text.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <tandem/log.h>

enum { DEADLINE_MS = 240000, FILES_MAX = 50, TO_MAX = 50 };
#define FILES_MAX_BYTES ((size_t)24 * 1024 * 1024)

/* Whose the delivery is; DELIVERED: the result stands, only the copy for the folder is under way.
 */
enum { NOBODYS, THREADS, GIVEN_UP, DELIVERED };

struct sending { /* lives in its arena */
    struct td_job job;
    struct td_arena *arena;
    struct sending_context *context; /* the loop's thread only, until done */
    struct td_send *send;
    struct td_timer timer; /* to finish outside of a call */
    struct mime_mail mail;
    struct mime_file *files;
    size_t reading;
    size_t bytes;
    bool cancelled, job_begun;
    const char *failed; /* why it cannot be sent at all */
    struct td_str envelope_id;
    struct smtp_target target;
    unsigned bearer; /* which one the target has */
    struct smtp_trust *trust;
    bool automatic;
    atomic_int owner;
    struct smtp_result result;
    bool files_it; /* puts a copy into the folder of sent mail */
    struct imap_link_options imap;
    const char *folder;
    const char *not_filed; /* why; NULL: it is there, or it was not asked for */
};

/* ---- what it says ---- */

static struct td_str name_of(struct td_arena *a, const char *template, struct td_str agent) {
    struct text t;
    const char *mark = template ? strstr(template, "{agent}") : NULL;
    if (!mark)
        return td_str_of(template);
    text_init(&t, a, 1000);
    text_put(&t, (struct td_str){template, (size_t)(mark - template)});
    text_put(&t, td_str_cut(agent, 200));
    text_puts(&t, mark + 7);
    return t.over ? agent : text_trim(text_str(&t));
}

static struct td_str subject_of(struct td_arena *a, const struct options *o, const uint8_t *key,
                                const struct td_message *m) {
    struct td_str s = m->subject;
    bool is_reply = m->in_reply_to.n && !text_starts_nocase(s, "re:") &&
                    !text_starts_nocase(s, "aw:") && !text_starts_nocase(s, "sv:");
    struct td_str token = o->subject_token && !token_of_subject(key, s)
                              ? td_arena_printf(a, " [#%.*s]", TD_FMT(token_make(a, key, m->conv)))
                              : TD_STR("");
    if (!s.n && !is_reply)
        s = TD_STR("Your message");
    return td_arena_printf(a, "%s%.*s%.*s", is_reply ? "Re: " : "", TD_FMT(s), TD_FMT(token));
}

static const struct td_address *copy_all(struct td_arena *a, const struct td_address *v,
                                         size_t *n) {
    struct td_address *out = TD_ARENA_ARRAY(a, struct td_address, *n);
    *n = *n < TO_MAX ? *n : TO_MAX;
    for (size_t i = 0; i < *n; i++)
        out[i] = (struct td_address){TD_STR("email"), td_arena_dup(a, v[i].addr),
                                     td_arena_dup(a, v[i].name)};
    return out;
}

void sending_compose(struct td_arena *a, const struct options *o,
                     const uint8_t key[TOKEN_KEY_BYTES], const struct td_message *m,
                     const struct td_address *to, int64_t now_ms, struct mime_mail *out) {
    struct td_str address = td_str_of(o->address);
    *out = (struct mime_mail){
        .from = {TD_STR("email"), address, name_of(a, o->from_name, m->from.name)},
        .to = {TD_STR("email"), td_arena_dup(a, to->addr), td_arena_dup(a, to->name)},
        .reply_to = o->plus_address ? token_address(a, key, m->conv, address) : TD_STR(""),
        .subject = subject_of(a, o, key, m),
        .text = td_arena_dup(a, m->text),
        .message_id = token_message_id(a, key, m->id, m->conv, td_str_of(o->domain)),
        .in_reply_to = td_arena_dup(a, m->in_reply_to),
        .at_ms = m->at ? m->at : now_ms, /* the same on every attempt */
        .automatic = (m->flags & TD_AUTO_SUBMITTED) != 0,
        .html = o->html};
    out->more_to.n = m->to.n;
    out->more_to.v = copy_all(a, m->to.v, &out->more_to.n);
    out->cc.n = m->cc.n;
    out->cc.v = copy_all(a, m->cc.v, &out->cc.n);
    out->bcc.n = m->bcc.n;
    out->bcc.v = copy_all(a, m->bcc.v, &out->bcc.n);
    struct td_str *refs = TD_ARENA_ARRAY(a, struct td_str, m->references.n);
    for (size_t i = 0; i < m->references.n; i++)
        refs[i] = td_arena_dup(a, m->references.v[i]);
    out->references = (struct td_strs){refs, m->references.n};
}

/* ---- the end ---- */

static void tell(struct sending *s, const struct td_verdict *v) {
    struct sending_context *c = s->context;
    struct td_send *send = s->send;
    td_timer_stop(&s->timer);
    send->impl = NULL;
    send->done(send, v);
    if (--c->pending == 0)
        c->on_idle(c);
}

static void drop(struct sending *s) {
    struct td_arena *a = s->arena;
    smtp_trust_free(&s->trust);
    explicit_bzero((char *)(uintptr_t)s->target.password, strlen(s->target.password));
    if (s->target.bearer)
        explicit_bzero((char *)(uintptr_t)s->target.bearer, strlen(s->target.bearer));
    td_arena_free(&a);
}

static void on_failed(struct td_timer *t) {
    struct sending *s = (struct sending *)(void *)((char *)t - offsetof(struct sending, timer));
    struct td_verdict v = {.kind = s->cancelled ? TD_V_TEMPORARY : TD_V_PERMANENT,
                           .code = TD_STR("not-sent"),
                           .text = td_str_of(s->cancelled ? "cancelled" : s->failed)};
    tell(s, &v);
    drop(s);
}

/* ---- the thread ---- */

static size_t put_addresses(struct td_arena *a, const char **to, size_t at,
                            const struct td_address *v, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[at++] = td_arena_dup(a, v[i].addr).p;
    return at;
}

static void run(struct td_job *j) {
    struct sending *s = (struct sending *)(void *)j;
    int nobodys = NOBODYS;
    struct td_error err = {0};
    struct td_str bytes;
    if (!atomic_compare_exchange_strong(&s->owner, &nobodys, THREADS))
        return;
    if (mime_out(s->arena, &s->mail, &bytes, &err) != TD_OK) {
        smtp_judge(&s->result, SMTP_DATA, 0, err.text, false);
        s->result.kind = TD_V_PERMANENT;
        return;
    }
    const struct mime_mail *x = &s->mail;
    const char **to = TD_ARENA_ARRAY(s->arena, const char *, x->more_to.n + x->cc.n + x->bcc.n + 1);
    size_t n = 0;
    to[n++] = td_arena_dup(s->arena, x->to.addr).p;
    n = put_addresses(s->arena, to, n, x->more_to.v, x->more_to.n);
    n = put_addresses(s->arena, to, n, x->cc.v, x->cc.n);
    n = put_addresses(s->arena, to, n, x->bcc.v, x->bcc.n);
    struct smtp_mail mail = {
        .from = s->mail.automatic ? "" : td_arena_dup(s->arena, s->mail.from.addr).p,
        .to = to,
        .n_to = n,
        .bytes = bytes,
        .envelope_id = s->envelope_id.p};
    smtp_deliver(&s->target, &mail, &s->result);
    atomic_store(&s->owner, DELIVERED); /* from here on nothing changes the result */
    if (s->files_it && s->result.kind == TD_V_ACCEPTED)
        s->not_filed = filing_put(&s->imap, s->folder, bytes);
}

static void on_done(struct td_job *j, int rc) {
    struct sending *s = (struct sending *)(void *)j;
    int nobodys = NOBODYS;
    struct td_verdict v = {0};
    if (rc == TD_OK && s->not_filed)
        td_log(TD_WARN, "email", "a sent mail is not in the folder of sent mail",
               "channel=\"%.*s\" why=\"%s\"", TD_FMT(td_host_channel(s->context->host)),
               s->not_filed);
    if (rc == TD_OK || atomic_load(&s->owner) == DELIVERED) {
        v.kind = s->result.kind;
        v.code = td_str_of(s->result.code);
        v.text = td_str_of(s->result.text);
        if (v.kind == TD_V_AUTH && s->target.bearer &&
            grant_not_taken(s->context->grant, s->bearer))
            v.kind = TD_V_TEMPORARY; /* taken back before its time; another one is fetched */
        if (v.kind == TD_V_ACCEPTED || v.kind == TD_V_UNKNOWN)
            v.external_id = s->mail.message_id;
    } else if (atomic_compare_exchange_strong(&s->owner, &nobodys, GIVEN_UP)) {
        v.kind = TD_V_TEMPORARY;
        v.text = TD_STR("It was not begun in time.");
    } else {
        v.kind = TD_V_UNKNOWN;
        v.text = TD_STR("The mail server did not finish in time; it may have taken the mail.");
    }
    tell(s, &v);
}

static void release(struct td_job *j) {
    drop((struct sending *)(void *)j);
}

static int begin(struct sending *s) {
    s->job = (struct td_job){.run = run, .done = on_done, .release = release};
    return td_job_start(s->context->host, &s->job, TD_JOB_WAITS, DEADLINE_MS);
}

/* ---- files ---- */

struct reading {
    struct sending *s;
    struct mime_file *file;
};

static void files_read(struct sending *s) {
    if (!s->cancelled && !s->failed) {
        if (begin(s) == TD_OK)
            return;
        s->cancelled = true; /* temporary: it comes again */
    }
    td_timer_start(s->context->host, &s->timer, 0, on_failed);
}

static void on_file(void *arg, int rc, struct td_str bytes) {
    struct reading *r = arg;
    struct sending *s = r->s;
    if (rc == TD_OK && s->bytes + bytes.n <= FILES_MAX_BYTES) {
        s->bytes += bytes.n;
        r->file->bytes = td_arena_dup(s->arena, bytes);
    } else if (rc == TD_OK || rc == TD_ELIMIT) {
        s->failed = "The attachments are too large to be mailed (24 MB).";
    } else if (rc == TD_ENOTFOUND) {
        s->failed = "An attachment is not in the store any more.";
    } else {
        s->cancelled = true;
    }
    if (--s->reading == 0)
        files_read(s);
}

/* How many are on their way; −1: one could not be asked for. */
static int read_files(struct sending *s, const struct td_message *m) {
    size_t n = m->attachments.n < FILES_MAX ? m->attachments.n : FILES_MAX;
    s->files = TD_ARENA_ARRAY(s->arena, struct mime_file, n);
    for (size_t i = 0; i < n; i++) {
        const struct td_attachment *from = &m->attachments.v[i];
        struct mime_file *f = &s->files[s->mail.files.n++];
        struct reading *r = TD_ARENA_NEW(s->arena, struct reading);
        *f = (struct mime_file){.name = td_arena_dup(s->arena, from->name),
                                .type = td_arena_dup(s->arena, from->type)};
        *r = (struct reading){s, f};
        int rc = td_host_blob_get(s->context->host, from->sha256, FILES_MAX_BYTES, on_file, r);
        if (rc == TD_OK)
            s->reading++;
        else if (rc == TD_EFULL)
            s->cancelled = true;
        else
            s->failed = "An attachment is not in the store.";
    }
    s->mail.files.v = s->files;
    return (int)s->reading;
}

/* ---- the outside ---- */

static struct sending *sending_new(struct sending_context *c, struct td_send *send) {
    struct td_arena *a = td_arena_new();
    struct sending *s = TD_ARENA_NEW(a, struct sending);
    struct smtp_target *t = &s->target;
    s->arena = a;
    s->context = c;
    s->send = send;
    sending_compose(a, c->options, c->key, send->message, send->to, td_host_now_ms(c->host),
                    &s->mail);
    /* the thread may outlive the settings */
    s->mail.from.addr = td_arena_dup(a, s->mail.from.addr);
    s->mail.from.name = td_arena_dup(a, s->mail.from.name);
    s->mail.reply_to = td_arena_dup(a, s->mail.reply_to);
    s->envelope_id = td_arena_dup(a, send->message->id);
    *t = c->options->smtp;
    t->host = td_arena_dup(a, td_str_of(t->host)).p;
    t->user = td_arena_dup(a, td_str_of(t->user)).p;
    t->password = td_arena_dup(a, td_str_of(t->password)).p;
    t->ca_file = t->ca_file ? td_arena_dup(a, td_str_of(t->ca_file)).p : NULL;
    const char *bearer = c->grant ? grant_access(c->grant, &s->bearer) : NULL;
    t->bearer = bearer ? td_arena_dup(a, td_str_of(bearer)).p : NULL;
    if ((s->files_it = c->options->file_sent)) {
        s->imap = c->options->imap;
        s->imap.host = td_arena_dup(a, td_str_of(s->imap.host)).p;
        s->imap.user = td_arena_dup(a, td_str_of(s->imap.user)).p;
        s->imap.password = t->password;
        s->imap.ca_file = t->ca_file;
        s->imap.bearer = t->bearer;
        s->folder = td_arena_dup(a, c->options->sent_folder).p;
    }
    s->trust = smtp_trust_share(c->trust);
    t->trust = s->trust;
    return s;
}

int sending_start(struct sending_context *c, struct td_send *send) {
    struct sending *s = sending_new(c, send);
    int rc = TD_OK;
    send->impl = s;
    c->pending++;
    if (read_files(s, send->message) > 0)
        return TD_OK;
    if (s->failed || s->cancelled)
        td_timer_start(c->host, &s->timer, 0, on_failed);
    else
        rc = begin(s);
    if (rc != TD_OK) {
        send->impl = NULL;
        c->pending--;
        drop(s);
    }
    return rc;
}

void sending_cancel(struct td_send *send) {
    struct sending *s = send->impl;
    if (!s)
        return;
    s->cancelled = true; /* while its files are read: on_file comes to it */
    td_job_cancel(&s->job);
}
