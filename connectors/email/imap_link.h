/* imap_link.h: a logged-in connection to an IMAP server, on the loop. libcurl does DNS, TCP, TLS or
 * STARTTLS and the login (PLAIN, LOGIN, XOAUTH2); then the socket is ours (CURLOPT_CONNECT_ONLY).
 *
 * Each link has a curl multi of its own. Callbacks come from the loop, never inside a call; after
 * on_closed none comes. The owner frees the link outside of its callbacks. */
#ifndef EMAIL_IMAP_LINK_H
#define EMAIL_IMAP_LINK_H

#include <tandem/host.h>

enum imap_security { IMAP_TLS, IMAP_STARTTLS, IMAP_PLAIN };
struct imap_link;
struct imap_link_options {
    const char *host;
    unsigned port;
    enum imap_security security;
    const char *user, *password; /* copied by curl */
    const char *bearer;          /* an OAuth2 access token in the password's place; NULL: none */
    const char *ca_file;         /* NULL: the system's */
    int64_t connect_timeout_ms;
    void *owner;
    void (*on_open)(void *owner);
    void (*on_bytes)(void *owner, const char *p, size_t n);
    /* TD_EAUTH: the login was refused. why: a sentence without secrets, for the call. */
    void (*on_closed)(void *owner, int rc, const char *why);
};
/* TD_OK with *out, or TD_EIO when curl has no means to begin. */
int imap_link_new(struct td_host *h, const struct imap_link_options *o, struct imap_link **out);
void imap_link_free(struct imap_link **l);
/* Copies; at most 64 KiB may wait. TD_EFULL, TD_ECONN. */
int imap_link_write(struct imap_link *l, const char *p, size_t n);

#endif
