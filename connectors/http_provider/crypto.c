#include "http_provider/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const EVP_MD *function_of(enum crypto_hash h) {
    switch (h) {
    case CRYPTO_SHA1:
        return EVP_sha1();
    case CRYPTO_SHA256:
        return EVP_sha256();
    case CRYPTO_SHA512:
        return EVP_sha512();
    case CRYPTO_MD5:
        return EVP_md5();
    }
    return NULL;
}

size_t crypto_hmac(enum crypto_hash h, struct td_str secret, struct td_str data,
                   uint8_t out[CRYPTO_MAC_MAX]) {
    unsigned n = 0;
    if (secret.n > INT32_MAX ||
        !HMAC(function_of(h), secret.n ? secret.p : "", (int)secret.n,
              (const unsigned char *)(data.n ? data.p : ""), data.n, out, &n))
        return 0;
    return n;
}

size_t crypto_digest(enum crypto_hash h, struct td_str data, uint8_t out[CRYPTO_MAC_MAX]) {
    unsigned n = 0;
    return EVP_Digest(data.n ? data.p : "", data.n, out, &n, function_of(h), NULL) ? n : 0;
}

void crypto_sha256(struct td_str data, uint8_t out[32]) {
    unsigned n = 0;
    if (!EVP_Digest(data.n ? data.p : "", data.n, out, &n, EVP_sha256(), NULL))
        memset(out, 0, 32);
}

bool crypto_equal(struct td_str a, struct td_str b) {
    return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}
