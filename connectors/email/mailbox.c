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
#include "email/mailbox_priv.h"

#include "http_provider/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/log.h>

static void connect_now(struct mailbox *m);

/* ---- failing and coming back ---- */

static void on_timer(struct td_timer *t);

void mailbox_arm(struct mailbox *m, int64_t ms) {
    td_timer_start(m->host, &m->timer, ms, on_timer);
}

/* From within the link's callbacks: the link is freed by the timer. */
void mailbox_fail(struct mailbox *m, int rc, const char *fmt, ...) {
    if (m->step == DOWN)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(m->failed, sizeof m->failed, fmt, ap);
    va_end(ap);
    m->failed_rc = rc;
    m->step = DOWN;
    mailbox_arm(m, 0);
}

static void tell_down(struct mailbox *m) {
    const char *state = m->failed_rc == TD_EAUTH ? "auth" : "down";
    if (m->o.cursor) {
        td_log(TD_WARN, "email", "a folder beside the inbox", "channel=\"%.*s\" why=\"%s\"",
               TD_FMT(td_host_channel(m->host)), m->failed);
    } else if (m->said_up || m->backoff_ms == 0) {
        char text[400];
        snprintf(text, sizeof text, "Incoming mail (%s): %s", m->o.link.host, m->failed);
        td_host_state(m->host, state, td_str_of(text));
    }
    m->said_up = false;
}

static void down(struct mailbox *m) {
    imap_link_free(&m->link);
    imap_reader_fini(&m->reader);
    if (m->stopping) {
        mailbox_try_stopped(m);
        return;
    }
    if (m->failed[0]) {
        tell_down(m);
        m->failed[0] = 0;
        m->backoff_ms = m->backoff_ms ? m->backoff_ms * 2 : 1000;
        if (m->backoff_ms > BACKOFF_MAX_MS)
            m->backoff_ms = BACKOFF_MAX_MS;
        mailbox_arm(m, m->failed_rc == TD_EAUTH ? REFUSED_MS : m->backoff_ms);
        return;
    }
    if (!m->cursor_known && !m->taking_cursor)
        mailbox_read_cursor(m);
    else if (!ingest_busy(m->ingest) && !m->taking_cursor)
        connect_now(m);
    else
        mailbox_arm(m, 100); /* of the last connection: what it brought is still on its way */
}

/* ---- commands ---- */

void mailbox_command(struct mailbox *m, enum step step, const char *fmt, ...) {
    char line[LINE_MAX_BYTES];
    int head = snprintf(line, sizeof line, "T%u ", ++m->tag);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line + head, sizeof line - (size_t)head - 2, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof line - (size_t)head - 2) {
        mailbox_fail(m, TD_ELIMIT, "a command became too long");
        return;
    }
    memcpy(line + head + n, "\r\n", 2);
    m->step = step;
    mailbox_arm(m, STEP_MS);
    if (imap_link_write(m->link, line, (size_t)(head + n) + 2) != TD_OK)
        mailbox_fail(m, TD_ECONN, "the connection broke");
}

void mailbox_idle(struct mailbox *m) {
    m->looked_at_ms = m->moved_at_ms = td_host_now_ms(m->host);
    mailbox_tell_lag(m);
    if (m->o.history) { /* all of it is taken */
        m->step = WAITING;
        mailbox_arm(m, m->o.poll_ms);
        m->o.on_finished(m->o.history_owner);
        return;
    }
    if (m->news) { /* something came while the last was being taken */
        mailbox_search(m);
    } else if (m->no_idle) {
        m->step = WAITING;
        mailbox_arm(m, m->o.poll_ms);
    } else {
        mailbox_command(m, IDLING, "IDLE");
        mailbox_arm(m, m->o.poll_ms < 540000 ? m->o.poll_ms
                                             : 540000); /* servers hang up after 30 min */
    }
}

static void leave_idle(struct mailbox *m) {
    m->step = LEAVING_IDLE;
    mailbox_arm(m, IDLE_ANSWER_MS);
    if (imap_link_write(m->link, "DONE\r\n", 6) != TD_OK)
        mailbox_fail(m, TD_ECONN, "the connection broke");
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
        mailbox_search(m);
        break;
    default:
        mailbox_fail(m, TD_ETIMEDOUT, "the mail server did not answer in time");
    }
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
        mailbox_fail(m, TD_ECONN, "the mail server closed the session: %.*s",
                     TD_FMT(td_str_cut(r->text, 150)));
    } else if (text_eq_nocase(r->name, TD_STR("EXISTS"))) {
        if (m->step == IDLING)
            leave_idle(m);
        if (m->step != EXAMINING && m->step != CONNECTING)
            m->news = true;
    } else if (text_eq_nocase(r->name, TD_STR("SEARCH")) && m->step == SEARCHING) {
        mailbox_found(m, r->text);
    } else if (text_eq_nocase(r->name, TD_STR("FETCH"))) {
        if (m->step == SIZING)
            mailbox_sized(m, r);
        else if (m->step == FETCHING)
            mailbox_fetched(m, r);
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
        mailbox_search(m);
        return;
    }
    if (!ok) {
        mailbox_fail(m, TD_EUNSUPPORTED, "the mail server refused a command: %.*s",
                     TD_FMT(td_str_cut(r->text, 150)));
        return;
    }
    if (step == EXAMINING)
        mailbox_examined(m);
    else if (step == SEARCHING)
        mailbox_searched(m);
    else if (step == SIZING)
        mailbox_fetch(m);
    else if (step == FETCHING)
        mailbox_after_batch(m);
    else if (step == LEAVING_IDLE || step == IDLING)
        mailbox_search(m);
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
        mailbox_fail(m, rc, "the mail server's answer is %s", td_rc_text(rc));
}

static void on_open(void *owner) {
    struct mailbox *m = owner;
    char folder[1024];
    if (!imap_quote(folder, sizeof folder, m->o.folder)) {
        mailbox_fail(m, TD_EINVAL,
                     "folder: only ASCII is possible here (modified UTF-7 for the rest)");
        return;
    }
    m->server_validity = m->server_next = 0;
    mailbox_command(m, EXAMINING, "EXAMINE %s", folder);
}

/* A token may have been taken back before its time: only a fresh one that is refused says that the
 * login is. */
static void on_closed(void *owner, int rc, const char *why) {
    struct mailbox *m = owner;
    if (rc == TD_EAUTH && m->o.bearer && m->o.bearer_not_taken(m->o.owner, m->bearer))
        rc = TD_ECONN;
    mailbox_fail(m, rc, "%s", why);
}

static void connect_now(struct mailbox *m) {
    struct imap_link_options o = m->o.link;
    if (m->o.bearer && !(o.bearer = m->o.bearer(m->o.owner, &m->bearer))) {
        m->step = DOWN;
        mailbox_arm(m, TOKEN_MS); /* whoever fetches it tells how that stands */
        return;
    }
    o.owner = m;
    o.on_open = on_open;
    o.on_bytes = on_bytes;
    o.on_closed = on_closed;
    m->step = CONNECTING;
    m->no_idle = m->news = false;
    ingest_clear(m->ingest);
    imap_reader_init(&m->reader, m->o.max_mail_bytes + 1024 * 1024);
    mailbox_arm(m, o.connect_timeout_ms + 5000);
    if (imap_link_new(m->host, &o, &m->link) != TD_OK)
        mailbox_fail(m, TD_EIO, "no connection can be made");
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
    m->step = DOWN;
    mailbox_arm(m, 0); /* → down → the cursor → connect_now */
}

bool mailbox_is_up(const struct mailbox *m) {
    return m->said_up && m->step != DOWN;
}

int64_t mailbox_moved_at_ms(const struct mailbox *m) {
    return m->moved_at_ms;
}

struct covered mailbox_covers(const struct mailbox *m) {
    return (struct covered){m->validity, m->uid, m->o.since_s};
}

void mailbox_tell_lag(struct mailbox *m) {
    if (!m->o.cursor)
        td_host_lag(m->host, m->looked_at_ms, m->found > m->at ? m->found - m->at : 0);
}

void mailbox_renew(struct mailbox *m) {
    m->said_up = false;
    m->backoff_ms = 0;
    m->failed[0] = 0;
    if (m->stopping)
        return;
    m->step = DOWN;
    mailbox_arm(m, 0);
}

static void on_end(struct td_timer *t) {
    struct mailbox *m = (struct mailbox *)(void *)((char *)t - offsetof(struct mailbox, end_timer));
    m->stopped(m->stopped_arg); /* m may be gone */
}

void mailbox_try_stopped(struct mailbox *m) {
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
    mailbox_arm(m, 0); /* → down */
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
