/* tables.h: the tables of the file's parts, and what is filled in after all of it was read. */
#ifndef CONFIG_TABLES_H
#define CONFIG_TABLES_H

#include "config/table.h"

extern const struct table table_root;    /* struct config */
extern const struct table table_server;  /* struct config */
extern const struct table table_redis;   /* struct config */
extern const struct table table_log;     /* struct config */
extern const struct table table_media;   /* struct config */
extern const struct table table_routing; /* struct config */
extern const struct table table_webhook; /* struct config_webhook */
extern const struct table table_profile; /* struct profile */
extern const struct table table_queue;   /* struct queue_policy */
extern const struct table table_hours;   /* struct hours */
extern const struct table table_channel; /* struct channel_seen: the keys that all channels have */

/* STOP, START, HELP (keywords.c). */
enum keyword_mode { KM_DEFAULT, KM_ANSWER, KM_NOTE, KM_OFF };
struct keyword_settings {
    uint32_t mode;
    struct td_strs languages, stop, start, help, ignore;
    struct td_str stop_answer, start_answer, help_answer;
};
/* Languages and words → the policy's list. `{name}` in answers is filled in by keywords_name. */
void keywords_read(struct reader *r, const struct place *at, unsigned line,
                   const struct td_connector *connector, const struct keyword_settings *k,
                   struct channel_policy *out);
void keywords_name(struct reader *r, struct channel_policy *channel, struct td_str name);

/* A channel's rules (rules.c). */
extern const struct table table_rule; /* struct rule_policy */
void rules_read_reach(struct reader *r, const struct place *at, const struct yaml_node *node,
                      void *field);
void check_social(struct reader *r, const struct place *channel, unsigned line,
                  const struct channel_policy *p);

/* A channel as read; becomes a config_channel and a channel_policy. */
struct channel_seen {
    struct channel_policy policy;
    struct td_str public_url;
    struct keyword_settings keywords;
    const struct td_connector *connector;
    struct td_settings *settings;
    uint32_t media_max;
    unsigned line;
};
/* channels: read by hand, because its maps mix table_channel with the connector's table. */
void channels_read(struct reader *r, const struct place *at, const struct yaml_node *map,
                   void *config);

/* dispositions, reasons: a list of ids or a map of id → name; canned: a map of id → text. */
void lists_read_codes(struct reader *r, const struct place *at, const struct yaml_node *node,
                      void *field);
void lists_read_canned(struct reader *r, const struct place *at, const struct yaml_node *node,
                       void *field);
/* A queue's required skills: a map of skill → minimum level. */
void lists_read_skills(struct reader *r, const struct place *at, const struct yaml_node *node,
                       void *field);
void hours_read_open(struct reader *r, const struct place *at, const struct yaml_node *node,
                     void *field);
void hours_read_holidays(struct reader *r, const struct place *at, const struct yaml_node *node,
                         void *field);

/* routing.md §2: the columns of its first table, and its matrix [active][new]. */
extern const struct kind_policy defaults_kind[CK_N];
extern const uint64_t defaults_interrupts[CK_N][CK_N];
struct kind_defaults { /* what a queue and a channel take from their kind */
    int64_t target_ms, reopen_ms;
    uint32_t priority;
};
extern const struct kind_defaults defaults_of_kind[CK_N];

/* What depends on other parts: the default profile, queues' targets and bands, codes; listeners,
 * pages, the channels' URLs. */
void fill_policy(struct reader *r);
void fill_server(struct reader *r);
/* What no single value shows: names that lead nowhere, loops, what is unsafe. */
void check_config(struct reader *r);
void check_routing(struct reader *r);
/* A queue's name that must exist; field: where it was read, for the line. */
bool check_queue_name(struct reader *r, const struct place *at, const struct td_str *field);
void check_queue_of_channel(struct reader *r, const struct place *at,
                            const struct channel_policy *channel);

#endif
