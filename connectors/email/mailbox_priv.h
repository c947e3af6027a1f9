/* mailbox_priv.h: one watched mailbox, shared by the files that make it up: mailbox.c (its life,
 * the connection, what the server says), mailbox_cursor.c (where it begins), mailbox_fetch.c (what
 * is new, and taking it). */
#ifndef EMAIL_MAILBOX_PRIV_H
#define EMAIL_MAILBOX_PRIV_H

#include "email/imap_parse.h"
#include "email/ingest.h"
#include "email/mailbox.h"

enum {
    STEP_MS = 120000,
    IDLE_ANSWER_MS = 30000,
    BACKOFF_MAX_MS = 60000,
    REFUSED_MS = 300000,
    CURSOR_RETRY_MS = 1000,
    TOKEN_MS = 250,        /* until it is looked again whether there is a token */
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
    bool cursor_known; /* what was kept before has been read */
    int64_t looked_at_ms, moved_at_ms;
    size_t n_taken; /* mails of the batch under way */
    bool said_up, stopping, no_idle, news, taking_cursor;
    unsigned bearer; /* which one this connection was made with */
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
    uint64_t found; /* by the search, those beyond UIDS_MAX too */
    bool more;      /* the search found more than UIDS_MAX */
    struct wanted batch[BATCH_MAILS];
    size_t n_batch, n_fetching;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

/* mailbox.c. A failure ends the connection from the timer: fine in the link's callbacks. */
void mailbox_arm(struct mailbox *m, int64_t ms);
void mailbox_fail(struct mailbox *m, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void mailbox_command(struct mailbox *m, enum step step, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void mailbox_idle(struct mailbox *m);
void mailbox_try_stopped(struct mailbox *m);
/* To /metrics, for the mailbox that is the channel's. */
void mailbox_tell_lag(struct mailbox *m);

/* mailbox_cursor.c */
/* Goes on with the timer when it knows. */
void mailbox_read_cursor(struct mailbox *m);
/* After a batch: on_kept as ingest's done. */
void mailbox_keep_cursor(struct mailbox *m, void (*on_kept)(void *arg, int rc));
void mailbox_examined(struct mailbox *m);

/* mailbox_fetch.c: search → sizes → bodies → taken, a batch at a time. */
void mailbox_search(struct mailbox *m);
void mailbox_found(struct mailbox *m, struct td_str list);
void mailbox_searched(struct mailbox *m);
void mailbox_next_batch(struct mailbox *m);
void mailbox_sized(struct mailbox *m, const struct imap_response *r);
void mailbox_fetch(struct mailbox *m);
void mailbox_fetched(struct mailbox *m, const struct imap_response *r);
void mailbox_after_batch(struct mailbox *m);

#endif
