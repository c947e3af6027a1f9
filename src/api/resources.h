/* resources.h: the handlers of the table, one file per resource. Private to api/. */
#ifndef API_RESOURCES_H
#define API_RESOURCES_H

#include "api/api.h"
#include "model/stats.h"

/* The one that the path's `id` names. found gets both, living in the call's arena (work NULL: none
 * is kept any more); whoever may not see it gets 404. */
void conversation_find(struct call *c, void (*found)(struct call *c, const struct conv *conv,
                                                     const struct work *work));

void conversations_list(struct call *c); /* GET /v1/conversations */
void conversations_get(struct call *c);  /* GET /v1/conversations/:id */
void contacts_conversations(struct call *c);
void contacts_get(struct call *c);
void messages_list(struct call *c);
/* Which lines of a log of `seq`: [from, to], 1-based; from > to: none. before 0: no bound. Pure. */
void messages_range(uint64_t seq, uint64_t before, uint64_t after, bool has_after, uint64_t limit,
                    uint64_t *from, uint64_t *to);
/* Files: api/media.c. */
int uploads_admit(struct web_request *r, void *arg);
void uploads_add(struct call *c);
void attachments_get(struct call *c);
void agents_list(struct call *c);
void agents_get(struct call *c);
void queues_list(struct call *c);
void webhooks_list(struct call *c); /* GET /v1/webhooks, and what may be asked of one */
void webhooks_dead(struct call *c);
void webhooks_replay(struct call *c);
void webhooks_pause(struct call *c);
void webhooks_resume(struct call *c);
void channels_list(struct call *c);
void channels_resume(struct call *c);
void channels_pause(struct call *c);
/* api/oauth.c: where the provider sends people back to, "" without a public URL; how a channel logs
 * in by OAuth 2, false: it does not. */
struct td_str oauth_callback_url(struct td_arena *a, const struct config *config);
bool oauth_of(struct td_arena *a, const struct config_channel *ch, struct td_oauth *out);
void oauth_begin(struct call *c);
void oauth_callback(struct call *c);
void channels_doctor(struct call *c); /* doctor.c */
/* api/history.c */
void history_begin(struct call *c);
void history_get(struct call *c);
void policy_get(struct call *c);
void commands_post(struct call *c);
/* An EV_RESULT for a sender that begins with "api-". */
void commands_take_result(struct api *api, const struct event *ev);
void commands_get(struct call *c);
void tokens_list(struct call *c);
void tokens_add(struct call *c);
void tokens_remove(struct call *c);
void users_add(struct call *c);
void users_change(struct call *c);
void users_password(struct call *c);
void openapi_get(struct call *c);

void stats_get(struct call *c); /* GET /v1/stats */
struct stats_query {
    int64_t from, to; /* Unix ms; rounded out to quarters of an hour by the check */
    int64_t step_ms;  /* 0: one sum for all of it */
    enum stat_family by;
};
/* NULL: fine; else what is wrong, beginning with the parameter's name. Pure. */
const char *stats_query_check(struct stats_query *q, struct td_str by);
/* The begin of the step that a quarter belongs to. Pure. */
int64_t stats_step_of(const struct stats_query *q, int64_t quarter);
void stats_put_row(struct json_out *j, int64_t at, struct td_str id, const int64_t sums[STAT_N]);

#endif
