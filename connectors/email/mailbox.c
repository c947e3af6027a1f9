/* Happy path: connect → EXAMINE → (no cursor: begin at UIDNEXT) → UID SEARCH what is new → sizes →
 * bodies → ingest → again until nothing is left → IDLE → news, or a few minutes → DONE → UID SEARCH
 * …
 *
 * Failure modes, all ending in a new connection after a pause that doubles up to a minute: no
 * connection; a refusal; nonsense; a step that takes too long. A refused login pauses five minutes
 * and says so. A server without IDLE is polled. A mail too large is taken by its headers.
 * UIDVALIDITY changed: all is looked through again; what was taken is known by its dedupe key, and
 * what reached the mailbox long before the newest mail taken is passed over, for those keys are
 * kept some days. */
#include "email/mailbox.h"

#include "email/imap_parse.h"
#include "email/ingest.h"
#include "http_provider/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/log.h>

enum {
    STEP_MS = 120000,
    IDLE_ANSWER_MS = 30000,
    BACKOFF_MAX_MS = 60000,
    REFUSED_MS = 300000,
    UIDS_MAX = 5000,       /* of one search; the next one finds the rest */
    BATCH_MAILS = 100,     /* whose sizes are asked for at once */
    BATCH_BYTES = 4194304, /* fetched at once, but always one mail */
    RESCAN_DAYS = 6,       /* less than dedupe keys are kept */
    LINE_MAX_BYTES = 8192
};

enum step {
    DOWN,
    CONNECTING,
    EXAMINING,
    BEGINNING,
    SEARCHING,
    SIZING,
    FETCHING,
    INGESTING,
    IDLING,
    LEAVING_IDLE,
    WAITING
};

struct wanted {
    uint64_t uid, size;
    int64_t at_ms;
    bool sized, got;
};
struct mailbox {
    struct td_host *host;
    struct mailbox_options o;
    struct imap_link *link;
    struct imap_reader reader;
    struct imap_response response;
    struct ingest *ingest;
    enum step step;
    struct td_timer timer, end_timer;
    unsigned tag; /* of the command under way */
    int64_t backoff_ms;
    bool said_up, stopping, no_idle, news, taking_cursor;
    int failed_rc;
    char failed[256];
    /* the cursor */
    bool has_cursor, rescan;
    uint64_t validity, uid;
    int64_t newest_s;
    int64_t rescan_from_s, since_s; /* since: when the mailbox was first watched */
    /* what the server said of the mailbox */
    uint64_t server_validity, server_next;
    /* found, ascending; those below `at` are dealt with */
    uint64_t *uids;
    size_t n_uids, at;
    bool more; /* the search found more than UIDS_MAX */
    struct wanted batch[BATCH_MAILS];
    size_t n_batch, n_fetching;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

static void connect_now(struct mailbox *m);
static void search(struct mailbox *m);
static void next_batch(struct mailbox *m);
static void after_batch(struct mailbox *m);

/* ---- failing and coming back ---- */

static void on_timer(struct td_timer *t);

static void arm(struct mailbox *m, int64_t ms) {
    td_timer_start(m->host, &m->timer, ms, on_timer);
}

/* From within the link's callbacks: the link is freed by the timer. */
static void fail(struct mailbox *m, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void fail(struct mailbox *m, int rc, const char *fmt, ...) {
    if (m->step == DOWN)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(m->failed, sizeof m->failed, fmt, ap);
    va_end(ap);
    m->failed_rc = rc;
    m->step = DOWN;
    arm(m, 0);
}

static void tell_down(struct mailbox *m) {
    const char *state = m->failed_rc == TD_EAUTH ? "auth" : "down";
    if (m->said_up || m->backoff_ms == 0) {
        char text[400];
        snprintf(text, sizeof text, "Incoming mail (%s): %s", m->o.link.host, m->failed);
        td_host_state(m->host, state, td_str_of(text));
    }
    m->said_up = false;
}

static void try_stopped(struct mailbox *m);

static void down(struct mailbox *m) {
    imap_link_free(&m->link);
    imap_reader_fini(&m->reader);
    if (m->stopping) {
        try_stopped(m);
        return;
    }
    if (m->failed[0]) {
        tell_down(m);
        m->failed[0] = 0;
        m->backoff_ms = m->backoff_ms ? m->backoff_ms * 2 : 1000;
        if (m->backoff_ms > BACKOFF_MAX_MS)
            m->backoff_ms = BACKOFF_MAX_MS;
        arm(m, m->failed_rc == TD_EAUTH ? REFUSED_MS : m->backoff_ms);
        return;
    }
    if (!ingest_busy(m->ingest) && !m->taking_cursor)
        connect_now(m);
    else
        arm(m, 100); /* of the last connection: what it brought is still on its way */
}

/* ---- commands ---- */

static void command(struct mailbox *m, enum step step, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void command(struct mailbox *m, enum step step, const char *fmt, ...) {
    char line[LINE_MAX_BYTES];
    int head = snprintf(line, sizeof line, "T%u ", ++m->tag);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line + head, sizeof line - (size_t)head - 2, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof line - (size_t)head - 2) {
        fail(m, TD_ELIMIT, "a command became too long");
        return;
    }
    memcpy(line + head + n, "\r\n", 2);
    m->step = step;
    arm(m, STEP_MS);
    if (imap_link_write(m->link, line, (size_t)(head + n) + 2) != TD_OK)
        fail(m, TD_ECONN, "the connection broke");
}

static void idle(struct mailbox *m) {
    if (m->news) { /* something came while the last was being taken */
        search(m);
    } else if (m->no_idle) {
        m->step = WAITING;
        arm(m, m->o.poll_ms);
    } else {
        command(m, IDLING, "IDLE");
        arm(m, m->o.poll_ms < 540000 ? m->o.poll_ms : 540000); /* servers hang up after 30 min */
    }
}

static void leave_idle(struct mailbox *m) {
    m->step = LEAVING_IDLE;
    arm(m, IDLE_ANSWER_MS);
    if (imap_link_write(m->link, "DONE\r\n", 6) != TD_OK)
        fail(m, TD_ECONN, "the connection broke");
}

static void on_timer(struct td_timer *t) {
    struct mailbox *m = (struct mailbox *)(void *)((char *)t - offsetof(struct mailbox, timer));
    switch (m->step) {
    case DOWN:
        down(m);
        break;
    case IDLING:
        leave_idle(m);
        break;
    case WAITING:
        search(m);
        break;
    default:
        fail(m, TD_ETIMEDOUT, "the mail server did not answer in time");
    }
}

/* ---- cursor ---- */

/* The next blank-separated number of s. */
static bool number(struct td_str *s, uint64_t *out) {
    const char *end = s->n ? memchr(s->p, ' ', s->n) : NULL;
    struct td_str word = {s->p, end ? (size_t)(end - s->p) : s->n};
    s->p += word.n + (end != NULL);
    s->n -= word.n + (end != NULL);
    return td_str_to_u64(word, out);
}

static void read_cursor(struct mailbox *m) {
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
        try_stopped(m);
        return;
    }
    if (rc == TD_OK)
        m->has_cursor = true;
    if (m->step != BEGINNING)
        return; /* the connection is gone meanwhile */
    if (rc != TD_OK)
        fail(m, rc, "the inbox does not take the cursor: %s", td_rc_text(rc));
    else
        search(m);
}

/* A new mailbox begins with what comes from now on. */
static void begin(struct mailbox *m) {
    char cursor[96];
    if (!m->server_next) {
        fail(m, TD_EUNSUPPORTED, "the mail server does not say UIDNEXT");
        return;
    }
    m->validity = m->server_validity;
    m->uid = m->server_next - 1;
    m->newest_s = m->since_s = td_host_now_ms(m->host) / 1000;
    snprintf(cursor, sizeof cursor, "v1 %llu %llu %lld %lld", (unsigned long long)m->validity,
             (unsigned long long)m->uid, (long long)m->newest_s, (long long)m->since_s);
    struct td_incoming in = {.cursor = td_str_of(cursor)};
    m->step = BEGINNING;
    arm(m, STEP_MS);
    m->taking_cursor = true;
    int rc = td_host_take(m->host, &in, on_begun, m);
    if (rc != TD_OK) {
        m->taking_cursor = false;
        fail(m, rc, "the inbox does not take the cursor: %s", td_rc_text(rc));
    }
}

static void examined(struct mailbox *m) {
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
    search(m);
}

/* ---- search ---- */

static void search(struct mailbox *m) {
    m->news = m->more = false;
    m->n_uids = m->at = 0;
    command(m, SEARCHING, "UID SEARCH UID %llu:*", (unsigned long long)m->uid + 1);
}

/* "n:*" gives the newest mail even when it lies below n. The lowest UIDS_MAX are kept, whatever
 * their order. */
static void found(struct mailbox *m, struct td_str list) {
    while (list.n) {
        const char *end = memchr(list.p, ' ', list.n);
        struct td_str word = {list.p, end ? (size_t)(end - list.p) : list.n};
        uint64_t uid;
        list.p += word.n + (end != NULL);
        list.n -= word.n + (end != NULL);
        if (!td_str_to_u64(word, &uid) || uid <= m->uid)
            continue;
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

static void next_batch(struct mailbox *m) {
    char set[BATCH_MAILS * 21];
    m->n_batch = 0;
    while (m->at + m->n_batch < m->n_uids && m->n_batch < BATCH_MAILS) {
        m->batch[m->n_batch] = (struct wanted){.uid = m->uids[m->at + m->n_batch]};
        m->n_batch++;
    }
    if (!m->n_batch) {
        m->rescan = m->rescan && m->more;
        if (m->more)
            search(m);
        else
            idle(m);
        return;
    }
    put_set(m, set, sizeof set, NULL);
    command(m, SIZING, "UID FETCH %s (UID RFC822.SIZE INTERNALDATE)", set);
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

static void sized(struct mailbox *m, const struct imap_response *r) {
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
    return m->rescan && w->at_ms && w->at_ms / 1000 < m->rescan_from_s;
}

/* As many of the batch as fit; the rest waits for the next. */
static void fetch(struct mailbox *m) {
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
        after_batch(m);
    else
        command(m, FETCHING, "UID FETCH %s (UID BODY.PEEK[%s])", set, large ? "HEADER" : "");
}

static void fetched(struct mailbox *m, const struct imap_response *r) {
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
}

static void on_ingested(void *arg, int rc) {
    struct mailbox *m = arg;
    if (m->stopping) {
        try_stopped(m);
        return;
    }
    if (rc == TD_OK)
        step_on(m);
    if (m->step != INGESTING)
        return; /* the connection is gone; the next one begins behind it */
    if (rc != TD_OK)
        fail(m, rc, "a batch of mails could not be taken: %s", td_rc_text(rc));
    else
        next_batch(m);
}

static void after_batch(struct mailbox *m) {
    char prefix[64];
    uint64_t last = m->batch[m->n_fetching - 1].uid;
    int64_t newest = m->newest_s;
    if (!ingest_count(m->ingest)) { /* nothing was there any more */
        step_on(m);
        next_batch(m);
        return;
    }
    for (size_t i = 0; i < m->n_fetching; i++)
        if (m->batch[i].at_ms / 1000 > newest)
            newest = m->batch[i].at_ms / 1000;
    snprintf(prefix, sizeof prefix, "v1 %llu ", (unsigned long long)m->validity);
    char suffix[64];
    snprintf(suffix, sizeof suffix, " %lld %lld", (long long)newest, (long long)m->since_s);
    m->step = INGESTING;
    td_timer_stop(&m->timer);
    ingest_start(m->ingest, td_str_of(prefix), last, td_str_of(suffix), on_ingested, m);
}

/* ---- what the server says ---- */

static void note(struct mailbox *m, const struct imap_response *r) {
    uint64_t n;
    if (td_str_to_u64(r->code_value, &n)) {
        if (text_eq_nocase(r->code, TD_STR("UIDVALIDITY")))
            m->server_validity = n;
        else if (text_eq_nocase(r->code, TD_STR("UIDNEXT")))
            m->server_next = n;
    }
    if (text_eq_nocase(r->name, TD_STR("BYE"))) {
        fail(m, TD_ECONN, "the mail server closed the session: %.*s",
             TD_FMT(td_str_cut(r->text, 150)));
    } else if (text_eq_nocase(r->name, TD_STR("EXISTS"))) {
        if (m->step == IDLING)
            leave_idle(m);
        if (m->step != EXAMINING && m->step != CONNECTING)
            m->news = true;
    } else if (text_eq_nocase(r->name, TD_STR("SEARCH")) && m->step == SEARCHING) {
        found(m, r->text);
    } else if (text_eq_nocase(r->name, TD_STR("FETCH"))) {
        if (m->step == SIZING)
            sized(m, r);
        else if (m->step == FETCHING)
            fetched(m, r);
    }
}

static void completed(struct mailbox *m, const struct imap_response *r) {
    char tag[16];
    snprintf(tag, sizeof tag, "T%u", m->tag);
    if (!td_str_eqz(r->tag, tag))
        return; /* curl's own, from the login */
    bool ok = text_eq_nocase(r->name, TD_STR("OK"));
    enum step step = m->step;
    if (!ok && (step == IDLING || step == LEAVING_IDLE)) {
        m->no_idle = true;
        search(m);
        return;
    }
    if (!ok) {
        fail(m, TD_EUNSUPPORTED, "the mail server refused a command: %.*s",
             TD_FMT(td_str_cut(r->text, 150)));
        return;
    }
    if (step == EXAMINING)
        examined(m);
    else if (step == SEARCHING)
        next_batch(m);
    else if (step == SIZING)
        fetch(m);
    else if (step == FETCHING)
        after_batch(m);
    else if (step == LEAVING_IDLE || step == IDLING)
        search(m);
}

static void on_bytes(void *owner, const char *p, size_t n) {
    struct mailbox *m = owner;
    int rc = imap_reader_feed(&m->reader, p, n);
    while (rc == TD_OK && m->step != DOWN) {
        if (!imap_reader_next(&m->reader, &m->response, &rc))
            break;
        if (m->response.is_continue)
            continue;
        if (td_str_eqz(m->response.tag, "*"))
            note(m, &m->response);
        else
            completed(m, &m->response);
    }
    if (rc != TD_OK)
        fail(m, rc, "the mail server's answer is %s", td_rc_text(rc));
}

static void on_open(void *owner) {
    struct mailbox *m = owner;
    char folder[1024];
    if (!imap_quote(folder, sizeof folder, m->o.folder)) {
        fail(m, TD_EINVAL, "folder: only ASCII is possible here (modified UTF-7 for the rest)");
        return;
    }
    m->server_validity = m->server_next = 0;
    command(m, EXAMINING, "EXAMINE %s", folder);
}

static void on_closed(void *owner, int rc, const char *why) {
    fail(owner, rc, "%s", why);
}

static void connect_now(struct mailbox *m) {
    struct imap_link_options o = m->o.link;
    o.owner = m;
    o.on_open = on_open;
    o.on_bytes = on_bytes;
    o.on_closed = on_closed;
    m->step = CONNECTING;
    m->no_idle = m->news = false;
    ingest_clear(m->ingest);
    imap_reader_init(&m->reader, m->o.max_mail_bytes + 1024 * 1024);
    arm(m, o.connect_timeout_ms + 5000);
    if (imap_link_new(m->host, &o, &m->link) != TD_OK)
        fail(m, TD_EIO, "no connection can be made");
}

/* ---- the mailbox ---- */

struct mailbox *mailbox_new(struct td_host *h, const struct mailbox_options *o) {
    struct mailbox *m = calloc(1, sizeof *m);
    uint64_t *uids = calloc(UIDS_MAX, sizeof *uids);
    if (!m || !uids)
        abort(); /* see arena.h */
    m->host = h;
    m->o = *o;
    m->uids = uids;
    m->ingest = ingest_new(h, o->rules);
    return m;
}

void mailbox_start(struct mailbox *m) {
    read_cursor(m);
    m->step = DOWN;
    arm(m, 0);
}

static void on_end(struct td_timer *t) {
    struct mailbox *m = (struct mailbox *)(void *)((char *)t - offsetof(struct mailbox, end_timer));
    m->stopped(m->stopped_arg); /* m may be gone */
}

static void try_stopped(struct mailbox *m) {
    if (m->stopped && !m->end_timer.impl && !ingest_busy(m->ingest) && !m->taking_cursor &&
        !m->link)
        td_timer_start(m->host, &m->end_timer, 0, on_end);
}

void mailbox_stop(struct mailbox *m, void (*stopped)(void *arg), void *arg) {
    m->stopping = true;
    m->stopped = stopped;
    m->stopped_arg = arg;
    m->step = DOWN;
    ingest_stop(m->ingest);
    arm(m, 0); /* → down */
}

void mailbox_free(struct mailbox **mailbox) {
    struct mailbox *m = *mailbox;
    if (!m)
        return;
    td_timer_stop(&m->timer);
    td_timer_stop(&m->end_timer);
    imap_link_free(&m->link);
    imap_reader_fini(&m->reader);
    ingest_free(&m->ingest);
    free(m->uids);
    free(m);
    *mailbox = NULL;
}
