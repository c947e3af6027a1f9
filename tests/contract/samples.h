/* samples.h: what the suite needs to know of each connector to try it: settings that work, settings
 * that must be refused, and for hooks one that is good. A connector without a row fails the suite.
 */
#ifndef CONTRACT_SAMPLES_H
#define CONTRACT_SAMPLES_H

#include <tandem/connector.h>

/* Every secret of a sample, and nothing else, carries this. */
#define SAMPLE_SECRET "s3cr3t-of-the-sample"

struct sample {
    const char *name;
    const char *const *settings; /* name, value, …, NULL */
    const char *const *const
        *bad;               /* the same, each a list that is refused by create; NULL at the end */
    const char *to;         /* whom to send to */
    const char *reply_ref;  /* what is answered, where that is needed */
    struct td_request hook; /* method "" : none */
    int64_t hook_now_ms;
    struct td_response accepted; /* how a provider says yes */
    const char *session_at;      /* what stands in the URL that gives a session; NULL: none */
    struct td_response session;  /* how it gives one */
    struct td_response no_news;  /* what a poll (GET) is answered when nothing happened */
    bool our_id;                 /* it gives no id of its own: receipts name ours */
    bool free_text; /* the hook's body is the message itself: nothing of it can be malformed */
};
/* The port of a mail server that takes everything, as text; set before the suite begins. */
extern char sample_smtp_port[8];
const struct sample *sample_find(const char *name);

#endif
