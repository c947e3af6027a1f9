/* stats.h: what is counted per quarter of an hour, for each queue, channel and agent; one table.
 *
 * All of it are sums: figures of an hour, a day, several queues follow by adding, and every ratio
 * (routing.md §6) is taken of sums at the end (stats_derive). Times are in ms but attention, which
 * is divided among items and is in µs. A row of the table is stored by its name: names are never
 * given another meaning. */
#ifndef MODEL_STATS_H
#define MODEL_STATS_H

#include "model/levels.h"
#include <stdbool.h>
#include <tandem/str.h>

#define STAT_LIST(X)                                                                               \
    /* waiting, once per contact and queue: entered + moved_in = answered + abandoned +            \
       called_back + closed_unanswered + moved_out + what still waits for its first reply */       \
    X(ENTERED, "entered", "Contacts that entered the queue.")                                      \
    X(MOVED_IN, "moved_in", "Unanswered ones that came from another queue.")                       \
    X(MOVED_OUT, "moved_out", "Unanswered ones handed, or overflowed, to another queue.")          \
    X(ANSWERED, "answered", "A person's first reply became durable.")                              \
    X(ANSWERED_IN_TARGET, "answered_in_target", "Of these, within the service target.")            \
    X(ANSWER_WAIT_MS, "answer_wait_ms", "Their waits, in the queue's open hours.")                 \
    X(ABANDONED, "abandoned", "The customer left before any reply.")                               \
    X(ABANDONED_IN_TARGET, "abandoned_in_target", "Of these, within the service target.")          \
    X(ABANDONED_SHORT, "abandoned_short", "Of these, before the queue's short_abandon.")           \
    X(ABANDON_WAIT_MS, "abandon_wait_ms", "Their waits, in the queue's open hours.")               \
    X(CALLED_BACK, "called_back", "The customer asked to be called or written back.")              \
    X(CLOSED_UNANSWERED, "closed_unanswered", "Resolved, or begun anew, without a reply.")         \
    X(OVERFLOWED, "overflowed", "Waited too long and went to the overflow queue.")                 \
    X(LEFT_MESSAGE, "left_message", "Chats that went on as messages.")                             \
    /* routing */                                                                                  \
    X(OFFERED, "offered", "Offers made.")                                                          \
    X(ACCEPTED, "accepted", "Work that an agent took: accepted, picked or given.")                 \
    X(DECLINED, "declined", "Offers declined.")                                                    \
    X(TIMEOUTS, "timeouts", "Offers that nobody answered in time.")                                \
    X(RESCINDED, "rescinded", "Offers taken back.")                                                \
    X(REQUEUED, "requeued", "Work taken from its agent.")                                          \
    X(TRANSFERRED, "transferred", "Work handed to another agent or queue.")                        \
    X(INTERRUPTED, "interrupted", "Work set aside for something more urgent.")                     \
    X(SILENT, "silent", "Customers left without an answer until supervisors were told.")           \
    /* handling */                                                                                 \
    X(HANDLED, "handled", "Work that an agent had and that was resolved; calls talked.")           \
    X(TALK_MS, "talk_ms", "Work in hand.")                                                         \
    X(HOLD_MS, "hold_ms", "Work interrupted by something more urgent.")                            \
    X(ACW_MS, "acw_ms", "After-contact work: end of contact to end of wrap-up.")                   \
    X(ATTENTION_US, "attention_us",                                                                \
      "Time in hand and in wrap-up, each instant shared among all "                                \
      "that the agent had then.")                                                                  \
    X(CALLS_MISSED, "calls_missed", "Calls that rang and were not taken.")                         \
    X(MESSAGES_IN, "messages_in", "Messages of customers.")                                        \
    X(MESSAGES_OUT, "messages_out", "Messages of agents.")                                         \
    X(CSAT, "csat", "Ratings.")                                                                    \
    X(CSAT_TOP2, "csat_top2", "Of these, 4 or 5 of 5.")                                            \
    /* agents */                                                                                   \
    X(LOGGED_IN_MS, "logged_in_ms", "Time logged in.")                                             \
    X(UNAVAILABLE_MS, "unavailable_ms", "Of that, paused or not responding with nothing in hand.") \
    X(BUSY_MS, "busy_ms", "Time with at least one item in hand or in wrap-up.")                    \
    X(ITEMS_MS, "items_ms", "Integral of their number.")                                           \
    X(UNITS_MS, "units_ms", "Integral of the units in use.")                                       \
    X(CAPACITY_MS, "capacity_ms", "Integral of the units there were, while logged in.")            \
    /* what did not last */                                                                        \
    X(REPEATED, "repeated",                                                                        \
      "Contacts that came again within 7 days, on any channel; for the agent, his of before.")

enum stat {
#define X(id, name, help) STAT_##id,
    STAT_LIST(X)
#undef X
        STAT_N
};
extern const char *const stat_names[];
/* STAT_N: there is none of that name (of a newer version). */
enum stat stat_by_name(struct td_str name);

#define STAT_QUARTER_MS INT64_C(900000)

enum stat_family { SF_QUEUE, SF_CHANNEL, SF_AGENT, SF_N };
extern const char *const stat_family_names[]; /* "queue" "channel" "agent" */

/* The field of a quarter's hash: "<name>:<q|c|a>:<id>". false: not one. */
struct stat_field {
    enum stat stat;
    enum stat_family family;
    struct td_str id; /* borrowed */
};
extern const char stat_family_letters[];
bool stat_field_parse(struct td_str field, struct stat_field *out);

/* ---- what follows from sums ---- */

struct stat_figure {
    const char *name;
    double value;
};
enum { STAT_FIGURES = 16 };
/* All ratios that can be taken of these sums; gives how many. Seconds where a name says so. */
unsigned stats_derive(const int64_t sums[STAT_N], struct stat_figure out[STAT_FIGURES]);
struct levels stats_levels(const int64_t sums[STAT_N]);

#endif
