/* http_check.h: what an outgoing request may look like. Pure. */
#ifndef IO_HTTP_CHECK_H
#define IO_HTTP_CHECK_H

#include <tandem/error.h>
#include <tandem/provider.h>

/* An http(s) URL of at most 8 KiB, a method, header names and values that cannot break out of their
 * line. Writes the host's key, see below. TD_EINVAL. */
int http_check(const struct td_request *req, char *key, size_t size, struct td_error *err);

/* "https://api.example.org:443" of a URL: lower case, with the port. false: not http(s), no host,
 * or a port that is none. */
bool http_host_key(struct td_str url, char *out, size_t size);

/* "Name: value" of an answer, without its line end: the name in lower case; both in the arena.
 * false: it is none. */
bool http_header(struct td_arena *a, struct td_str line, struct td_pair *out);

#endif
