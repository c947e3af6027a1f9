/* telegram.h: what the parts of the Telegram connector share (private to this folder). The facts
 * are those of the Bot API's page, core.telegram.org/bots/api; sections are named by their methods.
 *
 * An external id is "<chat>:<message>": Telegram numbers messages within a chat. */
#ifndef TELEGRAM_H
#define TELEGRAM_H

#include <tandem/provider.h>

#define TELEGRAM_SECRET_HEADER "x-telegram-bot-api-secret-token"
#define TELEGRAM_MEDIA "telegram:" /* before a file_id, in an attachment's url */

/* "https://api.telegram.org/bot<token>/<method>": a secret. */
struct td_str telegram_url(struct td_arena *a, const struct td_settings *s, const char *method);
/* The bot's own id: what stands before the colon of its token. */
struct td_str telegram_bot_id(const struct td_settings *s);
/* A POST of JSON to a method. */
void telegram_request(struct td_arena *a, const struct td_settings *s, const char *method,
                      struct td_str body, struct td_request *out);
bool telegram_is_number(struct td_str s); /* an id: digits, a minus before them or not */

/* inbound.c */
int telegram_decode_hook(struct td_arena *a, const struct td_settings *s,
                         const struct td_request *hook, int64_t now_ms, struct td_incoming *out,
                         struct td_error *err);
int telegram_poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                        struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                        struct td_error *err);

/* outbound.c */
int telegram_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                   const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                   struct td_request *out, struct td_error *err);
int telegram_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                   struct td_verdict *out);

/* media.c */
int telegram_media_build(struct td_arena *a, const struct td_settings *s, struct td_str url,
                         struct td_request *out, struct td_error *err);
int telegram_media_parse(struct td_arena *a, const struct td_settings *s, struct td_str url,
                         const struct td_response *r, struct td_str *next, struct td_error *err);
int telegram_upload_build(struct td_arena *a, const struct td_settings *s,
                          const struct td_attachment *file, struct td_str bytes,
                          struct td_request *out, struct td_error *err);
int telegram_upload_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, struct td_str *ref, struct td_error *err);

#endif
