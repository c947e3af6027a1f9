#include "http_provider/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

size_t crypto_hmac(enum crypto_hash h, struct td_str secret, struct td_str data,
                   uint8_t out[CRYPTO_MAC_MAX]) {
    const EVP_MD *md = h == CRYPTO_SHA1     ? EVP_sha1()
                       : h == CRYPTO_SHA256 ? EVP_sha256()
                                            : EVP_sha512();
    unsigned n = 0;
    if (secret.n > INT32_MAX ||
        !HMAC(md, secret.n ? secret.p : "", (int)secret.n,
              (const unsigned char *)(data.n ? data.p : ""), data.n, out, &n))
        return 0;
    return n;
}

void crypto_sha256(struct td_str data, uint8_t out[32]) {
    unsigned n = 0;
    if (!EVP_Digest(data.n ? data.p : "", data.n, out, &n, EVP_sha256(), NULL))
        memset(out, 0, 32);
}

bool crypto_equal(struct td_str a, struct td_str b) {
    return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}
