/* web_headers.h: the usual headers beyond those that libwebsockets knows. */
#ifndef IO_WEB_HEADERS_H
#define IO_WEB_HEADERS_H

/* Lower case, with the colon, NULL at the end. */
extern const char *const web_headers_usual[];

#endif
