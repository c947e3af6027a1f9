/* keys.h: every key name in Redis, in one place (protocol.md "Keys"). All carry the hash tag
 * {tenant}, so that a tenant lives in one slot. The string lives in the arena. */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdint.h>
#include <tandem/arena.h>

/* "{t}:inbox" "{t}:events" "{t}:fence" "{t}:lease" "{t}:dead" "{t}:trying" "{t}:open" "{t}:agents"
 * "{t}:chans" "{t}:hints" "{t}:blobs": key(a, t, "inbox") */
struct td_str key(struct td_arena *a, const char *tenant, const char *name);
struct td_str key_outbox(struct td_arena *a, const char *tenant, struct td_str channel);
/* The string that holds one entity. For the kinds of key_hash: where one that left the hash is kept
 * for a while (closed work). */
struct td_str key_entity(struct td_arena *a, const char *tenant, uint32_t entity, struct td_str id);
/* Kinds of which all live ones stand in one hash, field = their id: EK_AGENT "agents", EK_CHAN
 * "chans", open EK_WORK "open". NULL: a string each. */
const char *key_hash(uint32_t entity);
/* The hash of one quarter of an hour's figures (model/stats.h), by its begin in Unix ms. */
struct td_str key_stats(struct td_arena *a, const char *tenant, int64_t quarter_ms);
enum { STATS_TTL_S = 400 * 86400 };
struct td_str key_log(struct td_arena *a, const char *tenant, uint64_t conv);
struct td_str key_out(struct td_arena *a, const char *tenant, uint64_t conv);
struct td_str key_index(struct td_arena *a, const char *tenant, struct td_str index);
/* The set of messages (keys of EK_MEDIA) of which attachments are to be fetched. */
struct td_str key_fetch(struct td_arena *a, const char *tenant, struct td_str channel);
struct td_str key_channel_lease(struct td_arena *a, const char *tenant, struct td_str channel);
struct td_str key_channel(struct td_arena *a, const char *tenant, struct td_str channel);
/* The hash of a channel's sealed secrets, by name (store/secrets.h). */
struct td_str key_secrets(struct td_arena *a, const char *tenant, struct td_str channel);
struct td_str key_login(struct td_arena *a, const char *tenant,
                        struct td_str token_hash); /* browser session → agent id */
struct td_str key_process(struct td_arena *a, const char *tenant,
                          struct td_str process); /* liveness, 3 s */

#endif
