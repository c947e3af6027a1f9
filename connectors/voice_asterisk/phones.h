/* phones.h: what Asterisk tells of queue members and their devices, made into calls.
 *
 * A queue's call is known by the caller's Uniqueid. A device that is busy without one (a direct
 * call) becomes a call of its own, "device:<extension>:<ms>", once it has been so for a moment: a
 * device may ring before the queue says why. */
#ifndef VOICE_ASTERISK_PHONES_H
#define VOICE_ASTERISK_PHONES_H

#include "voice_asterisk/ami.h"
#include "voice_link/calls.h"

#define PHONES_MAX 2000
#define PHONE_QUEUES_MAX 64
#define PHONES_SETTLE_MS 500
#define PHONES_LEFT_MS 3000   /* out of the queue, and connected to nobody: given up */
#define PAUSE_REASON "tandem" /* of our own pauses */

enum device { /* Asterisk's device states (devicestate.h), as numbers in QueueMember… events */
              DEVICE_UNKNOWN,
              DEVICE_NOT_INUSE,
              DEVICE_INUSE,
              DEVICE_BUSY,
              DEVICE_INVALID,
              DEVICE_UNAVAILABLE,
              DEVICE_RINGING,
              DEVICE_RINGINUSE,
              DEVICE_ONHOLD,
              DEVICE_STATES
};
struct member { /* of one queue */
    struct member *next;
    bool paused, in_call, seen;
    bool asked; /* by us to pause, and nobody else has since */
    size_t reason_n, queue_n;
    char reason[CALLS_NAME_MAX], queue[CALLS_NAME_MAX];
};
struct phone {
    struct phone *next;
    struct member *members;
    size_t n_members;
    enum device device;
    bool was_busy, unsettled;
    int64_t changed_ms;
    bool closed; /* the host's wish for the gate */
    bool pause_told;
    size_t extension_n, device_call_n;
    char extension[CALLS_NAME_MAX], device_call[CALLS_ID_MAX];
};
struct phones {
    struct td_host *host;
    struct td_arena *arena;
    struct calls *calls;
    struct td_str pattern;  /* "PJSIP/{extension}" */
    bool own_device_states; /* the gate is a device state: what queues tell of devices is ours */
    void (*rang)(void *arg, struct phone *p); /* a call came to it, or it is busy */
    void (*opened)(void *arg, struct phone *p, struct member *m); /* its gate should be closed, and
                                 this membership is not paused */
    void *arg;
    /* private */
    struct phone *first;
    struct member *spare;
    size_t n;
    struct td_timer tick;
};

/* One event; false: none that says anything of phones. `listing`: it answers a QueueStatus of the
 * resync. */
bool phones_event(struct phones *p, const struct ami_message *m, bool listing);
void phones_resync_begin(struct phones *p);
void phones_resync_end(struct phones *p);
void phones_stop(struct phones *p);

struct phone *phones_find(const struct phones *p, struct td_str extension);
/* Rings, talks, or is about to. */
bool phone_is_busy(const struct phones *p, const struct phone *x);
static inline struct td_str phone_extension(const struct phone *x) {
    return (struct td_str){x->extension, x->extension_n};
}
static inline struct td_str member_queue(const struct member *m) {
    return (struct td_str){m->queue, m->queue_n};
}
/* Paused by us, as Asterisk tells. */
bool member_is_ours(const struct member *m);
struct td_str phones_interface(const struct phones *p, struct td_arena *a, struct td_str extension);

#endif
