/* fake_stream.h: the streams of the fake host, with a scripted peer at the other end. */
#ifndef CONTRACT_FAKE_STREAM_H
#define CONTRACT_FAKE_STREAM_H

#include "fake_host.h"

/* The peer says that, after so long; or ends it. There must be one. */
void fake_stream_say(struct td_host *h, int64_t after_ms, const char *text);
void fake_stream_hang_up(struct td_host *h, int64_t after_ms);

/* For fake_host.c. */
struct fake_stream *fake_stream_due(const struct td_host *h, int64_t *due);
void fake_stream_fire(struct fake_stream *s);
size_t fake_stream_pending(const struct td_host *h);

#endif
