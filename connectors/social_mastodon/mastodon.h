/* mastodon.h: what the files of this connector share. Mastodon's API, docs.joinmastodon.org:
 * methods notifications, timelines, search, statuses, media, streaming; entities Status,
 * Notification. */
#ifndef SOCIAL_MASTODON_MASTODON_H
#define SOCIAL_MASTODON_MASTODON_H

#include <tandem/provider.h>

/* What is asked for: poll 0 the mentions, then a hashtag each, then a keyword each. */
enum mastodon_what { MASTODON_MENTIONS, MASTODON_TAG, MASTODON_KEYWORD };
enum mastodon_what mastodon_poll(const struct td_settings *s, unsigned poll, struct td_str *word);

/* https://host/path of the channel's server; `path` begins with "/". */
struct td_str mastodon_url(struct td_arena *a, const struct td_settings *s, const char *path);
/* Sets the headers that every request has, with room for `more`; returns how many there are. */
size_t mastodon_headers(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                        size_t more);
/* Our account's name without "@" and host, and the host of accounts that have none in their acct.
 */
struct td_str mastodon_account(const struct td_settings *s);
struct td_str mastodon_domain(const struct td_settings *s);

/* The provider's names of visibility are ours but for "private", which is "followers" here. */
struct td_str mastodon_visibility_in(struct td_str theirs);
struct td_str mastodon_visibility_out(struct td_str ours);

int mastodon_poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                        struct td_str cursor, struct td_request *out, struct td_error *err);
int mastodon_poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                        struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                        struct td_error *err);
int mastodon_stream_build(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                          struct td_error *err);
int mastodon_stream_parse(struct td_arena *a, const struct td_settings *s, struct td_str event,
                          struct td_str data, struct td_incoming *out, struct td_error *err);
int mastodon_submit_build(struct td_arena *a, const struct td_settings *s,
                          const struct td_message *m, const struct td_address *to,
                          struct td_str key, unsigned part, unsigned *parts, struct td_request *out,
                          struct td_error *err);
int mastodon_submit_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, struct td_verdict *out);
int mastodon_upload_build(struct td_arena *a, const struct td_settings *s,
                          const struct td_attachment *file, struct td_str bytes,
                          struct td_request *out, struct td_error *err);
int mastodon_upload_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, struct td_str *ref, struct td_error *err);

#endif
