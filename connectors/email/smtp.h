/* smtp.h: one mail to one SMTP server, blocking: for worker threads.
 *
 * smtp_esmtp.c (libesmtp) does plain connections and STARTTLS, with delivery reports asked for (RFC
 * 3461); smtp_curl.c (libcurl) does what libesmtp cannot: TLS from the first byte (port 465) and
 * OAuth2. What a reply means is decided in smtp.c for both. */
#ifndef EMAIL_SMTP_H
#define EMAIL_SMTP_H

#include <tandem/error.h>
#include <tandem/verdict.h>

enum smtp_security { SMTP_STARTTLS, SMTP_TLS, SMTP_PLAIN };
struct smtp_trust; /* certificates, shared by all threads (smtp_esmtp.c) */
struct smtp_target {
    const char *host;
    unsigned port;
    enum smtp_security security;
    const char *user, *password; /* user "": no login */
    const char *bearer;          /* an OAuth2 access token; NULL: the password */
    const char *ca_file;         /* NULL: the system's */
    const struct smtp_trust *trust;
    int64_t timeout_ms; /* connecting; each answer */
};
struct smtp_mail {
    const char *from; /* envelope sender; "" : the null path, for automatic mail */
    const char *const *to;
    size_t n_to;
    struct td_str bytes; /* CR LF line ends, headers and all */
    const char *envelope_id;
};
/* How far it came when it ended. */
enum smtp_stage { SMTP_CONNECTING, SMTP_LOGIN, SMTP_SENDER, SMTP_RECIPIENT, SMTP_DATA };
struct smtp_result {
    uint32_t kind; /* enum td_verdict_kind */
    char code[48]; /* "550 5.1.1" */
    char text[400];
};

/* Fills *out, whatever happens. */
void smtp_deliver(const struct smtp_target *t, const struct smtp_mail *m, struct smtp_result *out);

/* ---- for the two ---- */

/* code 0: no reply came. all_sent: the last byte of the mail was given to the connection. */
void smtp_judge(struct smtp_result *out, enum smtp_stage stage, int code, const char *text,
                bool all_sent);
void smtp_by_esmtp(const struct smtp_target *t, const struct smtp_mail *m, struct smtp_result *out);
void smtp_by_curl(const struct smtp_target *t, const struct smtp_mail *m, struct smtp_result *out);

/* TD_EINVAL when the file of certificates cannot be read. */
int smtp_trust_new(const char *ca_file, struct smtp_trust **out, struct td_error *err);
struct smtp_trust *smtp_trust_share(struct smtp_trust *t); /* free both, in any order */
void smtp_trust_free(struct smtp_trust **t);

#endif
