/* metrics.h: what is counted and measured, one table, and its Prometheus text (format 0.0.4).
 *
 * A metric has at most two labels. Values of labels come from settings (queues, channels) or from
 * fixed lists, and still a metric keeps at most METRIC_SERIES_MAX combinations: what comes later is
 * counted together under "(other)". All of it belongs to the loop's thread. */
#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include "base/buf.h"

/* id, type, name, label, second label, buckets, help. Names carry the unit (seconds, bytes);
 * counters end in _total. */
#define METRIC_LIST(X)                                                                             \
    /* the contact centre: counted by the leader alone, so that sums over processes are right */   \
    X(ARRIVED, COUNTER, "tandem_arrived_total", "queue", "kind", NONE,                             \
      "Work that entered a queue.")                                                                \
    X(OFFERED, COUNTER, "tandem_offered_total", "queue", "kind", NONE, "Offers made to agents.")   \
    X(ACCEPTED, COUNTER, "tandem_accepted_total", "queue", "kind", NONE,                           \
      "Work that an agent took: accepted, picked or given.")                                       \
    X(DECLINED, COUNTER, "tandem_declined_total", "queue", "kind", NONE, "Offers declined.")       \
    X(TIMEOUTS, COUNTER, "tandem_offer_timeouts_total", "queue", "kind", NONE,                     \
      "Offers that nobody answered in time.")                                                      \
    X(RESCINDED, COUNTER, "tandem_offers_rescinded_total", "queue", "kind", NONE,                  \
      "Offers taken back: a call, a customer who left.")                                           \
    X(ANSWERED, COUNTER, "tandem_answered_total", "queue", "kind", NONE,                           \
      "Work whose first reply by a person is durable.")                                            \
    X(ANSWERED_IN, COUNTER, "tandem_answered_in_target_total", "queue", "kind", NONE,              \
      "Of the answered, those within the queue's service target.")                                 \
    X(ABANDONED, COUNTER, "tandem_abandoned_total", "queue", "kind", NONE,                         \
      "Work whose customer left before an answer.")                                                \
    X(ABANDONED_IN, COUNTER, "tandem_abandoned_in_target_total", "queue", "kind", NONE,            \
      "Of the abandoned, those who left within the queue's service target.")                       \
    X(ABANDONED_SHORT, COUNTER, "tandem_abandoned_short_total", "queue", "kind", NONE,             \
      "Of the abandoned, those who left before the queue's short_abandon.")                        \
    X(CALLED_BACK, COUNTER, "tandem_called_back_total", "queue", "kind", NONE,                     \
      "Customers who asked to be called or written back.")                                         \
    X(RESOLVED, COUNTER, "tandem_resolved_total", "queue", "kind", NONE, "Work resolved.")         \
    X(REQUEUED, COUNTER, "tandem_requeued_total", "queue", "kind", NONE,                           \
      "Work that went back into its queue.")                                                       \
    X(TRANSFERRED, COUNTER, "tandem_transferred_total", "queue", "kind", NONE,                     \
      "Work handed to another agent or queue.")                                                    \
    X(OVERFLOWED, COUNTER, "tandem_overflowed_total", "queue", "kind", NONE,                       \
      "Work that waited too long and went to the overflow queue.")                                 \
    X(LEFT_MESSAGE, COUNTER, "tandem_left_message_total", "queue", "kind", NONE,                   \
      "Chats that nobody took in time and that went on as messages.")                              \
    X(INTERRUPTED, COUNTER, "tandem_interrupted_total", "queue", "kind", NONE,                     \
      "Work set aside for something more urgent.")                                                 \
    X(SILENT, COUNTER, "tandem_silent_total", "queue", "kind", NONE,                               \
      "Customers left without an answer for so long that supervisors were told.")                  \
    X(ANSWER_WAIT, HISTOGRAM, "tandem_answer_wait_seconds", "queue", "kind", WAITS,                \
      "Wait of the answered, from the customer's message to the first reply by a person.")         \
    X(ACCEPT_WAIT, HISTOGRAM, "tandem_accept_wait_seconds", "queue", "kind", WAITS,                \
      "Wait until an agent took the work.")                                                        \
    X(ABANDON_WAIT, HISTOGRAM, "tandem_abandon_wait_seconds", "queue", "kind", WAITS,              \
      "Wait of those who left.")                                                                   \
    X(HANDLE, HISTOGRAM, "tandem_handle_seconds", "queue", "kind", WAITS,                          \
      "From taking the work to resolving it; of calls, the talk.")                                 \
    X(CALLS, COUNTER, "tandem_calls_total", "queue", "outcome", NONE,                              \
      "Calls of agents that ended: talked or missed.")                                             \
    X(CSAT, COUNTER, "tandem_csat_total", "queue", "rating", NONE,                                 \
      "Ratings given by customers, 1 to 5.")                                                       \
    X(REPEATED, COUNTER, "tandem_repeated_total", "queue", "kind", NONE,                           \
      "Customers who came again within 7 days, on any channel.")                                   \
    X(AGENT_OFFERED, COUNTER, "tandem_agent_offered_total", "agent", NULL, NONE,                   \
      "Offers made to the agent.")                                                                 \
    X(AGENT_PASSED, COUNTER, "tandem_agent_passed_total", "agent", "how", NONE,                    \
      "Offers that the agent declined or let pass, calls that he missed.")                         \
    X(AGENT_ANSWERED, COUNTER, "tandem_agent_answered_total", "agent", NULL, NONE,                 \
      "First replies of the agent.")                                                               \
    X(AGENT_HANDLED, COUNTER, "tandem_agent_handled_total", "agent", NULL, NONE,                   \
      "Work that the agent had and that was resolved; calls talked.")                              \
    X(MESSAGES, COUNTER, "tandem_messages_total", "channel", "direction", NONE,                    \
      "Messages of customers (in) and of agents (out).")                                           \
    X(SENDS, COUNTER, "tandem_sends_total", "channel", "outcome", NONE,                            \
      "Outbound messages by what became of them: sent, failed, unknown.")                          \
    X(OPT_OUTS, COUNTER, "tandem_opt_outs_total", "channel", "change", NONE,                       \
      "Addresses that opted out or in again.")                                                     \
    X(ALARMS, COUNTER, "tandem_alarms_total", "alarm", NULL, NONE,                                 \
      "Alarms raised for supervisors.")                                                            \
    /* the edges of this process */                                                                \
    X(HOOKS, COUNTER, "tandem_hooks_total", "channel", "status", NONE,                             \
      "Hooks of providers by the status that they were answered with.")                            \
    X(HOOKS_REFUSED, COUNTER, "tandem_hooks_refused_total", "channel", NULL, NONE,                 \
      "Hooks whose signature was wrong or too old.")                                               \
    X(WEBHOOKS, COUNTER, "tandem_webhook_requests_total", "webhook", "outcome", NONE,              \
      "Requests to receivers of events: delivered, again, refused, gone.")                         \
    X(API_REQUESTS, COUNTER, "tandem_api_requests_total", "operation", "status", NONE,             \
      "Requests at the REST API.")                                                                 \
    X(API_SECONDS, HISTOGRAM, "tandem_api_request_seconds", NULL, NULL, TIMES,                     \
      "From a request at the REST API to its answer.")                                             \
    X(AGENT_SOCKETS, GAUGE, "tandem_agent_sockets", NULL, NULL, NONE,                              \
      "Desktops connected to this process.")                                                       \
    X(VISITOR_SOCKETS, GAUGE, "tandem_visitor_sockets", NULL, NULL, NONE,                          \
      "Visitors' widgets connected to this process.")                                              \
    X(CONNECTIONS, GAUGE, "tandem_http_connections", NULL, NULL, NONE, "Connections open.")        \
    X(CONNECTIONS_ALL, COUNTER, "tandem_http_connections_total", NULL, NULL, NONE,                 \
      "Connections taken.")                                                                        \
    X(REFUSED_CONN, COUNTER, "tandem_http_connections_refused_total", NULL, NULL, NONE,            \
      "Connections over the limit, refused.")                                                      \
    X(REQUESTS, COUNTER, "tandem_http_requests_total", NULL, NULL, NONE,                           \
      "HTTP requests read, upgrades included.")                                                    \
    X(SOCKETS, GAUGE, "tandem_websockets", NULL, NULL, NONE, "WebSockets open.")                   \
    /* channels that fetch: told by the process that holds the channel */                          \
    X(LOOKED, GAUGE, "tandem_channel_looked_time_seconds", "channel", NULL, NONE,                  \
      "When all that the provider had was taken last, Unix time; time() less it is the lag.")      \
    X(BEHIND, GAUGE, "tandem_channel_behind_messages", "channel", NULL, NONE,                      \
      "Messages that the provider is known to have and that are not taken yet.")                   \
    /* the way in, and the store */                                                                \
    X(STORE_UP, GAUGE, "tandem_store_up", NULL, NULL, NONE, "1 while Redis answers.")              \
    X(STORE_FULL, GAUGE, "tandem_store_memory_ratio", NULL, NULL, NONE,                            \
      "Memory of Redis in use, of its maxmemory; 0 when it has none.")                             \
    X(INBOX_COMMANDS, COUNTER, "tandem_inbox_commands_total", NULL, NULL, NONE,                    \
      "Commands appended by this process.")                                                        \
    X(INBOX_ENTRIES, COUNTER, "tandem_inbox_entries_total", NULL, NULL, NONE,                      \
      "Stream entries that carried them.")                                                         \
    X(INBOX_REFUSED, COUNTER, "tandem_inbox_refused_total", NULL, NULL, NONE,                      \
      "Commands refused because a bound was reached.")                                             \
    X(INBOX_LAG, GAUGE, "tandem_inbox_lag_commands", NULL, NULL, NONE,                             \
      "Commands that wait in Redis for the engine, estimated.")                                    \
    X(INBOX_PENDING, GAUGE, "tandem_inbox_pending_commands", NULL, NULL, NONE,                     \
      "Commands sent to Redis and not answered yet.")                                              \
    /* the engine */                                                                               \
    X(LEADING, GAUGE, "tandem_engine_leading", NULL, NULL, NONE,                                   \
      "1 while this process leads the tenant; over all processes the sum is 1.")                   \
    X(BROKEN, GAUGE, "tandem_engine_broken", NULL, NULL, NONE,                                     \
      "1 after a commit was refused in part: this process leads no more.")                         \
    X(TERM, GAUGE, "tandem_engine_term", NULL, NULL, NONE, "Number of the last own term.")         \
    X(BATCHES, COUNTER, "tandem_engine_batches_total", NULL, NULL, NONE, "Commits.")               \
    X(COMMANDS, COUNTER, "tandem_engine_commands_total", NULL, NULL, NONE, "Commands applied.")    \
    X(ABORTED, COUNTER, "tandem_engine_step_downs_total", NULL, NULL, NONE,                        \
      "Times that this process gave up leading.")                                                  \
    X(DEAD, COUNTER, "tandem_engine_dead_commands_total", NULL, NULL, NONE,                        \
      "Commands that could not be applied and were set aside.")                                    \
    X(ENGINE_QUEUED, GAUGE, "tandem_engine_queued_commands", NULL, NULL, NONE,                     \
      "Commands read and not applied yet.")                                                        \
    X(QUARANTINED, GAUGE, "tandem_engine_quarantined_entities", NULL, NULL, NONE,                  \
      "Stored entities that do not decode.")                                                       \
    X(CACHED, GAUGE, "tandem_engine_cached_entities", NULL, NULL, NONE,                            \
      "Entities in memory that were loaded on demand.")                                            \
    X(READY, GAUGE, "tandem_engine_takeover_seconds", NULL, NULL, NONE,                            \
      "From taking the lease to the first command, last time.")                                    \
    /* the process */                                                                              \
    X(LOOP_LAG, GAUGE, "tandem_loop_lag_seconds", NULL, NULL, NONE,                                \
      "Largest delay of the event loop since the last look.")                                      \
    X(RSS, GAUGE, "tandem_process_resident_bytes", NULL, NULL, NONE, "Memory in use.")             \
    X(CPU, COUNTER, "tandem_process_cpu_seconds_total", NULL, NULL, NONE,                          \
      "Processor time used, user and system.")                                                     \
    X(FDS, GAUGE, "tandem_process_open_fds", NULL, NULL, NONE, "File descriptors open.")           \
    X(STARTED, GAUGE, "tandem_process_start_time_seconds", NULL, NULL, NONE,                       \
      "When the process started, Unix time.")                                                      \
    X(BUILD, GAUGE, "tandem_build_info", "version", NULL, NONE, "Always 1.")

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

enum metric {
#define X(id, type, name, label, label2, buckets, help) METRIC_##id,
    METRIC_LIST(X)
#undef X
        METRIC_N
};
enum { METRIC_SERIES_MAX = 500, METRIC_LABEL_MAX = 128 /* bytes of a value; more is cut */ };

struct metrics;
struct metrics *metrics_new(void);
void metrics_free(struct metrics **m);

/* Values of labels that the metric does not have are ignored. NULL for m is fine: nothing is
 * counted. */
void metrics_count(struct metrics *m, enum metric id, struct td_str label, struct td_str label2);
void metrics_observe(struct metrics *m, enum metric id, struct td_str label, struct td_str label2,
                     double seconds);
/* A gauge, or a counter that somebody else keeps; the metric has no labels. */
void metrics_set(struct metrics *m, enum metric id, double value);

/* A gauge with one label; forgotten, its line is gone until it is set again. */
void metrics_set_of(struct metrics *m, enum metric id, struct td_str label, double value);
void metrics_forget(struct metrics *m, enum metric id, struct td_str label);

/* `sample` is called before each text, to set what is measured then. One; NULL ends it. */
void metrics_sampler(struct metrics *m, void (*sample)(struct metrics *m, void *arg), void *arg);

/* Appends the whole text. Metrics without labels are always there, others once they counted. */
void metrics_text(struct metrics *m, struct buf *out);

#endif
