/* seal.h: texts that only this installation can read: second-factor secrets, providers' tokens.
 *
 * XSalsa20-Poly1305 (libsodium's secretbox) with a random nonce; the key is a subkey of
 * the key file. A sealed text is printable: "seal1." and base64url of nonce and box. */
#ifndef CONFIG_SEAL_H
#define CONFIG_SEAL_H

#include <tandem/arena.h>
#include <tandem/error.h>

/* The key for one named text of one channel: what was sealed for one place opens at no other. */
void seal_channel_key(const uint8_t key[32], struct td_str channel, struct td_str name,
                      uint8_t out[32]);
struct td_str seal(struct td_arena *a, const uint8_t key[32], struct td_str plain);
/* TD_EPARSE: no sealed text. TD_EAUTH: sealed with another key, or changed. Wipe *plain after use:
 * the arena does not. */
int seal_open(struct td_arena *a, const uint8_t key[32], struct td_str sealed, struct td_str *plain,
              struct td_error *err);

#endif
