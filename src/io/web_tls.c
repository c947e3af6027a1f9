/* Checks certificate and key before lws is given them: it would complain to a log, if at all, and
 * go on with half of them. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "io/web_priv.h"

#include <errno.h>
#include <stdio.h>

static FILE *open_file(const char *path, const char *what, struct td_error *err) {
    FILE *f = path ? fopen(path, "re") : NULL;
    if (!f)
        td_error_set(err, TD_EIO, "TLS %s %s: %s", what, path ? path : "(none)", strerror(errno));
    return f;
}

/* An encrypted key would otherwise ask at the terminal. */
static int no_password(char *p, int size, int writing, void *arg) {
    (void)p, (void)size, (void)writing, (void)arg;
    return 0;
}

int web_tls_check(const char *cert_path, const char *key_path, struct td_error *err) {
    FILE *cf = open_file(cert_path, "certificate", err),
         *kf = cf ? open_file(key_path, "key", err) : NULL;
    X509 *cert = kf ? PEM_read_X509(cf, NULL, no_password, NULL) : NULL;
    EVP_PKEY *key = cert ? PEM_read_PrivateKey(kf, NULL, no_password, NULL) : NULL;
    int rc = TD_OK;
    if (!cf || !kf)
        rc = TD_EIO;
    else if (!cert)
        rc = td_error_set(err, TD_EINVAL, "TLS certificate %s: expected PEM", cert_path);
    else if (!key)
        rc = td_error_set(err, TD_EINVAL, "TLS key %s: expected PEM without a password", key_path);
    else if (X509_check_private_key(cert, key) != 1)
        rc = td_error_set(err, TD_EINVAL, "TLS key %s does not belong to certificate %s", key_path,
                          cert_path);
    ERR_clear_error();
    EVP_PKEY_free(key);
    X509_free(cert);
    if (cf)
        fclose(cf);
    if (kf)
        fclose(kf);
    return rc;
}
