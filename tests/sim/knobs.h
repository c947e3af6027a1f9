/* knobs.h: the policies that the simulation tries, as a few small numbers. Zero is the plain case
 * of each, so that a failing log is made simpler by turning knobs back. */
#ifndef SIM_KNOBS_H
#define SIM_KNOBS_H

#include "fixture.h"

/* name, number of values */
#define KNOB_LIST(X)                                                                               \
    X(strategy, 5) /* of "support": enum strategy */                                               \
    X(texts_strategy, 5)                                                                           \
    X(relax, 4)      /* steps of "support" */                                                      \
    X(skills, 2)     /* "support" asks for billing 4 */                                            \
    X(max_wait, 2)   /* 5 min in "support", */                                                     \
    X(overflow, 2)   /* … then to "second" */                                                    \
    X(priority, 2)   /* band of "second" */                                                        \
    X(ramp, 2)       /* login limit of 20 s */                                                     \
    X(overbook, 3)   /* returning items above capacity */                                          \
    X(calm, 2)       /* the second profile has 60 units */                                         \
    X(matrix, 4)     /* 1: nothing interrupts; 2: chats interrupt texts, too; 3: calls do not */   \
    X(accept, 4)     /* of "texts" (1: offer, 2: auto, 3: pull) */                                 \
    X(weight, 3)     /* of "texts": 100, 50, 300 */                                                \
    X(hours, 3)      /* of "support" (1) and of "mail" (2): open 40 of 60 minutes */               \
    X(prefer, 2)     /* "mail" and "texts" prefer the last agent */                                \
    X(no_exclude, 2) /* who declines is not excluded in "texts" */                                 \
    X(quick, 2)      /* no wrap-up, nothing parks by silence */                                    \
    X(reserve, 3)    /* agents kept free for calls in the first three queues */                    \
    X(promote, 2)    /* "texts" that are late come before others */                                \
    X(phones, 3)     /* 1: the phones' channel is configured; 2: with a gate */                    \
    X(mails, 2)      /* two mails at once */                                                       \
    X(spikes, 2)     /* more than 3 posts a minute are gathered by what they say */                \
    X(callback, 2)   /* "support" calls back */                                                    \
    X(language, 2)   /* "support" and "texts" ask for the customer's language */                   \
    X(coarse, 2)     /* a command and its timers are one batch, else one each */

enum knob {
#define X(name, values) KNOB_##name,
    KNOB_LIST(X)
#undef X
        KNOB_N
};
struct knobs {
    uint32_t v[KNOB_N];
};
struct knob_row {
    const char *name;
    uint32_t values;
};
extern const struct knob_row knob_rows[KNOB_N];

struct sim_policy { /* and what it points to */
    struct fix_policy f;
    struct hours hours[1];
    struct td_str languages[1];
    uint64_t matrix[CK_N][CK_N];
};
struct policy *knobs_policy(struct sim_policy *out, const struct knobs *k);

#endif
