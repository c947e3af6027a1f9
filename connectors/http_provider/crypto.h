/* crypto.h: what signatures need (libcrypto), and nothing else. */
#ifndef HTTP_PROVIDER_CRYPTO_H
#define HTTP_PROVIDER_CRYPTO_H

#include <tandem/str.h>

#define CRYPTO_MAC_MAX 64

enum crypto_hash { CRYPTO_SHA1, CRYPTO_SHA256, CRYPTO_SHA512, CRYPTO_MD5 };

/* HMAC (RFC 2104) of data; returns its length, 0 when it could not be computed. */
size_t crypto_hmac(enum crypto_hash h, struct td_str secret, struct td_str data,
                   uint8_t out[CRYPTO_MAC_MAX]);
/* The hash itself; returns its length, 0 when it could not be computed. */
size_t crypto_digest(enum crypto_hash h, struct td_str data, uint8_t out[CRYPTO_MAC_MAX]);
void crypto_sha256(struct td_str data, uint8_t out[32]);
/* Takes as long wherever the two differ; their lengths are no secret. */
bool crypto_equal(struct td_str a, struct td_str b);

#endif
