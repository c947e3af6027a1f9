/* token.h: how an answer says which conversation it belongs to, in a way that nobody can make up.
 *
 * "<conversation>-<mac>", decimal and 16 letters of base32: HMAC-SHA256 of the conversation under a
 * key of the channel, 80 bits. It stands in our Message-IDs, which every mail program repeats in
 * In-Reply-To and References; on wish in a plus address of Reply-To; and in the subject as
 * "[#1042-…]", where it counts for the same correspondent only. */
#ifndef EMAIL_TOKEN_H
#define EMAIL_TOKEN_H

#include <tandem/arena.h>

#define TOKEN_KEY_BYTES 32
struct td_str token_make(struct td_arena *a, const uint8_t key[TOKEN_KEY_BYTES], uint64_t conv);
/* The conversation; 0: not one of ours. */
uint64_t token_check(const uint8_t key[TOKEN_KEY_BYTES], struct td_str token);

/* "<message>.<token>@<domain>", without brackets: the same on every attempt. */
struct td_str token_message_id(struct td_arena *a, const uint8_t key[TOKEN_KEY_BYTES],
                               struct td_str message, uint64_t conv, struct td_str domain);
/* The conversation, and in *message (may be NULL) our message; 0: not one of ours. */
uint64_t token_of_message_id(const uint8_t key[TOKEN_KEY_BYTES], struct td_str id,
                             struct td_str *message);
/* "support+<token>@acme.example" */
struct td_str token_address(struct td_arena *a, const uint8_t key[TOKEN_KEY_BYTES], uint64_t conv,
                            struct td_str address);
uint64_t token_of_address(const uint8_t key[TOKEN_KEY_BYTES], struct td_str address);
/* "[#<token>]" anywhere in it. */
uint64_t token_of_subject(const uint8_t key[TOKEN_KEY_BYTES], struct td_str subject);

#endif
