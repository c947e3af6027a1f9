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

void mailbox_read_cursor(struct mailbox *m) {
    struct td_str s = td_host_cursor(m->host);
    uint64_t newest, since;
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

/* A new mailbox begins with what comes from now on. */
static void begin(struct mailbox *m) {
    char cursor[96];
    if (!m->server_next) {
        mailbox_fail(m, TD_EUNSUPPORTED, "the mail server does not say UIDNEXT");
        return;
    }
    m->validity = m->server_validity;
    m->uid = m->server_next - 1;
    m->newest_s = m->since_s = td_host_now_ms(m->host) / 1000;
    snprintf(cursor, sizeof cursor, "v1 %llu %llu %lld %lld", (unsigned long long)m->validity,
             (unsigned long long)m->uid, (long long)m->newest_s, (long long)m->since_s);
    struct td_incoming in = {.cursor = td_str_of(cursor)};
    m->step = BEGINNING;
    mailbox_arm(m, STEP_MS);
    m->taking_cursor = true;
    int rc = td_host_take(m->host, &in, on_begun, m);
    if (rc != TD_OK) {
        m->taking_cursor = false;
        mailbox_fail(m, rc, "the inbox does not take the cursor: %s", td_rc_text(rc));
    }
}

void mailbox_examined(struct mailbox *m) {
    if (!m->said_up) {
        td_host_state(m->host, "up", TD_STR(""));
        m->said_up = true;
    }
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
