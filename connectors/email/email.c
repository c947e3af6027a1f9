/* Mail: one mailbox watched over IMAP, replies sent through one SMTP server. See README.md.
 *
 * This file is the connector's life; mailbox.c receives, sending.c sends. */
#include "email/grant.h"
#include "email/history.h"
#include "email/mailbox.h"
#include "email/mime_in.h"
#include "email/presets.h"
#include "email/sending.h"
#include "email/watchdog.h"

#include <assert.h>
#include <tandem/log.h>

struct email {
    struct td_arena *arena; /* it lives there itself */
    struct td_host *host;
    struct options options;
    struct sending_context sending;
    struct grant *grant;     /* NULL: it logs in with a password */
    struct mailbox *mailbox; /* NULL: it only sends */
    struct mailbox *sent;    /* the folder of sent mail; NULL: not looked at */
    struct mail_rules sent_rules;
    struct history *history; /* NULL without a mailbox */
    struct td_timer end;
    struct watchdog watchdog;
    bool started, stopping;
    unsigned parts;  /* that have not stopped yet */
    bool told_grant; /* the state shown is the login's */
    void (*stopped)(void *arg);
    void *stopped_arg;
};

static void on_end(struct td_timer *t) {
    struct email *e = (struct email *)(void *)((char *)t - offsetof(struct email, end));
    e->stopped(e->stopped_arg); /* e may be gone */
}

static void try_stopped(struct email *e) {
    if (e->stopping && e->parts == 0 && e->sending.pending == 0)
        td_timer_start(e->host, &e->end, 0, on_end);
}

static void on_idle(struct sending_context *c) {
    try_stopped((struct email *)(void *)((char *)c - offsetof(struct email, sending)));
}

static void on_part_stopped(void *arg) {
    struct email *e = arg;
    e->parts--;
    try_stopped(e);
}

/* ---- OAuth 2 ---- */

/* "auth" keeps what is to be sent waiting, until somebody connects the account again. */
static void on_grant(void *owner, enum grant_state state, bool fresh, const char *why) {
    struct email *e = owner;
    struct td_arena *a = td_arena_new();
    struct td_str text = td_arena_printf(a, "The login has to be connected anew: %s", why);
    if (state == GRANT_OVER)
        td_host_state(e->host, "auth", text);
    else if (state == GRANT_REFUSED)
        td_host_state(e->host, "misconfigured", td_str_of(why));
    else if (state == GRANT_NONE)
        td_host_state(e->host, "down", td_str_of(why));
    else if (!e->mailbox)
        td_host_state(e->host, "up", TD_STR(""));
    else if (e->told_grant || fresh)
        mailbox_renew(e->mailbox); /* it tells */
    e->told_grant = state != GRANT_READY;
    td_arena_free(&a);
}

static const char *bearer(void *owner, unsigned *number) {
    struct email *e = owner;
    return grant_access(e->grant, number);
}

static bool bearer_not_taken(void *owner, unsigned number) {
    struct email *e = owner;
    return grant_not_taken(e->grant, number);
}

static void make_grant(struct email *e) {
    e->grant = grant_new(&(struct grant_options){.host = e->host,
                                                 .oauth = &e->options.oauth,
                                                 .timeout_ms = e->options.timeout_ms,
                                                 .owner = e,
                                                 .on_change = on_grant});
    e->sending.grant = e->grant;
}

/* ---- a fetch that stands still ---- */

static int64_t moved_at_ms(void *owner) {
    const struct email *e = owner;
    return mailbox_moved_at_ms(e->mailbox);
}

static bool is_up(void *owner) {
    const struct email *e = owner;
    return mailbox_is_up(e->mailbox);
}

/* ---- the contract ---- */

static int email_send(void *self, struct td_send *s) {
    struct email *e = self;
    if (!e->started || e->stopping)
        return TD_EBUSY;
    if (!e->options.sends)
        return TD_EUNSUPPORTED;
    unsigned number;
    if (e->grant && !grant_access(e->grant, &number))
        return TD_EBUSY; /* the state tells why */
    return sending_start(&e->sending, s);
}

static void email_cancel(void *self, struct td_send *s) {
    (void)self;
    sending_cancel(s);
}

static void make_mailboxes(struct email *e) {
    struct mailbox_options o = {.link = e->options.imap,
                                .folder = e->options.folder,
                                .max_mail_bytes = e->options.max_mail_bytes,
                                .poll_ms = e->options.poll_ms,
                                .rules = &e->options.rules,
                                .bearer = e->grant ? bearer : NULL,
                                .bearer_not_taken = bearer_not_taken,
                                .owner = e};
    e->mailbox = mailbox_new(e->host, &o);
    e->history = history_new(e->host, &o);
    if (!e->options.sent_folder.n)
        return;
    e->sent_rules = e->options.rules;
    e->sent_rules.sent = true;
    o.rules = &e->sent_rules;
    o.folder = e->options.sent_folder;
    o.cursor = "sent-cursor";
    e->sent = mailbox_new(e->host, &o);
}

static int email_create(struct td_host *h, const struct td_settings *s, void **self,
                        struct td_error *err) {
    int rc = options_check(s, err);
    if (rc != TD_OK)
        return rc;
    struct td_arena *a = td_arena_new();
    struct email *e = TD_ARENA_NEW(a, struct email);
    e->arena = a;
    e->host = h;
    options_read(a, s, &e->options);
    td_host_key(h, "reply-token", e->options.rules.key);
    e->sending.host = h;
    e->sending.options = &e->options;
    memcpy(e->sending.key, e->options.rules.key, TOKEN_KEY_BYTES);
    e->sending.on_idle = on_idle;
    rc = smtp_trust_new(e->options.smtp.ca_file, &e->sending.trust, err);
    if (rc != TD_OK) {
        td_arena_free(&a);
        return rc;
    }
    mime_in_init();
    if (e->options.by_oauth)
        make_grant(e);
    if (e->options.receives)
        make_mailboxes(e);
    *self = e;
    return TD_OK;
}

static int email_start(void *self, struct td_error *err) {
    struct email *e = self;
    if (e->started)
        return td_error_set(err, TD_EEXIST, "started already");
    e->started = true;
    if (e->grant)
        grant_start(e->grant);
    if (e->sent)
        mailbox_start(e->sent);
    if (e->history)
        history_start(e->history);
    e->watchdog = (struct watchdog){.host = e->host,
                                    .poll_ms = e->options.poll_ms,
                                    .moved_at_ms = moved_at_ms,
                                    .is_up = is_up,
                                    .owner = e};
    if (e->mailbox)
        watchdog_start(&e->watchdog);
    if (e->mailbox)
        mailbox_start(e->mailbox); /* tells the state when it knows */
    else if (!e->grant)
        td_host_state(e->host, "up", TD_STR(""));
    return TD_OK;
}

static void email_stop(void *self, void (*stopped)(void *arg), void *arg) {
    struct email *e = self;
    e->stopping = true;
    e->stopped = stopped;
    e->stopped_arg = arg;
    watchdog_stop(&e->watchdog);
    if (e->grant)
        e->parts++;
    if (e->mailbox)
        e->parts++;
    if (e->sent)
        e->parts++;
    if (e->history)
        e->parts++;
    if (e->grant)
        grant_stop(e->grant, on_part_stopped, e);
    if (e->mailbox)
        mailbox_stop(e->mailbox, on_part_stopped, e);
    if (e->sent)
        mailbox_stop(e->sent, on_part_stopped, e);
    if (e->history)
        history_stop(e->history, on_part_stopped, e);
    try_stopped(e);
}

static void email_destroy(void **self) {
    struct email *e = *self;
    if (!e)
        return;
    assert(e->sending.pending == 0);
    history_free(&e->history);
    mailbox_free(&e->sent);
    mailbox_free(&e->mailbox);
    grant_free(&e->grant);
    smtp_trust_free(&e->sending.trust);
    explicit_bzero((char *)(uintptr_t)e->options.smtp.password, strlen(e->options.smtp.password));
    struct td_arena *a = e->arena;
    td_arena_free(&a);
    *self = NULL;
}

const struct td_connector email_connector = {
    .name = "email",
    .title = "Mail",
    .help = "Fetches mail over IMAP, watching the mailbox with IDLE, and answers through SMTP.",
    .kind = "mail",
    .address_type = "email",
    .capabilities = TD_CAN_SEND | TD_CAN_POLL | TD_CAN_RECEIPTS | TD_CAN_MEDIA | TD_CAN_IMPORT,
    .length_unit = TD_LEN_BYTES,
    .max_length = 1000000,
    .max_in_flight = 8,
    .settings = options_table,
    .check = options_check,
    .oauth = presets_oauth,
    .create = email_create,
    .start = email_start,
    .send = email_send,
    .cancel = email_cancel,
    .stop = email_stop,
    .destroy = email_destroy};
