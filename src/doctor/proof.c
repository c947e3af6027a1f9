#include "doctor/doctor.h"

#include <sodium.h>

void doctor_proof(const uint8_t key[32], struct td_str nonce, char out[65]) {
    uint8_t sub[32], mac[32];
    config_subkey(key, "doctor", sub);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, sub, sizeof sub);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)nonce.p, nonce.n);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(out, 65, mac, sizeof mac);
}
