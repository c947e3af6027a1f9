/* status.h: Mastodon's entity Status as a message (jansson). */
#ifndef SOCIAL_MASTODON_STATUS_H
#define SOCIAL_MASTODON_STATUS_H

#include <jansson.h>
#include <tandem/provider.h>

/* A string member, copied; "" when there is none. */
struct td_str status_text(struct td_arena *a, const json_t *object, const char *name);
/* An id that may stand in a URL: letters, digits, "-" and "_", at most 64. */
bool status_is_id(struct td_str id);
/* Ids are numbers as text: the longer is the newer. */
bool status_newer(struct td_str id, struct td_str than);
bool status_is_ours(const struct td_settings *s, const json_t *status);
bool status_mentions_us(const struct td_settings *s, const json_t *status);

/* The post as a message. false: it has no id or no author. */
bool status_message(struct td_arena *a, const struct td_settings *s, const json_t *status,
                    uint32_t flags, struct td_message *m);
/* Its later form (edited_at): TD_MSG_EDIT of the post. */
bool status_edit(struct td_arena *a, const struct td_settings *s, const json_t *status,
                 struct td_message *m);

#endif
