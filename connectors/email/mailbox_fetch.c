/* What is new in a mailbox, and taking it: UID SEARCH → sizes → bodies → ingest, a batch at a time.
 */
#include "email/mailbox_priv.h"

#include <stdio.h>

/* ---- search ---- */

void mailbox_search(struct mailbox *m) {
    m->news = m->more = false;
    m->n_uids = m->at = 0;
    m->found = 0;
    mailbox_command(m, SEARCHING, "UID SEARCH UID %llu:*", (unsigned long long)m->uid + 1);
}

/* "n:*" gives the newest mail even when it lies below n. The lowest UIDS_MAX are kept, whatever
 * their order. */
void mailbox_found(struct mailbox *m, struct td_str list) {
    while (list.n) {
        const char *end = memchr(list.p, ' ', list.n);
        struct td_str word = {list.p, end ? (size_t)(end - list.p) : list.n};
        uint64_t uid;
        list.p += word.n + (end != NULL);
        list.n -= word.n + (end != NULL);
        if (!td_str_to_u64(word, &uid) || uid <= m->uid)
            continue;
        m->found++;
        if (m->n_uids == UIDS_MAX) {
            m->more = true;
            if (uid >= m->uids[UIDS_MAX - 1])
                continue;
            m->n_uids--;
        }
        m->uids[m->n_uids++] = uid;
        for (size_t i = m->n_uids - 1; i > 0 && m->uids[i - 1] > m->uids[i]; i--) {
            uint64_t x = m->uids[i];
            m->uids[i] = m->uids[i - 1];
            m->uids[i - 1] = x;
        }
    }
}

/* ---- sizes ---- */

static int put_set(struct mailbox *m, char *out, size_t max, bool (*in)(const struct wanted *w)) {
    size_t n = 0;
    for (size_t i = 0; i < m->n_batch; i++)
        if (!in || in(&m->batch[i]))
            n += (size_t)snprintf(out + n, n < max ? max - n : 0, "%s%llu", n ? "," : "",
                                  (unsigned long long)m->batch[i].uid);
    return n && n < max;
}

void mailbox_next_batch(struct mailbox *m) {
    char set[BATCH_MAILS * 21];
    m->n_batch = 0;
    while (m->at + m->n_batch < m->n_uids && m->n_batch < BATCH_MAILS) {
        m->batch[m->n_batch] = (struct wanted){.uid = m->uids[m->at + m->n_batch]};
        m->n_batch++;
    }
    if (!m->n_batch) {
        m->rescan = m->rescan && m->more;
        if (m->more)
            mailbox_search(m);
        else
            mailbox_idle(m);
        return;
    }
    put_set(m, set, sizeof set, NULL);
    mailbox_command(m, SIZING, "UID FETCH %s (UID RFC822.SIZE INTERNALDATE)", set);
}

void mailbox_searched(struct mailbox *m) {
    mailbox_tell_lag(m);
    mailbox_next_batch(m);
}

static struct wanted *find(struct mailbox *m, const struct imap_response *r) {
    const struct imap_token *t = imap_item(r, "UID");
    uint64_t uid;
    if (!t || !td_str_to_u64(t->s, &uid))
        return NULL;
    for (size_t i = 0; i < m->n_batch; i++)
        if (m->batch[i].uid == uid)
            return &m->batch[i];
    return NULL;
}

void mailbox_sized(struct mailbox *m, const struct imap_response *r) {
    struct wanted *w = find(m, r);
    const struct imap_token *size = imap_item(r, "RFC822.SIZE"), *at = imap_item(r, "INTERNALDATE");
    if (!w || !size || !td_str_to_u64(size->s, &w->size))
        return;
    w->sized = true;
    w->at_ms = at ? imap_date_ms(at->s) : 0;
    if (w->at_ms < 0)
        w->at_ms = 0;
}

/* ---- bodies ---- */

static bool is_known(const struct mailbox *m, const struct wanted *w) {
    int64_t at_s = w->at_ms / 1000;
    if (m->o.history && w->at_ms && (at_s < m->o.since_s || at_s > m->o.until_s))
        return true;
    if (m->o.history && w->at_ms && covered_has(&m->o.covered, m->validity, w->uid, at_s))
        return true;
    return m->rescan && w->at_ms && at_s < m->rescan_from_s;
}

/* As many of the batch as fit; the rest waits for the next. */
void mailbox_fetch(struct mailbox *m) {
    char set[BATCH_MAILS * 21];
    uint64_t bytes = 0;
    size_t n = 0, take = 0;
    bool large = false;
    for (; take < m->n_batch; take++) {
        struct wanted *w = &m->batch[take];
        if (!w->sized || is_known(m, w))
            continue; /* gone meanwhile, or long known */
        bool too_large = w->size > m->o.max_mail_bytes;
        if (n && (large || too_large || bytes + w->size > BATCH_BYTES))
            break;
        large = too_large;
        bytes += w->size;
        n += (size_t)snprintf(set + n, sizeof set - n, "%s%llu", n ? "," : "",
                              (unsigned long long)w->uid);
        w->got = false;
    }
    m->n_fetching = take;
    if (!n)
        mailbox_after_batch(m);
    else
        mailbox_command(m, FETCHING, "UID FETCH %s (UID BODY.PEEK[%s])", set,
                        large ? "HEADER" : "");
}

void mailbox_fetched(struct mailbox *m, const struct imap_response *r) {
    struct wanted *w = find(m, r);
    const struct imap_token *body = imap_item(r, "BODY[]");
    bool header = !body;
    if (!body)
        body = imap_item(r, "BODY[HEADER]");
    if (!w || !body || w->got)
        return;
    if (body->kind != IMAP_STRING)
        return; /* NIL: the server has it no more */
    w->got = true;
    ingest_add(m->ingest, w->uid, body->s, header ? w->size : 0,
               w->at_ms ? w->at_ms : td_host_now_ms(m->host));
}

/* ---- taken ---- */

static void step_on(struct mailbox *m) {
    for (size_t i = 0; i < m->n_fetching; i++)
        if (m->batch[i].at_ms / 1000 > m->newest_s)
            m->newest_s = m->batch[i].at_ms / 1000;
    m->uid = m->batch[m->n_fetching - 1].uid;
    m->at += m->n_fetching;
    m->moved_at_ms = td_host_now_ms(m->host);
    mailbox_tell_lag(m);
}

static void batch_done(struct mailbox *m, int rc) {
    if (m->stopping) {
        mailbox_try_stopped(m);
        return;
    }
    if (rc == TD_OK && m->o.on_batch)
        m->o.on_batch(m->o.history_owner, m->n_taken);
    if (m->step != INGESTING)
        return; /* the connection is gone; the next one begins behind it */
    if (rc != TD_OK)
        mailbox_fail(m, rc, "a batch of mails could not be taken: %s", td_rc_text(rc));
    else
        mailbox_next_batch(m);
}

static void on_kept(void *arg, int rc) {
    struct mailbox *m = arg;
    m->taking_cursor = false;
    batch_done(m, rc);
}

static void on_ingested(void *arg, int rc) {
    struct mailbox *m = arg;
    if (rc == TD_OK && !m->stopping)
        step_on(m);
    if (rc == TD_OK && !m->stopping && m->o.cursor)
        mailbox_keep_cursor(m, on_kept);
    else
        batch_done(m, rc);
}

void mailbox_after_batch(struct mailbox *m) {
    char prefix[64];
    uint64_t last = m->batch[m->n_fetching - 1].uid;
    int64_t newest = m->newest_s;
    if (!ingest_count(m->ingest)) { /* nothing was there any more */
        step_on(m);
        mailbox_next_batch(m);
        return;
    }
    for (size_t i = 0; i < m->n_fetching; i++)
        if (m->batch[i].at_ms / 1000 > newest)
            newest = m->batch[i].at_ms / 1000;
    m->n_taken = ingest_count(m->ingest);
    snprintf(prefix, sizeof prefix, "v1 %llu ", (unsigned long long)m->validity);
    char suffix[64];
    snprintf(suffix, sizeof suffix, " %lld %lld", (long long)newest, (long long)m->since_s);
    m->step = INGESTING;
    td_timer_stop(&m->timer);
    if (m->o.cursor)
        prefix[0] = 0; /* kept apart */
    ingest_start(m->ingest, td_str_of(prefix), last, td_str_of(suffix), on_ingested, m);
}
