/* Where a mailbox begins: the cursor that was committed; a new mailbox at what comes from now on;
 * the beginning again when UIDVALIDITY has changed. */
#include "email/mailbox_priv.h"

#include <stdio.h>
#include <tandem/log.h>

/* The next blank-separated number of s. */
static bool number(struct td_str *s, uint64_t *out) {
    const char *end = s->n ? memchr(s->p, ' ', s->n) : NULL;
    struct td_str word = {s->p, end ? (size_t)(end - s->p) : s->n};
    s->p += word.n + (end != NULL);
    s->n -= word.n + (end != NULL);
    return td_str_to_u64(word, out);
}

static void take_cursor(struct mailbox *m, struct td_str s) {
    uint64_t newest, since;
    m->cursor_known = true;
    if (!td_str_starts(s, TD_STR("v1 ")))
        return;
    s.p += 3;
    s.n -= 3;
    m->has_cursor = number(&s, &m->validity) && number(&s, &m->uid) && number(&s, &newest) &&
                    number(&s, &since);
    if (!m->has_cursor)
        return;
    m->newest_s = (int64_t)newest;
    m->since_s = (int64_t)since;
}

static void on_cursor(void *arg, int rc, struct td_str value) {
    struct mailbox *m = arg;
    m->taking_cursor = false;
    if (rc == TD_OK || rc == TD_EAUTH) /* one that cannot be opened is none */
        take_cursor(m, value);
    mailbox_arm(m, m->cursor_known || m->stopping ? 0 : CURSOR_RETRY_MS);
}

void mailbox_read_cursor(struct mailbox *m) {
    if (!m->o.cursor) {
        take_cursor(m, td_host_cursor(m->host));
        mailbox_arm(m, 0);
        return;
    }
    m->taking_cursor = td_host_secret_get(m->host, m->o.cursor, on_cursor, m) == TD_OK;
    if (!m->taking_cursor)
        mailbox_arm(m, CURSOR_RETRY_MS);
}

static void put_cursor(const struct mailbox *m, char out[96]) {
    snprintf(out, 96, "v1 %llu %llu %lld %lld", (unsigned long long)m->validity,
             (unsigned long long)m->uid, (long long)m->newest_s, (long long)m->since_s);
}

void mailbox_keep_cursor(struct mailbox *m, void (*on_kept)(void *arg, int rc)) {
    char cursor[96];
    put_cursor(m, cursor);
    m->taking_cursor = true;
    int rc = td_host_secret_put(m->host, m->o.cursor, td_str_of(cursor), on_kept, m);
    if (rc != TD_OK) {
        m->taking_cursor = false;
        mailbox_fail(m, rc, "the cursor cannot be kept: %s", td_rc_text(rc));
    }
}

static void on_begun(void *arg, int rc) {
    struct mailbox *m = arg;
    m->taking_cursor = false;
    if (m->stopping) {
        mailbox_try_stopped(m);
        return;
    }
    if (rc == TD_OK)
        m->has_cursor = true;
    if (m->step != BEGINNING)
        return; /* the connection is gone meanwhile */
    if (rc != TD_OK)
        mailbox_fail(m, rc, "the inbox does not take the cursor: %s", td_rc_text(rc));
    else
        mailbox_search(m);
}

/* A new mailbox begins with what comes from now on, history with the first mail there is. */
static void begin(struct mailbox *m) {
    char cursor[96];
    if (!m->server_next) {
        mailbox_fail(m, TD_EUNSUPPORTED, "the mail server does not say UIDNEXT");
        return;
    }
    m->validity = m->server_validity;
    m->uid = m->o.history ? 0 : m->server_next - 1;
    m->newest_s = m->since_s = td_host_now_ms(m->host) / 1000;
    m->step = BEGINNING;
    mailbox_arm(m, STEP_MS);
    if (m->o.cursor) {
        mailbox_keep_cursor(m, on_begun);
        return;
    }
    put_cursor(m, cursor);
    struct td_incoming in = {.cursor = td_str_of(cursor)};
    m->taking_cursor = true;
    int rc = td_host_take(m->host, &in, on_begun, m);
    if (rc != TD_OK) {
        m->taking_cursor = false;
        mailbox_fail(m, rc, "the inbox does not take the cursor: %s", td_rc_text(rc));
    }
}

void mailbox_examined(struct mailbox *m) {
    if (!m->said_up && !m->o.cursor) {
        td_host_state(m->host, "up", TD_STR(""));
    }
    m->said_up = true;
    m->backoff_ms = 0;
    if (!m->has_cursor) {
        begin(m);
        return;
    }
    if (m->validity != m->server_validity) {
        td_log(TD_WARN, "email", "UIDVALIDITY changed: the mailbox is looked through again",
               "channel=\"%.*s\"", TD_FMT(td_host_channel(m->host)));
        m->rescan = true;
        m->rescan_from_s = m->newest_s - (int64_t)RESCAN_DAYS * 86400;
        if (m->rescan_from_s < m->since_s)
            m->rescan_from_s = m->since_s;
        m->validity = m->server_validity;
        m->uid = 0;
    }
    mailbox_search(m);
}
